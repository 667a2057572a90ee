"""32 processes log 10 000 points each over HTTP into one server: how many durable points a second?

Aim: 300 000 on two cores, which the writers share with the server. Counted from the common start until the last
writer's flush has returned. MLflow's server does the same with fewer points.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.rig import peers, results
from bench.rig.mlflow_servers import mlflow_server
from runstead.testing.servers import running_server

WRITERS, POINTS = 32, 10_000
PEER_WRITERS, PEER_POINTS = 8, 1_000
AIM = 300_000
WRITER = f"""
import sys
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "bench").start_logging(snapshot_directory=None, outputs=None)
run.log("warm", 1.0); run.flush()
print("ready", flush=True)
sys.stdin.readline()
for i in range({POINTS}):
    run.log("loss", i * 0.5)
run.flush()
print(run.id, flush=True)
sys.stdin.readline()
assert len(run.get_metrics("loss")["loss"]) == {POINTS}
run.complete()
"""


def started(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> list[subprocess.Popen[str]]:
    """Writers that are ready and wait for their first line of input."""
    pipe = subprocess.PIPE
    writers = [subprocess.Popen(c, env=environment, stdin=pipe, stdout=pipe, text=True) for c in commands]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    return writers


def seconds(writers: Sequence[subprocess.Popen[str]]) -> float:
    """From the start signal until each has answered."""
    began = time.perf_counter()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline()
    return time.perf_counter() - began


def ended(writers: Sequence[subprocess.Popen[str]]) -> None:
    """Let them check what they wrote and end; a writer that fails fails the benchmark."""
    for writer in writers:
        writer.communicate("end\n")
        if writer.returncode:
            raise SystemExit(f"a writer ended with {writer.returncode}")


def ours(folder: Path) -> float:
    """Points per second."""
    with running_server(folder / "home") as server:
        environment = {**os.environ, "RUNSTEAD_HOME": str(server.home)}
        writers = started([[sys.executable, "-c", WRITER]] * WRITERS, environment)
        took = seconds(writers)
        ended(writers)
    return WRITERS * POINTS / took


def mlflow(folder: Path) -> float:
    """The same for MLflow's own server over SQLite."""
    folder.mkdir()
    with mlflow_server(folder, f"sqlite:///{folder}/mlflow.db") as url:
        numbers = json.dumps({"n": PEER_POINTS, "url": url})
        command = [str(peers.PYTHON), str(peers.LOOPS), "write-mlflow", str(folder), numbers]
        writers = started([command] * PEER_WRITERS, peers.environment(folder))
        took = seconds(writers)
        ended(writers)
    return PEER_WRITERS * PEER_POINTS / took


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        mine = ours(folder)
        other = mlflow(folder / "mlflow")
    rows = [
        [f"Runstead, {WRITERS} × {POINTS}", mine, mine / other],
        [f"MLflow, {PEER_WRITERS} × {PEER_POINTS}", other, 1.0],
    ]
    results.table("durable points per second", ["", "points/s", "× MLflow"], rows)
    results.keep("many_writers", {"points_per_s": mine, "mlflow_points_per_s": other})
    return 0 if results.aim(f"{mine:.0f} points/s, at least {AIM}", mine >= AIM) else 1


if __name__ == "__main__":
    sys.exit(main())
