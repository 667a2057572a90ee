"""Writes a journal: at the cost of a copy into memory, and safe from kill -9."""

import bisect
import errno
import fcntl
import logging
import mmap
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from runstead.domain.records import SLOT_BYTES, Opening, encode_opening
from runstead.journal import files

FIRST_WINDOW_BYTES = 1 << 16
RETRY_DISK_S = 1.0
UNSUPPORTED = {errno.EOPNOTSUPP, errno.ENOSYS, errno.ENODEV, errno.EINVAL}
MADV_POPULATE_WRITE = 23  # Linux 5.14; Python has no name for it before 3.14
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """How large things may grow; a journal over `journal_bytes` is followed by another one."""

    window_bytes: int = 1 << 20
    piece_bytes: int = 4 << 20  # of one request; a thread that trains lets the one that ships have few turns
    journal_bytes: int = 256 << 20
    memory_bytes: int = 64 << 20  # of records that a full disk does not take


DEFAULT_BOUNDS = Bounds()


class Writer:
    """One process's journal. `append` is thread-safe; all else is for one thread, the one that ships it.

    Every record that `append` took survives SIGKILL: it is in the kernel's page cache, through a shared mapping of
    preallocated blocks. What a full disk does not take is held in memory, and can be shipped from there. After a fork
    the child calls `abandon` and nothing else.
    """

    def __init__(self, folder: Path, opening: Opening, *, bounds: Bounds = DEFAULT_BOUNDS) -> None:
        self.path = files.journal_path(folder, opening.writer_id)
        self.opening = opening
        self.lost_bytes = self._told_bytes = 0  # of records that neither disk nor memory took
        self._bounds = bounds
        self._lock = threading.RLock()  # a signal handler may log while the same thread is in here
        self._fd = self._acked_fd = -1
        # The window shows _room bytes of the file from _base on; records end at _position in it. `append` may copy them
        # in up to _limit: _room, or 0 while only the slow way will do.
        self._base = self._position = self._room = self._limit = 0
        self._window: mmap.mmap | None = None
        self._mappable = True
        self._cuts = [0]  # offsets between records, about a window apart: where a piece for the server may end
        self._holding = False  # the disk takes nothing: records from _held_start on are in _held
        self._held: list[bytes] = []
        self._held_start = 0
        self._retry_at = 0.0
        self._told_full = False  # until the disk takes a whole window again: a nearly full one takes a little at times
        self._sealed = False
        self._queue: list[bytes] = []
        self._storing = False
        self._news: list[str] = []
        self.append(encode_opening(opening))

    def append(self, block: bytes) -> bool:
        """Take whole records. False: this journal is sealed or full, the records belong into a new one."""
        size = len(block)
        with self._lock:
            # No call from here to the copy, and the space is reserved before it: whatever CPython runs in between (a
            # finaliser; a signal handler it does not) that logs as well finds a consistent journal.
            start = self._position
            end = start + size
            if end <= self._limit:
                self._position = end
                self._window[start:end] = block  # type: ignore[index]  # a limit above 0 means there is a window
                return True
            taken = self._append_slowly(block)
        while self._news:  # outside the lock: a logging handler of the user's may log metrics, too
            log.warning("%s", self._news.pop(0))
        return taken

    @property
    def written(self) -> int:
        """The offset behind the last record."""
        with self._lock:
            return self._base + self._position

    @property
    def is_sealed(self) -> bool:
        """Nothing will be appended any more."""
        return self._sealed

    def seal(self) -> None:
        """Take no more records, and give back the blocks that were allocated too many."""
        with self._lock:
            self._sealed, self._limit = True, 0
            if self._holding:
                self._retry_at = 0.0
                self._settle()
            self._move_to(self._base + self._position, None)
            if self._fd >= 0 and not self._holding:
                os.ftruncate(self._fd, self._base)

    def piece_end(self, start: int) -> int:
        """The end of a piece of whole records from `start`, at most some windows long; `start` if there is nothing."""
        with self._lock:
            end = self._base + self._position
            if end - start <= self._bounds.piece_bytes:
                return end
            last = bisect.bisect_right(self._cuts, start + self._bounds.piece_bytes)
            if self._cuts[last - 1] > start:
                return self._cuts[last - 1]
            return self._cuts[last] if last < len(self._cuts) else end  # a single record, longer than a piece

    def read(self, start: int, end: int) -> bytes:
        """The bytes of a piece, from the file or from memory."""
        with self._lock:
            held_start = self._held_start if self._holding else end
            held = b"".join(self._held) if held_start < end else b""
        disk_end = min(end, held_start)
        on_disk = _read_at(self._fd, start, disk_end - start) if start < disk_end else b""
        return on_disk + held[max(0, start - held_start) : end - held_start]

    def take_losses(self) -> int:
        """How many bytes of records were lost since the last call: neither disk nor memory took them."""
        with self._lock:
            told, self._told_bytes = self._told_bytes, self.lost_bytes
            return self.lost_bytes - told

    def acknowledge(self, offset: int) -> None:
        """The server has all before `offset`: note it beside the journal, let go of what is held in memory."""
        with self._lock:
            while self._held and self._held_start + len(self._held[0]) <= offset:
                self._held_start += len(self._held.pop(0))
        try:
            if self._acked_fd < 0:
                self._acked_fd = os.open(files.acked_path(self.path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._acked_fd, offset.to_bytes(8, "little"), 0)
        except OSError as error:  # only a note: the server's own answer is the truth
            log.debug("the offset beside %s could not be noted: %s", self.path, error)

    def remove(self) -> None:
        """Seal and delete the journal: the server has all of it."""
        self.seal()
        files.remove(self.path)
        self.close()

    def close(self) -> None:
        """Seal the journal and leave it behind: from now on anybody may ship it."""
        self.seal()
        if self._fd >= 0:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the file without touching it or its lock, as a forked child does with its parent's journal."""
        self._sealed = True
        self._limit, self._window = 0, None
        for fd in (self._fd, self._acked_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._acked_fd = -1

    def _append_slowly(self, block: bytes) -> bool:
        if self._base + self._position >= self._bounds.journal_bytes and not self._holding:
            self.seal()
        if self._sealed:
            return False
        self._queue.append(block)
        if self._storing:  # a signal handler logs while this very thread makes room: that thread will store it
            return True
        self._storing = True
        self._limit = 0
        try:
            while self._queue:
                self._store(self._queue.pop(0))
        finally:
            self._limit = self._room  # no call since the queue was found empty: nothing can have come into it
            self._storing = False
        return True

    def _store(self, block: bytes) -> None:
        at = self._base + self._position
        if at - self._cuts[-1] >= self._bounds.window_bytes:
            self._cuts.append(at)
        if self._holding and not self._settle():
            self._hold(block, at)
            return
        try:
            self._write(block, at)
        except OSError as error:
            if not self._told_full:
                self._news.append(
                    f"the metrics of run {self.opening.run_id} cannot be written to {self.path.parent}: "
                    f"{error.strerror}. Training goes on; up to {self._bounds.memory_bytes >> 20} MiB of them are held "
                    "in memory"
                )
            self._told_full = True
            self._holding, self._held_start = True, at
            self._retry_at = time.monotonic() + RETRY_DISK_S
            self._hold(block, at)

    def _write(self, block: bytes, at: int) -> None:
        if self._fd < 0:
            self._fd = files.create(self.path)
        if self._mappable and at + len(block) > self._base + self._room:
            page = at // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
            usual = min(self._bounds.window_bytes, max(FIRST_WINDOW_BYTES, at))
            size = max(usual, -(-(at + len(block) - page) // mmap.PAGESIZE) * mmap.PAGESIZE)
            window = _mapped(self._fd, page, size)
            self._mappable = window is not None
            self._move_to(at, window, base=page)
        if self._window is None:
            _write_at(self._fd, block, at)
            self._move_to(at + len(block), None)
        else:
            end = self._position + len(block)
            self._window[self._position : end] = block
            self._position = end
        if self._told_full:
            self._told_full = False
            self._news.append(f"the metrics of run {self.opening.run_id} are written to {self.path.parent} again")

    def _move_to(self, at: int, window: mmap.mmap | None, *, base: int | None = None) -> None:
        self._window, self._room = window, 0 if window is None else len(window)
        self._base = at if base is None or window is None else base
        self._position = at - self._base

    def _hold(self, block: bytes, at: int) -> None:
        if at + len(block) - self._held_start > self._bounds.memory_bytes:
            if not self.lost_bytes:
                self._news.append(f"disk and memory set aside are full: metrics of run {self.opening.run_id} get lost")
            self.lost_bytes += len(block)
            return
        self._held.append(block)
        self._move_to(at + len(block), None)

    def _settle(self) -> bool:
        """Write to disk what is held in memory, if the disk takes it by now."""
        if time.monotonic() < self._retry_at:
            return False
        try:
            if self._fd < 0:
                self._fd = files.create(self.path)
            _write_at(self._fd, b"".join(self._held) or bytes(SLOT_BYTES), self._held_start)
        except OSError as error:
            log.debug("%s still takes no records: %s", self.path, error)
            self._retry_at = time.monotonic() + RETRY_DISK_S
            return False
        self._holding = False
        self._held.clear()
        return True


def _mapped(fd: int, at: int, size: int) -> mmap.mmap | None:
    """A window into the file whose blocks are allocated; None where the file system has no such thing."""
    try:
        os.posix_fallocate(fd, at, size)
        window = mmap.mmap(fd, size, offset=at)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return None
    try:
        window.madvise(MADV_POPULATE_WRITE)
    except OSError as error:
        if error.errno != errno.EINVAL:  # an older kernel: pages come one by one instead
            raise
    return window


def _write_at(fd: int, content: bytes, offset: int) -> None:
    left = memoryview(content)
    while left:
        count = os.pwrite(fd, left, offset)
        left, offset = left[count:], offset + count


def _read_at(fd: int, offset: int, size: int) -> bytes:
    content = os.pread(fd, size, offset)
    if len(content) != size:
        raise OSError(errno.EIO, f"{size} bytes expected at {offset}, {len(content)} are there")
    return content
