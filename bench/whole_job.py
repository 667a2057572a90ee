"""A million points: how long from the first `log` until `get_metrics` returns all, as a multiple of the loop alone?

Aim: at most 1.3 × the loop alone (the same calls with nobody shipping them). MLflow and Trackio do the same with fewer
points, and their time is scaled up.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from azureml.core import Experiment, Workspace
from bench.rig import peers, results
from runstead.client.session import Session
from runstead.testing.servers import running_server

POINTS = 1_000_000
PEER_POINTS = {"mlflow": 50_000, "trackio": 50_000}
AIM = 1.3


def loop_alone(folder: Path) -> float:
    """Seconds for the calls, into a journal that nobody ships."""
    session = Session("alone", directory=folder, ship=None)
    began = time.perf_counter()
    for i in range(POINTS):
        session.log_scalar("loss", i * 0.5, step=None, description="")
    took = time.perf_counter() - began
    session.close()
    return took


def whole(folder: Path) -> tuple[float, float]:
    """Seconds until the last call returned, and until get_metrics has returned every point."""
    with running_server(folder / "home") as server:
        os.environ["RUNSTEAD_HOME"] = str(server.home)
        run = Experiment(Workspace.from_config(), "bench").start_logging(snapshot_directory=None, outputs=None)
        began = time.perf_counter()
        for i in range(POINTS):
            run.log("loss", i * 0.5)
        looped = time.perf_counter() - began
        values = run.get_metrics("loss")["loss"]
        took = time.perf_counter() - began
        assert values == [i * 0.5 for i in range(POINTS)]
        run.complete()
    return looped, took


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        alone = loop_alone(folder / "alone")
        looped, took = whole(folder)
        rows: list[list[object]] = [
            ["the loop alone", alone, 1.0, POINTS],
            ["Runstead, last call returned", looped, looped / alone, POINTS],
            ["Runstead, get_metrics returned", took, took / alone, POINTS],
        ]
        for peer, points in PEER_POINTS.items():
            found = peers.asked(f"whole-{peer}", folder / peer, n=points)
            if "failed" in found:
                print(f"  {peer}: {found['failed']}")
                continue
            scaled = found["seconds"] * POINTS / points
            rows.append([f"{peer} (scaled from {points})", scaled, scaled / alone, points])
    results.table("a million points, seconds", ["", "s", "× loop alone", "points"], rows)
    results.keep("whole_job", {"rows": rows})
    return 0 if results.aim(f"{took / alone:.2f} × the loop alone, at most {AIM}", took <= AIM * alone) else 1


if __name__ == "__main__":
    sys.exit(main())
