"""The job folder as the driver sees it: the plan, who drives, how it ended."""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runstead.domain.plans import DRIVER_LOCK, JOURNAL, LOGS, PLAN, WORK, Plan, plan_of


class JobFolder(NamedTuple):
    """An open job: its folder and its plan."""

    path: Path
    plan: Plan

    @property
    def work(self) -> Path:
        """The script's current directory."""
        return self.path / WORK

    @property
    def journal(self) -> Path:
        """Where the job's processes keep their journals."""
        return self.path / JOURNAL

    def log(self, name: str) -> Path:
        """The file of a stage log that is called `name` in the run."""
        return self.path / LOGS / name

    def read(self, name: str) -> dict[str, Any] | None:
        """A JSON file of the folder; None if it is not there (yet)."""
        try:
            return dict(json.loads((self.path / name).read_bytes()))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """A JSON file of the folder, whole or not at all, on disk when this returns."""
        path = self.path / name
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with open(draft, "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)

    def append(self, log_name: str, text: str) -> None:
        """Adds to a stage log in one write, so that lines of several processes never mix."""
        path = self.log(log_name)
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(opened, text.encode(errors="backslashreplace"))
        finally:
            os.close(opened)


def open_job(path: Path) -> JobFolder:
    """The job that was staged in this folder."""
    return JobFolder(path, plan_of(json.loads((path / PLAN).read_bytes())))


def lock_job(path: Path) -> int | None:
    """A descriptor that holds the job for this process; None while another driver lives.

    A child must close its copy: the lock lasts as long as any copy is open.
    """
    opened = os.open(path / DRIVER_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    return opened
