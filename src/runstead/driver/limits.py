"""The memory limit of a job: a cgroup of its own where we may make one, else a limit of each process."""

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument
from runstead.domain.plans import CONTROL_LOG, EXIT, MEMORY, MEMORY_LIMIT
from runstead.driver.jobs import JobFolder
from runstead.driver.processes import NOT_STARTED
from runstead.driver.scripts import now

_FACTORS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
_NOT_IN_NAMES = re.compile(r"[^\w.-]")
_LEAST_BYTES = 4 << 20
_CGROUPS = Path("/sys/fs/cgroup")
_OUT_OF_MEMORY = re.compile(r"MemoryError|std::bad_alloc|[Cc]annot allocate memory|can't allocate memory")
_JOIN = 'echo $$ >"$0/cgroup.procs" && exec "$@"'
_ULIMIT = 'ulimit -d "$0" && exec "$@"'


class Confinement(NamedTuple):
    """What holds a job's memory: a cgroup, or (empty) the same limit for each of its processes."""

    said: str
    limit_bytes: int
    cgroup: str

    @property
    def sentence(self) -> str:
        """What the job may use."""
        whole = "all its processes together" if self.cgroup else "each of its processes"
        return f"The memory of the job is limited to {self.said} ({MEMORY_LIMIT}), for {whole}"


def bytes_of(text: str) -> int:
    """`512m`, `2g`, `1.5GiB` or a number of bytes, as docker's --memory takes it."""
    found = _SIZE.fullmatch(text.strip())
    size_bytes = int(float(found[1]) * _FACTORS[found[2].lower()]) if found else 0
    if size_bytes < _LEAST_BYTES:
        raise InvalidArgument(f"{MEMORY_LIMIT} is {text!r}; it must be a size of 4m or more, such as 512m or 2g")
    return size_bytes


def prepare(folder: JobFolder, argv: Sequence[str], text: str) -> list[str] | None:
    """The command that runs `argv` within this limit; None, and exit.json says why, if `text` is no size."""
    try:
        limit_bytes = bytes_of(text)
    except InvalidArgument as error:
        folder.write(EXIT, {"exit_code": NOT_STARTED, "error": error.message, "ended_at": time.time()})
        return None
    name = f"runstead-{_NOT_IN_NAMES.sub('_', folder.plan.run_id)[:200]}"
    cgroup = next((made for place in _places() if (made := _made(place, name, limit_bytes))), "")
    confinement = Confinement(text, limit_bytes, cgroup)
    folder.write(MEMORY, confinement._asdict())
    folder.append(CONTROL_LOG, f"{now()} {confinement.sentence}\n")
    return _confined(argv, confinement)


def confinement_of(folder: JobFolder) -> Confinement | None:
    """What holds the job; None if nothing does."""
    told = folder.read(MEMORY)
    return None if told is None else Confinement(**told)


def was_exceeded(confinement: Confinement, last_lines: str) -> bool:
    """Whether the limit ended a process. last_lines: of the job's log; they tell where there is no cgroup."""
    if not confinement.cgroup:
        return _OUT_OF_MEMORY.search(last_lines) is not None
    for name in ("memory.events", "memory.oom_control"):
        with suppress(OSError):
            counts = dict(line.split() for line in Path(confinement.cgroup, name).read_text().splitlines())
            return int(counts.get("oom_kill", 0)) > 0
    return False


def release(confinement: Confinement) -> None:
    """Removes the cgroup; one that still has processes stays, and so does one that we may not remove."""
    if confinement.cgroup:
        with suppress(OSError):
            os.rmdir(confinement.cgroup)


def _confined(argv: Sequence[str], confinement: Confinement) -> list[str]:
    """A shell that goes in and becomes `argv`."""
    if not os.access(argv[0], os.X_OK):
        return list(argv)  # whoever starts it says so in better words
    if confinement.cgroup:
        return ["/bin/sh", "-c", _JOIN, confinement.cgroup, *argv]
    return ["/bin/sh", "-c", _ULIMIT, str(confinement.limit_bytes >> 10), *argv]


def _places() -> Iterable[Path]:
    """Folders in which a cgroup with a memory limit may be made, the best first."""
    own = _own_cgroups()
    if (path := own.get("memory")) is not None:
        yield _CGROUPS / "memory" / path
    if (path := own.get("")) is not None:
        # A sibling: in version 2 a cgroup that has processes may have no children with limits.
        for place in (_CGROUPS / path).parent, _CGROUPS / path:
            with suppress(OSError):
                if "memory" in (place / "cgroup.subtree_control").read_text().split():
                    yield place


def _own_cgroups() -> Mapping[str, str]:
    """This process's cgroups by controller; version 2's has none in its name."""
    with suppress(OSError):
        lines = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines()]
        return {controller: path.lstrip("/") for _, names, path in lines for controller in names.split(",")}
    return {}


def _made(place: Path, name: str, limit_bytes: int) -> str:
    """The new cgroup's folder, or nothing if it cannot be made here."""
    folder = place / name
    is_second = (place / "cgroup.subtree_control").exists()
    try:
        folder.mkdir(exist_ok=True)
        (folder / ("memory.max" if is_second else "memory.limit_in_bytes")).write_text(str(limit_bytes))
        # Else it would swap first. Where there is no swap, the file may be missing.
        swap, left_bytes = ("memory.swap.max", 0) if is_second else ("memory.memsw.limit_in_bytes", limit_bytes)
        with suppress(OSError):
            (folder / swap).write_text(str(left_bytes))
    except OSError:
        return ""
    return str(folder)
