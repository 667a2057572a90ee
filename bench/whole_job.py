"""A million points: how long from the first `log` until `get_metrics` would return them, against the loop alone?

Aim: at most 1.3 × the loop alone, which makes the same calls with nobody shipping them. `get_metrics` would return them
once `flush` has; reading a million values back is told beside it. Both loops take turns, and the best of each counts:
other work on the machine only ever adds. MLflow and Trackio do the same with fewer points, their time is scaled up.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from azureml.core import Experiment, Workspace
from bench.rig import peers, results
from runstead.client.session import Session
from runstead.testing.servers import running_server

POINTS, REPEATS = 1_000_000, 5
PEER_POINTS = {"mlflow": 50_000, "trackio": 50_000}
AIM = 1.3


class Times(NamedTuple):
    """Seconds from the first call."""

    looped: float
    flushed: float
    read: float


def loop_alone(folder: Path) -> float:
    """Seconds for the calls, into a journal that nobody ships."""
    session = Session("alone", directory=folder, ship=None)
    began = time.perf_counter()
    for i in range(POINTS):
        session.log_scalar("loss", i * 0.5, step=None, description="")
    took = time.perf_counter() - began
    session.close()
    return took


def whole(experiment: Experiment) -> Times:
    """Until the last call has returned, until all is durable, until get_metrics has returned every point."""
    run = experiment.start_logging(snapshot_directory=None, outputs=None)
    began = time.perf_counter()
    for i in range(POINTS):
        run.log("loss", i * 0.5)
    looped = time.perf_counter() - began
    run.flush()
    flushed = time.perf_counter() - began
    values = run.get_metrics("loss")["loss"]
    read = time.perf_counter() - began
    assert values == [i * 0.5 for i in range(POINTS)]
    run.complete()
    return Times(looped, flushed, read)


def measured(folder: Path) -> tuple[list[float], list[Times]]:
    """The loop alone and the whole job, in turns."""
    with running_server(folder / "home") as server:
        os.environ["RUNSTEAD_HOME"] = str(server.home)
        experiment = Experiment(Workspace.from_config(), "bench")
        pairs = [(loop_alone(folder / "alone"), whole(experiment)) for _ in range(REPEATS)]
    return [alone for alone, _ in pairs], [times for _, times in pairs]


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        loops, jobs = measured(folder)
        alone, best = min(loops), Times(*map(min, zip(*jobs, strict=True)))
        rows: list[list[object]] = [["the loop alone", alone, 1.0, POINTS]]
        for what, seconds in zip(("last call returned", "all durable", "get_metrics returned"), best, strict=True):
            rows.append([f"Runstead, {what}", seconds, seconds / alone, POINTS])
        for peer, points in PEER_POINTS.items():
            found = peers.asked(f"whole-{peer}", folder / peer, n=points)
            if "failed" in found:
                print(f"  {peer}: {found['failed']}")
                continue
            scaled = found["seconds"] * POINTS / points
            rows.append([f"{peer} (scaled from {points})", scaled, scaled / alone, points])
    results.table("a million points, seconds", ["", "s", "× loop alone", "points"], rows)
    results.keep("whole_job", {"rows": rows, "loops": loops, "jobs": jobs})
    ratio = best.flushed / alone
    return 0 if results.aim(f"{ratio:.2f} × the loop alone, at most {AIM}", ratio <= AIM) else 1


if __name__ == "__main__":
    sys.exit(main())
