"""What the kernel says of a process: a pid alone is no identity, a pid with its start time is."""

from typing import NamedTuple


class Process(NamedTuple):
    """One process for ever: the kernel reuses `pid`, never `pid` with the same `start_ticks`."""

    pid: int
    start_ticks: int


class ProcessStat(NamedTuple):
    """The fields of /proc/<pid>/stat that matter here."""

    process: Process
    state: str
    parent_pid: int
    session: int
    thread_count: int

    @property
    def is_running(self) -> bool:
        """A zombie and a dead process have a stat, too; one whose first thread has ended runs while others go on."""
        return self.state not in "ZXx" or self.thread_count > 1


def stat_of(text: str) -> ProcessStat:
    """Reads one /proc/<pid>/stat; the program's name in it may hold blanks and parentheses."""
    pid = int(text[: text.index(" ")])
    rest = text[text.rindex(")") + 2 :].split(" ")
    return ProcessStat(Process(pid, int(rest[19])), rest[0], int(rest[1]), int(rest[3]), int(rest[17]))
