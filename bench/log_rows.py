"""A real notebook's load: 3 metrics × 1 000 `log_row` calls × 15 columns. Aim: under 0.5 s, flush included.

The limit in the same run: the same cells as JSON lines through one buffered file.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from azureml.core import Experiment, Workspace
from bench.rig import results
from runstead.testing.servers import running_server

METRICS, ROWS, COLUMNS, REPEATS = 3, 1_000, 15, 5
AIM_S = 0.5


def json_lines(folder: Path) -> float:
    """Seconds to write the same as JSON lines."""
    began = time.perf_counter()
    with (folder / "rows.jsonl").open("w") as file:
        for metric in range(METRICS):
            for i in range(ROWS):
                row = {f"c{c}": i * 0.5 + c for c in range(COLUMNS)}
                file.write(json.dumps({"name": f"table {metric}", **row}) + "\n")
    return time.perf_counter() - began


def main() -> int:
    with tempfile.TemporaryDirectory() as name, running_server(Path(name).resolve() / "home") as server:
        os.environ["RUNSTEAD_HOME"] = str(server.home)
        experiment = Experiment(Workspace.from_config(), "bench")
        limit = statistics.median(json_lines(Path(name)) for _ in range(REPEATS))
        times = []
        for _ in range(REPEATS):
            run = experiment.start_logging(snapshot_directory=None, outputs=None)
            began = time.perf_counter()
            for metric in range(METRICS):
                for i in range(ROWS):
                    run.log_row(f"table {metric}", "", **{f"c{c}": i * 0.5 + c for c in range(COLUMNS)})
            run.flush()
            times.append(time.perf_counter() - began)
            assert len(run.get_metrics("table 2")["table 2"]["c14"]) == ROWS
            run.complete()
    took = statistics.median(times)
    rows = [["JSON lines to a file", limit, 1.0], ["log_row and flush", took, took / limit]]
    results.table(f"{METRICS} × {ROWS} rows of {COLUMNS} columns", ["", "s", "× JSON lines"], rows)
    results.keep("log_rows", {"seconds": times, "json_lines": limit})
    return 0 if results.aim(f"{took:.2f} s, under {AIM_S}", took < AIM_S) else 1


if __name__ == "__main__":
    sys.exit(main())
