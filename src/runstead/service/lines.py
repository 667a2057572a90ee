"""Lines of a file of any size: which line a byte is in and where a line begins, without reading the file again."""

import io
import os
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from typing import BinaryIO, NamedTuple

from runstead.domain.errors import InvalidArgument
from runstead.service import artifacts
from runstead.service.unit import Unit

BLOCK_BYTES = 1 << 20
KNOWN_FILES = 256
NEW_LINE = b"\n"


class Place(NamedTuple):
    """Where a line (counted from 1) begins, in a file of `size_bytes`."""

    line: int
    offset: int
    size_bytes: int


def place_of_byte(unit: Unit, workspace: str, run_id: str, path: str, offset: int) -> Place:
    """The line that this byte is in; a negative offset counts from the end."""
    with _file(unit, workspace, run_id, path) as file:
        size_bytes = file.seek(0, io.SEEK_END)
        start = max(0, size_bytes + offset) if offset < 0 else min(offset, size_bytes)
        return Place(*_INDEXES.of(file, run_id, path).line_at(file, start), size_bytes)


def place_of_line(unit: Unit, workspace: str, run_id: str, path: str, line: int) -> Place:
    """Where this line begins; past the end, the last line."""
    if line < 1:
        raise InvalidArgument(f"there is no line {line}; lines are counted from 1")
    with _file(unit, workspace, run_id, path) as file:
        size_bytes = file.seek(0, io.SEEK_END)
        index = _INDEXES.of(file, run_id, path)
        offset = index.offset_of(file, line, size_bytes)
        if offset is not None and (offset < size_bytes or line == 1):
            return Place(line, offset, size_bytes)
        return Place(*index.line_at(file, max(0, size_bytes - 1)), size_bytes)


def _file(unit: Unit, workspace: str, run_id: str, path: str) -> BinaryIO:
    return artifacts.opened(unit, run_id, artifacts.find(unit, workspace, run_id, path))


class _Index:
    """How many line ends lie before each block of a file that only grows."""

    def __init__(self) -> None:
        self._before = array("Q", [0])
        self._lock = threading.Lock()

    @property
    def known_bytes(self) -> int:
        """What was read of the file."""
        return (len(self._before) - 1) * BLOCK_BYTES

    def line_at(self, file: BinaryIO, offset: int) -> tuple[int, int]:
        """(the line of this byte, where that line begins)."""
        block = offset // BLOCK_BYTES
        with self._lock:
            while len(self._before) <= block:
                self._read_block(file)
        head = _read(file, block, offset - block * BLOCK_BYTES)
        line = self._before[block] + head.count(NEW_LINE) + 1
        while (end := head.rfind(NEW_LINE)) < 0 and block > 0:
            # The line began in an earlier block: the last one that has a line end.
            block = bisect_left(self._before, self._before[block]) - 1
            if block < 0:
                return line, 0
            head = _read(file, block, BLOCK_BYTES)
        return line, block * BLOCK_BYTES + end + 1 if end >= 0 else 0

    def offset_of(self, file: BinaryIO, line: int, size_bytes: int) -> int | None:
        """Where this line begins; None if there are fewer."""
        if line == 1:
            return 0
        with self._lock:
            while self._before[-1] < line - 1 and self.known_bytes + BLOCK_BYTES <= size_bytes:
                self._read_block(file)
        block = bisect_left(self._before, line - 1) - 1
        content = _read(file, block, min(BLOCK_BYTES, size_bytes - block * BLOCK_BYTES))
        at = -1
        for _ in range(line - 1 - self._before[block]):
            at = content.find(NEW_LINE, at + 1)
            if at < 0:
                return None
        return block * BLOCK_BYTES + at + 1

    def _read_block(self, file: BinaryIO) -> None:
        content = _read(file, len(self._before) - 1, BLOCK_BYTES)
        self._before.append(self._before[-1] + content.count(NEW_LINE))


class _Indexes:
    """Those of the files that were asked for last: 8 bytes for each megabyte of a file."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, str, str], _Index] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, file: BinaryIO, run_id: str, path: str) -> _Index:
        """A file that became shorter (a power loss) is read anew."""
        status = os.fstat(file.fileno())
        key = (status.st_dev, status.st_ino, run_id, path)
        with self._lock:
            index = self._known.pop(key, None)
            if index is None or index.known_bytes > status.st_size:
                index = _Index()
            self._known[key] = index
            while len(self._known) > KNOWN_FILES:
                self._known.popitem(last=False)
        return index


_INDEXES = _Indexes()


def _read(file: BinaryIO, block: int, size_bytes: int) -> bytes:
    file.seek(block * BLOCK_BYTES)
    return file.read(size_bytes)
