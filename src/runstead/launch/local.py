"""Runs a job on this machine: a driver in a session of its own, which outlives the server."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from runstead.domain.errors import Unavailable
from runstead.domain.plans import CANCEL, DRIVER, DRIVER_ERRORS
from runstead.journal.processes import stat_at
from runstead.launch.folders import read_fact

HIDDEN = ("RUNSTEAD_TOKEN", "RUNSTEAD_DATABASE")  # the server's own secrets
_USUAL_UMASK = 0o022  # the server's own would make every file of the script private


class LocalLauncher:
    """Drivers as processes of this machine; the native id is `<pid>:<start ticks>`."""

    def __init__(self) -> None:
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, folder: Path) -> str:
        """A new driver for this job."""
        # -P: the job's folder must not be where Python looks for modules.
        command = [sys.executable, "-P", "-m", "runstead.driver", str(folder)]
        environ = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        try:
            with open(folder / DRIVER_ERRORS, "ab") as errors:
                child = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=errors,
                    stderr=errors,
                    start_new_session=True,
                    umask=_USUAL_UMASK,
                )
        except OSError as error:
            raise Unavailable(f"no driver can be started in {folder}: {error.strerror}") from error
        self._children[child.pid] = child
        return _native_id(child.pid)

    def attach(self, folder: Path) -> str | None:
        """The driver that wrote driver.json, if it lives."""
        told = read_fact(folder, DRIVER)
        if told is None:
            return None
        native_id = f"{told['pid']}:{told['start_ticks']}"
        return native_id if self.living([native_id]) else None

    def living(self, native_ids: Iterable[str]) -> set[str]:
        """Those that run: not a zombie, and not another process that got the same pid."""
        self._reap()
        return {native_id for native_id in native_ids if _native_id(int(native_id.partition(":")[0])) == native_id}

    def cancel(self, folder: Path) -> None:
        """Leaves the file that the driver looks for, so that it works whatever becomes of the server."""
        (folder / CANCEL).touch(exist_ok=True)

    def _reap(self) -> None:
        self._children = {pid: child for pid, child in self._children.items() if child.poll() is None}


def _native_id(pid: int) -> str:
    """The id of the process that has this pid now; empty if none runs."""
    stat = stat_at(pid)
    return f"{pid}:{stat.process.start_ticks}" if stat is not None and stat.is_running else ""
