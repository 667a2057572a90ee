"""How many bytes does a point take on the disk, time and step included?

Aim: at most 10, for values of which every digit is noise; less for what training really logs. Compared with Parquet of
the same columns (zstd) and with TensorBoard's event file. Ours: the pages of the SQLite file in use once all points are
compacted, with summaries, pyramid and names.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bench.rig import peers, results, stores
from runstead.service import compactions, metrics, runs

POINTS, PEER_POINTS = 2_000_000, 100_000
AIM = 10.0
Values = Callable[[int], NDArray[np.float64]]


def _noise(count: int) -> NDArray[np.float64]:
    return stores.loss(0, count, count)


def _single(count: int) -> NDArray[np.float64]:
    return stores.loss(0, count, count).astype(np.float32).astype(np.float64)


def _accuracy(count: int) -> NDArray[np.float64]:
    return np.random.default_rng(0).binomial(128, 0.9, count) / 128


def _rate(count: int) -> NDArray[np.float64]:
    return 0.001 * 0.5 ** (np.arange(count) // 50_000)


SHAPES: dict[str, Values] = {
    "float64 loss, all digits noise": _noise,
    "float32 loss": _single,
    "accuracy of batches of 128": _accuracy,
    "learning rate in steps": _rate,
}


def ours(folder: Path, values: NDArray[np.float64]) -> tuple[float, float]:
    """Bytes per point: of the pages in use, and of the whole file, which has free pages of the tail in it."""
    count = values.size
    with stores.a_unit(folder) as unit:
        offset = stores.a_run(unit, "run", ["loss"])
        for start in range(0, count, stores.PIECE_POINTS):
            end = min(start + stores.PIECE_POINTS, count)
            steps = np.arange(start, end)
            piece = stores.slots_of(values[start:end], stores.times(start, end - start), steps)
            offset = metrics.ingest(unit, "default", "run", stores.WRITER, offset, piece)
            with unit.read() as connection:
                key = runs.located(connection, "default", "run").key
            compactions.compact(unit, key)
        with unit.database.engine.connect() as connection:
            pragmas = ("page_count", "freelist_count", "page_size")
            pages, free, size = (connection.execute(sa.text(f"PRAGMA {name}")).scalar_one() for name in pragmas)
    return (pages - free) * size / count, pages * size / count


def main() -> int:
    peers.prepare()
    rows: list[list[object]] = []
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for place, (what, values) in enumerate(SHAPES.items()):
            used, whole = ours(folder / f"home{place}", values(POINTS))
            np.savez(folder / "points.npz", values=values(PEER_POINTS), times_us=stores.times(0, PEER_POINTS))
            sizes = {
                other: peers.asked(f"bytes-{other}", folder / other).get("bytes_per_point", float("nan"))
                for other in ("parquet", "tensorboard")
            }
            rows.append([what, used, sizes["parquet"], sizes["tensorboard"], sizes["parquet"] / used])
            figures[what] = {"bytes": used, "file_bytes": whole, **sizes}
    heads = ["values", "Runstead", "Parquet, zstd", "TensorBoard", "Parquet ÷ Runstead"]
    results.table("bytes per point: time, step, value", heads, rows)
    results.keep("bytes_per_point", figures)
    worst = max(float(str(row[1])) for row in rows)
    return 0 if results.aim(f"{worst:.2f} bytes per point, at most {AIM:.0f}", worst <= AIM) else 1


if __name__ == "__main__":
    sys.exit(main())
