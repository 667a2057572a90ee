"""Compaction runs beside the server: tails become chunks when they are large, old, or their run has ended."""

import logging
import threading
from collections.abc import MutableMapping

from runstead.domain.errors import RunsteadError
from runstead.domain.records import SLOT_BYTES
from runstead.service.unit import Unit
from runstead.store import compactions, tails

BATCH_BYTES = 16 << 20
LARGE_BYTES = 4 << 20  # such a tail is read in about 5 ms
LARGEST_BYTES = 64 << 20
OLD_MS = 10 * 60 * 1000
WORTH_POINTS = 64  # of a series; fewer stay in the tail, which is as quick to read and as small as so many rows
SWEEP_S = 2.0
RUNS_PER_SWEEP = 100
log = logging.getLogger(__name__)


def compact(unit: Unit, run_key: int) -> bool:
    """Move the tail of a run into chunks, all that is there now; False if there was nothing, or another was quicker."""
    done = False
    while True:
        with unit.read() as connection:
            ready = compactions.prepare(connection, run_key, most_bytes=BATCH_BYTES)
        if ready is None:
            return done
        with unit.write() as tx:
            if not compactions.apply(tx.connection, ready, at_ms=tx.at_ms):
                return done
        done = True


def sweep(unit: Unit, seen: MutableMapping[int, int]) -> int:
    """Compact what is due; returns how many runs were.

    `seen`: of runs that were found growing, the piece they had come to. Such a run is left alone until it rests for a
    sweep or its tail is very large: compaction would take the processor from the points that are coming in.
    """
    with unit.read() as connection:
        old = unit.now_ms() - OLD_MS
        due = tails.waiting(connection, since_ms=old, bytes_at_least=LARGE_BYTES, limit=RUNS_PER_SWEEP)
        locks = {run_key: lock for run_key in due if (lock := tails.peek(connection, run_key)) is not None}
    resting = {
        key: lock for key, lock in locks.items() if lock.tail_bytes >= LARGEST_BYTES or seen.get(key) == lock.piece
    }
    seen.clear()
    seen.update({key: lock.piece for key, lock in locks.items() if key not in resting})
    return sum(_compact_if_worth(unit, run_key, lock) for run_key, lock in resting.items())


def _compact_if_worth(unit: Unit, run_key: int, lock: tails.Lock) -> bool:
    worth = max(1, lock.series_count) * WORTH_POINTS * SLOT_BYTES
    if lock.tail_bytes >= min(worth, LARGEST_BYTES):
        return compact(unit, run_key)
    if lock.tail_bytes < LARGE_BYTES:
        with unit.write() as tx:
            tails.settle(tx.connection, run_key, lock.piece)
    return False


class Compactor:
    """The thread that sweeps; its failures are logged and the next sweep tries again."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._seen: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="compactor", daemon=True)

    def start(self) -> None:
        """Begin, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the run that is at work."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SWEEP_S):
            try:
                sweep(self._unit, self._seen)
            except RunsteadError:
                log.exception("a sweep of the metrics' tails failed; the next one tries again")
