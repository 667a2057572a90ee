"""Which process writes to a run, in words that another process of the same machine can check."""

import os
from pathlib import Path

from runstead.domain.processes import stat_of

PROC = Path("/proc")


def machine() -> str | None:
    """This boot of this machine and this process's view of its processes: pids mean the same where it is the same.

    None where the kernel tells none of it (not Linux).
    """
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return None


def this_process() -> tuple[str, int] | None:
    """(machine and start of this process, its pid), as runs keep them; None where that cannot be told."""
    here = machine()
    if here is None:
        return None
    stat = stat_of((PROC / "self/stat").read_text())
    return f"{here}/{stat.process.start_ticks}", os.getpid()


def is_alive(node: str, pid: int) -> bool:
    """Whether the process lives that told this of itself on this machine."""
    try:
        stat = stat_of((PROC / str(pid) / "stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.is_running and node.rpartition("/")[2] == str(stat.process.start_ticks)
