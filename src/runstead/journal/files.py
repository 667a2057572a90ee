"""Where journals lie, who holds them, and how they are put away."""

import fcntl
import logging
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX, UNBORN_SUFFIX, DAMAGED_SUFFIX, ACKED_SUFFIX = ".journal", ".new", ".damaged", ".acked"
CREATE_TRIES = 5
UNBORN_S = 60.0  # a living process needs microseconds
log = logging.getLogger(__name__)


def journal_path(folder: Path, writer_id: str) -> Path:
    """The journal of a writer in its run's folder."""
    return folder / (writer_id + SUFFIX)


def journals_below(directory: Path, suffix: str = SUFFIX) -> list[Path]:
    """The journals in a folder and below, those of one writer in their order; or the files with another suffix.

    Others may be delivering them: a folder that goes away meanwhile had none left.
    """
    found = os.walk(directory, onerror=_unless_gone)
    return sorted(Path(folder, name) for folder, _, names in found for name in names if name.endswith(suffix))


def create(path: Path) -> int:
    """A new file under its writer's lock; nobody ever sees it without."""
    unborn = path.with_suffix(UNBORN_SUFFIX)
    fd = _opened(unborn)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        log.debug("no lock on %s: %s", unborn, error)
    try:
        unborn.rename(path)
    except OSError:
        os.close(fd)
        raise
    return fd


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether the journal's writer is gone; while inside, nobody else claims it.

    Raises FileNotFoundError if the journal is gone, too.
    """
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # no locks on this file system: nobody can tell, so the writer may be alive
            log.debug("%s is taken for in use: %s", path, error)
            yield False
            return
        yield path.exists()


@contextmanager
def mapped(path: Path) -> Iterator[memoryview]:
    """The bytes of a file that nobody writes to."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield memoryview(b"")
        else:
            yield memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def acked_path(path: Path) -> Path:
    """The note beside a journal: the offset that its server acknowledged."""
    return path.with_suffix(ACKED_SUFFIX)


def acked_offset(path: Path) -> int:
    """The noted offset, 0 if there is none."""
    try:
        return int.from_bytes(acked_path(path).read_bytes()[:8], "little")
    except FileNotFoundError:
        return 0


def remove(path: Path) -> None:
    """Delete a journal, its note, and its folder if it was the last there."""
    path.unlink(missing_ok=True)
    acked_path(path).unlink(missing_ok=True)
    with suppress(OSError):  # others are there
        path.parent.rmdir()


def remove_unborn(directory: Path) -> None:
    """Delete what processes left that were killed in the instant before their journal was one."""
    for path in journals_below(directory, UNBORN_SUFFIX):
        with suppress(FileNotFoundError):
            # A process that was only held up there finds its file gone, and makes another.
            if time.time() - path.stat().st_mtime > UNBORN_S:
                remove(path)


def set_aside(path: Path) -> Path:
    """Take a damaged journal out of the way, for a human to look at."""
    return path.rename(path.with_suffix(DAMAGED_SUFFIX))


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _opened(path: Path) -> int:
    for _ in range(CREATE_TRIES):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # somebody removed the folder, it was empty
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    raise FileNotFoundError(f"{path.parent} is removed as often as it is made")
