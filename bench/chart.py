"""A chart of 1 000 pixels from 10 thousand, 1 million and 100 million points: how long does the server take?

Aim: flat in the number of points, at most 20 ms at 1 million. Compared with reading the whole column with NumPy and
taking each pixel's extremes, and with MLflow's metric history, which has no other way.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.rig import peers, results, stores
from runstead.server.v1.charts import get_chart
from runstead.service.unit import Unit

SIZES = (10_000, 250_000, 1_000_000, 10_000_000, 100_000_000)
PEER_SIZES = (10_000, 100_000)
PIXELS = 1_000
TURNS = 15
AIM_MS, AIM_AT = 20, 1_000_000


def milliseconds(work: Callable[[], object], turns: int = TURNS) -> float:
    """Median of some turns, after one that is not counted."""
    work()
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def charted(unit: Unit, size: int, x: str, low: float = 0, high: float = 1) -> float:
    """Milliseconds from the route's call to the bytes of its answer."""
    bounds = {"low": low * size, "high": high * size} if (low, high) != (0, 1) else {"low": None, "high": None}
    return milliseconds(lambda: get_chart("default", f"run{size}", unit, "loss", x=x, pixels=PIXELS, **bounds))


def with_numpy(folder: Path, size: int) -> float:
    """Read values and steps from the disk's cache, and take each pixel's extremes."""
    path = folder / "column.npy"
    np.save(path, np.concatenate([stores.loss(at, min(10**6, size - at), size) for at in range(0, size, 10**6)]))

    def extremes() -> None:
        values = np.load(path)
        starts = np.linspace(0, values.size, PIXELS, endpoint=False).astype(np.int64)
        np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)

    taken = milliseconds(extremes, 5)
    path.unlink()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--most", type=int, default=SIZES[-1], help="leave out larger series (100 million take minutes)"
    )
    sizes = [size for size in SIZES if size <= parser.parse_args().most]
    rows: list[list[object]] = []
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        with stores.a_unit(folder / "home") as unit:
            for size in sizes:
                stores.fill(unit, f"run{size}", size)
                ours = [charted(unit, size, x) for x in ("step", "time")]
                zooms = [charted(unit, size, "step", 0.5, 0.5 + part) for part in (0.1, 0.01, 0.001)]
                raw = with_numpy(folder, size)
                rows.append([f"{size:,}", *ours, max(zooms), raw, raw / ours[0]])
                figures[str(size)] = {"step_ms": ours[0], "time_ms": ours[1], "zoom_ms": max(zooms), "numpy_ms": raw}
        heads = ["points", "over steps", "over time", "slowest zoom", "NumPy, all points", "× NumPy"]
        results.table(f"milliseconds for a chart of {PIXELS} pixels", heads, rows)
        peers.prepare()
        for size in PEER_SIZES:
            found = peers.asked("chart-mlflow", folder / "mlflow", n=size)
            figures[f"mlflow_{size}"] = found
            taken = found.get("seconds", float("nan")) * 1000
            print(f"  MLflow's history of {size:,} points: {taken:.0f} ms {found.get('failed', '')}")
    results.keep("chart", figures)
    at_aim = figures.get(str(AIM_AT))
    met = isinstance(at_aim, dict) and at_aim["step_ms"] <= AIM_MS
    return 0 if results.aim(f"at most {AIM_MS} ms at {AIM_AT:,} points", met) else 1


if __name__ == "__main__":
    sys.exit(main())
