"""What does it cost to run a script with `Experiment.submit` instead of `python train.py`?  Aim: under 250 ms added.

Both run in turn on the same machine, so that other load meets both. Ratios and differences of: time to the script's
first line, and wall time until its end is known; for a script that does nothing and one that works for two seconds.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace

FIRST_LINE = "import sys, time\nwith open(sys.argv[1], 'w') as file:\n    file.write(repr(time.time()))\n"
WORK = "end = time.perf_counter() + 2\nwhile time.perf_counter() < end:\n    pass\n"
SCRIPTS = {"empty": (FIRST_LINE, 30), "two_seconds": (FIRST_LINE + WORK, 5)}
AIM_MS = 250


class Times(NamedTuple):
    """Milliseconds from the start of one round."""

    returned: float
    first_line: float
    wall: float


def timed(start: Callable[[str], Callable[[], object]], mark: Path) -> Times:
    """One round: `start` returns at once with a function that waits for the end."""
    began = time.time()
    wait = start(str(mark))
    returned = time.time()
    wait()
    wall = time.time()
    first_line = float(mark.read_text())
    mark.unlink()
    return Times(*(1000 * (moment - began) for moment in (returned, first_line, wall)))


def median_of(rounds: list[Times]) -> Times:
    return Times(*(statistics.median(column) for column in zip(*rounds, strict=True)))


def compare(source: Path, experiment: Experiment, script: str, rounds: int) -> dict[str, object]:
    (source / "train.py").write_text(script)
    mark = source.parent / "mark"
    environment = Environment("this-python")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = sys.executable

    def alone(argument: str) -> Callable[[], object]:
        return subprocess.Popen([sys.executable, "train.py", argument], cwd=source).wait

    def submitted(argument: str) -> Callable[[], object]:
        config = ScriptRunConfig(str(source), "train.py", arguments=[argument], environment=environment)
        return experiment.submit(config).wait_for_completion

    timed(submitted, mark)  # the first one imports, hashes and sends what the others find there
    pairs = [(timed(alone, mark), timed(submitted, mark)) for _ in range(rounds)]
    plain, ours = median_of([a for a, _ in pairs]), median_of([b for _, b in pairs])
    return {
        "rounds": rounds,
        "alone_ms": plain._asdict(),
        "submitted_ms": ours._asdict(),
        "added_to_first_line_ms": ours.first_line - plain.first_line,
        "added_to_wall_ms": ours.wall - plain.wall,
        "ratio_first_line": ours.first_line / plain.first_line,
        "ratio_wall": ours.wall / plain.wall,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNSTEAD_HOME"] = f"{folder}/home"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it would compile every module in every process
        source = Path(folder, "src")
        source.mkdir()
        experiment = Experiment(Workspace.from_config(), "bench-submit")
        try:
            result = {name: compare(source, experiment, *script) for name, script in SCRIPTS.items()}
        finally:
            subprocess.run([sys.executable, "-m", "runstead.cli.main", "down"], check=True, stdout=subprocess.DEVNULL)
    told = {
        "question": "submit",
        "aim_ms": AIM_MS,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **result,
    }
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "submit.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
