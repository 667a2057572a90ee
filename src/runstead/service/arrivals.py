"""When the bytes of a log came in: the nearest there is to the time of a line whose program prints none."""

import os
import struct
from collections.abc import Callable
from typing import NamedTuple

from runstead.blobs.disks import told_when_full
from runstead.blobs.folders import open_beneath
from runstead.domain.errors import NotFound
from runstead.service import artifacts
from runstead.service.unit import Unit

# Offset and Unix milliseconds: from this byte on, what follows came at this time.
RECORD = struct.Struct("<QQ")
# Closer together than this nobody asks; a log of a day is at most a few megabytes of records.
APART_MS = 100
MOST_TOLD = 20_000


class Arrival(NamedTuple):
    """The bytes from `offset` on came in at `at_ms`."""

    offset: int
    at_ms: int


def note(unit: Unit, run_id: str, path: str, offset: int) -> None:
    """Say that the bytes of this log from `offset` on have just come in."""
    with told_when_full(f"the times of the log {path!r} of run {run_id}"):
        descriptor = open_beneath(unit.settings.arrivals / run_id, path, os.O_RDWR | os.O_CREAT, make_folders=True)
        try:
            count = os.fstat(descriptor).st_size // RECORD.size
            last = _at(descriptor, count - 1) if count else None
            at_ms = unit.now_ms()
            if last is None or (offset > last.offset and not 0 <= at_ms - last.at_ms < APART_MS):
                os.pwrite(descriptor, RECORD.pack(offset, at_ms), count * RECORD.size)
        finally:
            os.close(descriptor)


def between(unit: Unit, workspace: str, run_id: str, path: str, *, start: int, end: int) -> list[Arrival]:
    """Those that tell the time of the bytes from `start` to `end`, at most about MOST_TOLD, evenly thinned."""
    kept_as = artifacts.find(unit, workspace, run_id, path).kept_as
    with _Records(unit, run_id, kept_as) as records:
        first = max(0, records.after_byte(start) - 1)
        last = records.after_byte(end)
        return records.some(first, last)


def offset_at(unit: Unit, workspace: str, run_id: str, path: str, *, at_ms: int) -> int:
    """The first byte of what came at this time, or last before it."""
    kept_as = artifacts.find(unit, workspace, run_id, path).kept_as
    with _Records(unit, run_id, kept_as) as records:
        found = records.some(max(0, records.after_time(at_ms) - 1), records.count)[:1]
    return found[0].offset if found else 0


class _Records:
    """Records of one log, by number; none where nobody noted any."""

    def __init__(self, unit: Unit, run_id: str, path: str) -> None:
        try:
            self._descriptor = open_beneath(unit.settings.arrivals / run_id, path, os.O_RDONLY)
        except NotFound:
            self._descriptor = -1
        self.count = os.fstat(self._descriptor).st_size // RECORD.size if self._descriptor >= 0 else 0

    def __enter__(self) -> "_Records":
        return self

    def __exit__(self, *exc: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def after_byte(self, offset: int) -> int:
        """The number of the first record that begins after this byte."""
        return self._first(lambda arrival: arrival.offset > offset)

    def after_time(self, at_ms: int) -> int:
        """The number of the first record that is later."""
        return self._first(lambda arrival: arrival.at_ms > at_ms)

    def some(self, first: int, last: int) -> list[Arrival]:
        """Records from `first` up to `last`, every n-th if they are very many."""
        step = max(1, -(-(last - first) // MOST_TOLD))
        return [_at(self._descriptor, number) for number in range(first, last, step)]

    def _first(self, is_later: Callable[[Arrival], bool]) -> int:
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_later(_at(self._descriptor, middle)) else (middle + 1, high)
        return low


def _at(descriptor: int, number: int) -> Arrival:
    return Arrival(*RECORD.unpack(os.pread(descriptor, RECORD.size, number * RECORD.size)))
