"""What does a caller pay for one logged value, as a multiple of a bare `os.write` of the same bytes?

Aims: at most 3 × the bare write at p50, at least 4 × below the cheapest peer, while a point that was logged survives
SIGKILL (tests/e2e/test_kill_matrix.py). The peers log one float per call to local storage, each in its own way. Every
tool takes turns with bare writes of its own process: multiples compare well even where other work has the machine.
"""

import os
import sys
import tempfile
from pathlib import Path

from azureml.core import Experiment, Workspace
from bench.rig import peers, results
from bench.rig.loops import BLOCK, percall
from runstead.testing.servers import running_server

CALLS = 50_000
PEER_CALLS = {"trackio": 2_000, "tensorboard": 20_000, "aim": 2_000, "dvclive": 1_000, "wandb": 2_000, "mlflow": 200}
AIM_OF_WRITE, AIM_OF_PEER = 3.0, 4.0


def ours(folder: Path) -> dict[str, float]:
    """`Run.log` of the facade, with a server that takes the points meanwhile."""
    with running_server(folder / "home") as server:
        os.environ["RUNSTEAD_HOME"] = str(server.home)
        run = Experiment(Workspace.from_config(), "bench").start_logging(snapshot_directory=None, outputs=None)
        found = percall(lambda i: run.log("loss", i * 0.5), CALLS)
        run.complete()
        assert len(run.get_metrics("loss")["loss"]) == 2 * CALLS + BLOCK
    return found


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        found = {"Run.log": ours(folder)}
        for peer, calls in PEER_CALLS.items():
            found[peer] = peers.asked(f"cost-{peer}", folder / peer, n=calls)
    good = {tool: cost for tool, cost in found.items() if "failed" not in cost}
    multiples = {tool: cost["p50"] / cost["write_p50"] for tool, cost in good.items()}
    rows = [
        [tool, cost["p50"] / 1000, cost["p99"] / 1000, cost["mean"] / 1000, multiples[tool], int(cost["n"])]
        for tool, cost in good.items()
    ]
    write = found["Run.log"]
    rows.insert(0, ["os.write", write["write_p50"] / 1000, write["write_p99"] / 1000, "", 1.0, int(write["n"])])
    results.table("one logged value, microseconds", ["", "p50", "p99", "mean", "× write (p50)", "calls"], rows)
    for tool in found.keys() - good.keys():
        print(f"  {tool}: {found[tool]['failed']}")
    mine = multiples.pop("Run.log")
    met = results.aim(f"{mine:.1f} × os.write at p50, at most {AIM_OF_WRITE:g}", mine <= AIM_OF_WRITE)
    if multiples:
        times = min(multiples.values()) / mine
        met &= results.aim(f"{times:.1f} × below the cheapest peer, at least {AIM_OF_PEER:g}", times >= AIM_OF_PEER)
    results.keep("log_cost", {"nanoseconds": found})
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
