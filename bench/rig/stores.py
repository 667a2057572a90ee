"""Stores to measure: a unit over SQLite, filled through the real ingest."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from runstead.domain.records import Kind, Opening, Series, encode_opening, encode_series
from runstead.domain.runs import RunDraft
from runstead.service import compactions, metrics, runs
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.workspaces import ensure_default
from runstead.store.records import SLOT, slot_checksums

WRITER = "0" * 32
FIRST_US = 1_700_000_000_000_000
PIECE_POINTS = 250_000  # 8 MB


class Filled(NamedTuple):
    """How long the server took for it."""

    ingest_s: float
    compact_s: float


@contextmanager
def a_unit(folder: Path, database_url: str = "") -> Iterator[Unit]:
    """A server's services, without the server."""
    unit = opened(Settings(home=folder, database_url=database_url))
    ensure_default(unit)
    yield unit
    unit.close()


def loss(start: int, count: int, total: int) -> NDArray[np.float64]:
    """A noisy loss that falls; every digit of it is noise, so nothing can be packed away."""
    noise = np.random.default_rng(start).normal(size=count) * 0.01
    return np.exp(-np.arange(start, start + count) / total * 3) + noise


def times(start: int, count: int) -> NDArray[np.int64]:
    """About a millisecond apart, as a training loop would have it."""
    jitter = np.random.default_rng(start + 1).normal(size=count) * 50
    return FIRST_US + np.arange(start, start + count) * 1000 + jitter.astype(np.int64)


def head_of(run_id: str, series: Sequence[str]) -> bytes:
    """The beginning of a journal that declares these series, numbered from 1."""
    return encode_opening(Opening(run_id, WRITER, "default", FIRST_US)) + _declarations(tuple(series))


@lru_cache(maxsize=4)
def _declarations(series: tuple[str, ...]) -> bytes:
    return b"".join(encode_series(n, FIRST_US, Series(name, "scalar")) for n, name in enumerate(series, 1))


def a_run(unit: Unit, run_id: str, series: list[str]) -> int:
    """Make a run with these series declared; returns the journal's offset."""
    runs.create(unit, "default", RunDraft(run_id, "bench"))
    return metrics.ingest(unit, "default", run_id, WRITER, 0, head_of(run_id, series))


def slots_of(
    values: NDArray[np.float64], times_us: NDArray[np.int64], steps: NDArray[np.int64], number: int = 1
) -> bytes:
    """Journal records of one series."""
    slots = np.zeros(values.size, SLOT)
    slots["head"] = number << 8 | Kind.FLOAT
    slots["time_us"], slots["step"], slots["bits"] = times_us, steps, values.view(np.int64)
    slots["crc"] = slot_checksums(slots)
    return slots.tobytes()


def fill(unit: Unit, run_id: str, total: int) -> Filled:
    """A run with one series `loss` of so many points, in chunks; as a server would be sent them."""
    offset = a_run(unit, run_id, ["loss"])
    with unit.read() as connection:
        key = runs.located(connection, "default", run_id).key
    ingest_s = compact_s = 0.0
    for start in range(0, total, PIECE_POINTS):
        count = min(PIECE_POINTS, total - start)
        piece = slots_of(loss(start, count, total), times(start, count), np.arange(start, start + count))
        began = time.perf_counter()
        offset = metrics.ingest(unit, "default", run_id, WRITER, offset, piece)
        ingested = time.perf_counter()
        if (start // PIECE_POINTS) % 4 == 3 or start + count == total:
            compactions.compact(unit, key)
        ingest_s += ingested - began
        compact_s += time.perf_counter() - ingested
    return Filled(ingest_s, compact_s)
