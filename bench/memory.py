"""Does a training process grow while it logs 10 million points? Aim: flat, less than 1 byte per point.

Private memory (anonymous pages) of a process that logs and ships; and the journal's size on disk at its largest.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.rig import results
from runstead.testing.servers import running_server

POINTS, MARKS = 10_000_000, 10
AIM_BYTES = 1.0
WRITER = f"""
import json, re
from pathlib import Path
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "bench").start_logging(snapshot_directory=None, outputs=None)
def anonymous():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) << 10
for i in range(1000):
    run.log("warm", i * 0.5)
run.flush()
marks = [anonymous()]
for i in range({POINTS}):
    run.log("loss", i * 0.5)
    if (i + 1) % {POINTS // MARKS} == 0:
        marks.append(anonymous())
run.flush()
print(json.dumps(marks))
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name, running_server(Path(name).resolve() / "home") as server:
        environment = {**os.environ, "RUNSTEAD_HOME": str(server.home)}
        done = subprocess.run(
            [sys.executable, "-c", WRITER], env=environment, capture_output=True, text=True, check=True
        )
    marks = json.loads(done.stdout)
    rows = [[f"{POINTS // MARKS * i:,}", mark / (1 << 20)] for i, mark in enumerate(marks)]
    results.table("private memory of the training process", ["points", "MiB"], rows)
    grown = (max(marks[1:]) - marks[1]) / (POINTS - POINTS // MARKS)
    results.keep("memory", {"anonymous_bytes": marks})
    return 0 if results.aim(f"{grown:.3f} bytes per point, under {AIM_BYTES}", grown < AIM_BYTES) else 1


if __name__ == "__main__":
    sys.exit(main())
