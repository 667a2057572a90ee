"""TensorBoard over runs: their `logs/` mirrored into a folder while they grow, and the program that shows it."""

import contextlib
import logging
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runstead.client.artifacts import fetch_artifact, list_artifacts, targets_below
from runstead.client.connection import Json
from runstead.client.events import require_tensorboard
from runstead.client.logs import read_log
from runstead.client.workspaces import Workspace
from runstead.domain.errors import RunsteadError, Unavailable

PREFIX = "logs/"
LOOK_AGAIN_S = 2.0
START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0
log = logging.getLogger(__name__)


def mirror_logs(workspace: Workspace, run_id: str, folder: Path) -> None:
    """Bring what is new below a run's `logs/` into a folder; growing files are continued where they ended."""
    found = [one for one in list_artifacts(workspace, run_id) if one["path"].startswith(PREFIX)]
    targets = targets_below(folder, [one["path"] for one in found], dropped=PREFIX)
    for one, target in zip(found, targets, strict=True):
        if one["is_log"]:
            _continue_log(workspace, run_id, one, target)
        elif not target.exists():
            fetch_artifact(workspace, run_id, path=one["path"], target=target)


def _continue_log(workspace: Workspace, run_id: str, one: Json, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("ab") as file:
        while file.tell() < one["size_bytes"]:
            piece = read_log(workspace, run_id, path=one["path"], offset=file.tell())
            if not piece.content:
                break
            file.write(piece.content)


@dataclass
class Board:
    """A TensorBoard over runs, by the folder of each; `start` and `stop` it."""

    workspace_of: Mapping[str, Workspace]
    folder_of: Mapping[str, Path]
    root: Path
    port: int
    _ended: threading.Event = field(default_factory=threading.Event)
    _mirror: threading.Thread | None = None
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> str:
        """Its address, once it answers. Unavailable, with what it said, if it does not."""
        require_tensorboard()
        if self._process is None:
            self.root.mkdir(parents=True, exist_ok=True)
            self._look()
            self._ended.clear()
            self._mirror = threading.Thread(target=self._follow, name="runstead-tensorboard", daemon=True)
            self._mirror.start()
            self._process = self._started()
        return f"http://localhost:{self.port}/"

    def stop(self) -> None:
        """End the program and the mirroring; fine if it does not run."""
        self._ended.set()
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._mirror is not None:
            self._mirror.join(END_TIMEOUT_S)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._answers():
            raise Unavailable(f"port {self.port} of this machine is taken by another program; give another one: port=…")
        said = tempfile.TemporaryFile()  # noqa: SIM115  the program writes to it as long as it lives
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(self.root), "--port", str(self.port)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        deadline = time.monotonic() + START_TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return process
            time.sleep(0.05)
        process.kill()
        process.wait()
        self.stop()
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
        raise Unavailable(f"TensorBoard did not start on port {self.port}: {lines[-1] if lines else 'it said nothing'}")

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("localhost", self.port), timeout=1):
            return True
        return False

    def _follow(self) -> None:
        while not self._ended.wait(LOOK_AGAIN_S):
            self._look()

    def _look(self) -> None:
        for run_id, folder in self.folder_of.items():
            try:
                mirror_logs(self.workspace_of[run_id], run_id, folder)
            except (
                RunsteadError
            ) as error:  # the server is away for a moment, or the run was deleted: the next look tells
                log.warning("the logs of run %s are not mirrored: %s", run_id, error.message)
