"""How long after a job's `print` does `wait_for_completion(show_output=True)` show the line?  Aim: under 100 ms.

The script prints its own clock with each line; the moment at which the line reaches stdout here is noted beside it.
"""

import contextlib
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace

LINES = 200
PAUSE_S = 0.05
AIM_MS = 100
SCRIPT = f"""
import time
for _ in range({LINES}):
    print(f"at {{time.time():.6f}}", flush=True)
    time.sleep({PAUSE_S})
"""


class Clock(io.StringIO):
    """A terminal that notes how old each line is when it arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.ages_ms: list[float] = []

    def write(self, text: str) -> int:
        now = time.time()
        self.ages_ms += [1000 * (now - float(line[3:])) for line in text.splitlines() if line.startswith("at ")]
        return len(text)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNSTEAD_HOME"] = f"{folder}/home"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would compile every module in every process
        source = Path(folder, "src")
        source.mkdir()
        (source / "train.py").write_text(SCRIPT)
        environment = Environment("this-python")
        environment.python.user_managed_dependencies = True
        environment.python.interpreter_path = sys.executable
        config = ScriptRunConfig(str(source), "train.py", environment=environment)
        terminal = Clock()
        try:
            run = Experiment(Workspace.from_config(), "bench-latency").submit(config)
            with contextlib.redirect_stdout(terminal):
                run.wait_for_completion(show_output=True)
        finally:
            subprocess.run([sys.executable, "-m", "runstead.cli.main", "down"], check=True, stdout=subprocess.DEVNULL)
    ages_ms = sorted(terminal.ages_ms)
    assert len(ages_ms) == LINES
    told = {
        "question": "log_latency",
        "aim_ms": AIM_MS,
        "lines": LINES,
        "median_ms": statistics.median(ages_ms),
        "p95_ms": ages_ms[int(0.95 * LINES)],
        "worst_ms": ages_ms[-1],
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "log_latency.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
