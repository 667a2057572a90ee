"""Builders for tests that run real jobs: write a source folder, submit it, watch what becomes of it."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from runstead.client.artifacts import list_artifacts, read_artifact
from runstead.client.connection import Connection
from runstead.client.jobs import Submission, clean_job, submit
from runstead.client.logs import read_log
from runstead.client.runs import load_run
from runstead.client.workspaces import Workspace
from runstead.domain.distributions import Distribution
from runstead.domain.errors import Conflict, NotFound
from runstead.domain.jobs import JobSpec
from runstead.domain.plans import DRIVER_LOG
from runstead.domain.runs import FINAL
from runstead.domain.snapshots import SnapshotLimits
from runstead.testing.servers import RealServer, wait_until


@dataclass(frozen=True)
class Submitted:
    """A submitted run; its server may be restarted meanwhile, under another address."""

    home: Path
    run_id: str
    connection: Connection

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.connection, "default")

    @property
    def folder(self) -> Path:
        return self.home / "jobs" / self.run_id

    def run(self) -> dict[str, Any]:  # as REST v1 answers it
        return load_run(self.workspace, self.run_id)

    def wait(self, *statuses: str, timeout_s: float = 30.0) -> dict[str, Any]:  # as REST v1 answers it
        """The run when it is in one of these states, by default any final one."""
        wanted = statuses or tuple(FINAL)
        wait_until(lambda: self.run()["status"] in wanted, what=f"{self.run_id} is {wanted}", timeout_s=timeout_s)
        return self.run()

    def wait_for_line(self, text: str) -> None:
        """Until the server has this in the driver log."""
        wait_until(lambda: text in self.log(), what=f"{text!r} is in the log of {self.run_id}")

    def wait_for_file(self, name: str) -> str:
        """The content of a file that the script writes into its current folder, when it is there."""
        path = self.folder / "work" / name
        wait_until(lambda: path.exists() and path.read_text().endswith("\n"), what=f"{path} is written")
        return path.read_text().strip()

    def log(self, path: str = DRIVER_LOG) -> str:
        try:
            return read_log(self.workspace, self.run_id, path=path).content.decode()
        except NotFound:
            return ""

    def output(self, path: str = DRIVER_LOG) -> str:
        """What the script itself printed."""
        text = self.log(path)
        begin = text.index("After variable expansion")
        begin = text.index("\n\n", begin) + 2
        end = text.rfind("The experiment ")
        return text[begin : text.rindex("[", 0, end)] if end > begin else text[begin:]

    def paths(self) -> list[str]:
        return [artifact["path"] for artifact in list_artifacts(self.workspace, self.run_id)]

    def artifact(self, path: str) -> bytes:
        return read_artifact(self.workspace, self.run_id, path=path)

    def clean(self) -> list[str]:
        return clean_job(self.workspace, self.run_id)

    def is_clean(self) -> bool:
        """Whether cleaning is possible by now, and done."""
        try:
            return bool(self.clean())
        except Conflict:
            return False

    def at(self, server: RealServer) -> "Submitted":
        """The same run, asked for at a restarted server."""
        return Submitted(self.home, self.run_id, server.connection())


def a_source(folder: Path, files: Mapping[str, str]) -> Path:
    """A source folder with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


def submitted(
    server: RealServer,
    source: Path,
    script: str = "train.py",
    *,
    command: str | None = None,
    arguments: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
    max_run_duration_s: float | None = None,
    distribution: Distribution | None = None,
    run_id: str = "",
) -> Submitted:
    """Submits a script (or a command) to a real server."""
    run_id = run_id or f"e_{time.time_ns()}"
    wanted = JobSpec(
        "",
        "",
        sys.executable,
        script=script if command is None else None,
        command=command,
        arguments=arguments,
        environment_variables=variables or {},
        max_run_duration_s=max_run_duration_s,
        distribution=distribution,
    )
    connection = server.connection()
    submission = Submission(run_id, "e", wanted, source)
    submit(Workspace(connection, "default"), submission, home=server.home, limits=SnapshotLimits())
    return Submitted(server.home, run_id, connection)


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
