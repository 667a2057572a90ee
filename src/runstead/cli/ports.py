"""Who holds a port of this machine, as far as Linux tells us."""

import os
from pathlib import Path

LISTENING = "0A"
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def holder_of(port: int) -> str:
    """Such as `process 4711 (python -m http.server)`; empty where that cannot be seen."""
    sockets = {f"socket:[{inode}]" for table in TABLES for inode in _listeners(table, port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        if sockets & _open_files(process):
            return f"process {process.name} ({_command_of(process)})"
    return ""


def _listeners(table: Path, port: int) -> list[str]:
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port]


def _open_files(process: Path) -> set[str]:
    try:
        return {os.readlink(link) for link in (process / "fd").iterdir()}
    except OSError:  # it has ended, or is another user's
        return set()


def _command_of(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\x00")
    except OSError:
        return "ended meanwhile"
    return " ".join(words).strip()[:120]
