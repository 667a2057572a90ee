"""What does a caller pay for one logged value, as a multiple of a bare `os.write` of the same bytes?

Aims: at most 3 × the bare write at p50, at least 4 × below the cheapest peer, while a point that was logged survives
SIGKILL (tests/e2e/test_kill_matrix.py). The peers log one float per call to local storage, each in its own way.
"""

import os
import sys
import tempfile
from pathlib import Path

from azureml.core import Experiment, Workspace
from bench.rig import peers, results
from bench.rig.loops import percall
from runstead.domain.records import SLOT_BYTES
from runstead.testing.servers import running_server

CALLS = 50_000
PEER_CALLS = {"trackio": 2_000, "tensorboard": 20_000, "aim": 2_000, "dvclive": 1_000, "wandb": 2_000, "mlflow": 200}
AIM_OF_WRITE, AIM_OF_PEER = 3.0, 4.0


def bare_write(folder: Path) -> dict[str, float]:
    """Append a record's bytes to a file of the same disk."""
    fd = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    record = os.urandom(SLOT_BYTES)
    found = percall(lambda i: os.write(fd, record), CALLS)
    os.close(fd)
    return found


def ours(folder: Path) -> dict[str, float]:
    """`Run.log` of the facade, with a server that takes the points meanwhile."""
    with running_server(folder / "home") as server:
        os.environ["RUNSTEAD_HOME"] = str(server.home)
        run = Experiment(Workspace.from_config(), "bench").start_logging(snapshot_directory=None, outputs=None)
        found = percall(lambda i: run.log("loss", i * 0.5), CALLS)
        run.complete()
        assert len(run.get_metrics("loss")["loss"]) == 2 * CALLS + 200
    return found


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        found = {"os.write, 32 bytes": bare_write(folder), "Run.log": ours(folder)}
        for peer, calls in PEER_CALLS.items():
            found[peer] = peers.asked(f"cost-{peer}", folder / peer, n=calls)
    bare = found["os.write, 32 bytes"]["p50"]
    good = {tool: cost for tool, cost in found.items() if "failed" not in cost}
    rows = [
        [tool, cost["p50"] / 1000, cost["p99"] / 1000, cost["mean"] / 1000, cost["p50"] / bare, int(cost["n"])]
        for tool, cost in good.items()
    ]
    results.table("one logged value, microseconds", ["", "p50", "p99", "mean", "× write (p50)", "calls"], rows)
    for tool in found.keys() - good.keys():
        print(f"  {tool}: {found[tool]['failed']}")
    mine = found["Run.log"]["p50"]
    cheapest = min(good[peer]["p50"] for peer in PEER_CALLS if peer in good)
    met = results.aim(f"{mine / bare:.1f} × os.write at p50, at most {AIM_OF_WRITE:g}", mine <= AIM_OF_WRITE * bare)
    met &= results.aim(
        f"{cheapest / mine:.1f} × below the cheapest peer, at least {AIM_OF_PEER:g}", cheapest >= AIM_OF_PEER * mine
    )
    results.keep("log_cost", {"nanoseconds": found})
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
