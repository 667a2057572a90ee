"""Processes of this machine: what the kernel says of one, and which one writes to a run, in words others can check."""

import os
from pathlib import Path

from runstead.domain.processes import ProcessStat, stat_of

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


def stat_at(pid: int) -> ProcessStat | None:
    """What the kernel says of the process that has this pid now; None if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return stat_of(file.read())
    except (FileNotFoundError, ProcessLookupError):
        return None


def this_process() -> tuple[str, int] | None:
    """(machine and start of this process, its pid), as runs keep them; None where that cannot be told."""
    here = machine()
    told = stat_at(os.getpid())
    if here is None or told is None:
        return None
    return f"{here}/{told.process.start_ticks}", os.getpid()


def is_alive(node: str, pid: int) -> bool:
    """Whether the process lives that told this of itself on this machine."""
    told = stat_at(pid)
    return told is not None and told.is_running and node.rpartition("/")[2] == str(told.process.start_ticks)
