"""Logs of a run: append to one, read one, follow one, and show a whole run as it happens."""

import codecs
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from runstead.client.artifacts import list_artifacts
from runstead.client.connection import Json, quoted, quoted_path
from runstead.client.runs import load_run, studio_url
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, NotFound, Unavailable
from runstead.domain.plans import DRIVER_LOG, MPI_LOG, RELEASE, STAGE_LOGS
from runstead.domain.runs import is_final

WAIT_S = 1.0  # how long one request waits for new bytes; then we look whether another log has begun
FIRST_LOOK_S = 0.03  # how often we look for the first log
LONGEST_PAUSE_S = 0.5
PIECE_BYTES = 1 << 20
PATIENCE_S = 300.0  # for a server that is away; the run itself does not need it
_SHOWN = re.compile(r"azureml-logs/\d{2}.+\.txt|user_logs/std_log.*\.txt")
_OF_SCRIPT = re.compile(r"azureml-logs/70_driver_log")
_OF_ONE_PROCESS = re.compile(r"(.*_)\d+(\.txt)")


class LogPiece(NamedTuple):
    """Some bytes of a log, where they begin, how long the log is by now, and whether it will grow."""

    content: bytes
    offset: int
    size_bytes: int
    is_final: bool

    @property
    def is_end(self) -> bool:
        """Nothing comes after this piece any more."""
        return self.is_final and self.offset + len(self.content) >= self.size_bytes


def append_log(workspace: Workspace, run_id: str, *, path: str, offset: int, content: bytes) -> int:
    """Adds bytes that begin at `offset`; answers the log's length. Conflict (with `offset`) if that leaves a gap."""
    answer = workspace.connection.send("POST", _log_path(workspace, run_id, path), content, query={"offset": offset})
    return int(json.loads(answer.body)["offset"])


def put_log(workspace: Workspace, run_id: str, *, path: str, file: Path) -> None:
    """Sends a whole file as a log: unlike an artifact it is kept without secrets. Conflict if there is one."""
    if append_log(workspace, run_id, path=path, offset=0, content=b"") > 0:
        raise Conflict(f"run {run_id} has a log {path!r} already; that one is kept")
    offset = 0
    with file.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            offset = append_log(workspace, run_id, path=path, offset=offset, content=piece)


def read_log(
    workspace: Workspace, run_id: str, *, path: str, offset: int = 0, limit: int | None = None, wait_s: float = 0
) -> LogPiece:
    """The log from `offset` (negative: from the end), waiting at most `wait_s` for something. Raises NotFound.

    limit: how many bytes at most; by default as many as the server gives at once.
    """
    query = {"offset": offset, "limit": limit, "wait_s": wait_s}
    address = _log_path(workspace, run_id, path)
    answer = workspace.connection.send("GET", address, query=query, timeout_s=wait_s + 30)
    told = answer.headers
    final = told.get("x-runstead-final") == "1"
    return LogPiece(answer.body, int(told["x-runstead-offset"]), int(told["x-runstead-size"]), final)


def follow_log(workspace: Workspace, run_id: str, *, path: str, offset: int = 0) -> Iterator[bytes]:
    """A log's bytes from `offset` as they come, until it will not grow any more; a server may be away meanwhile.

    Raises NotFound if the run ends without this log, Unavailable if the server stays away.
    """
    patience = _Patience()
    while True:
        try:
            piece = read_log(workspace, run_id, path=path, offset=offset, wait_s=10 * WAIT_S)
        except Unavailable as error:
            patience.wait(error)
            continue
        patience = _Patience()
        if piece.content:
            yield piece.content
        offset = piece.offset + len(piece.content)
        if piece.is_end:
            return


def await_run(workspace: Workspace, run_id: str, *, sink: TextIO | None = None, show_error: bool = False) -> Json:
    """The run when it has ended. sink: shows it meanwhile, in the layout of SDK v1.

    show_error: the summary says how a failed run failed. A server that is away is waited for; Unavailable if it stays
    away.
    """
    shown = None if sink is None else _Show(workspace, run_id, sink)
    if shown is not None:
        shown.begin()
    patience = _Patience()
    while True:
        try:
            run = load_run(workspace, run_id)
            if shown is not None:
                shown.advance(run)
            if is_final(run["status"]):
                break
            if shown is None:
                _wait_for_end(workspace, run_id)
        except Unavailable as error:
            patience.wait(error)
            continue
        patience = _Patience()
    if shown is not None:
        shown.end(run, show_error=show_error)
    return run


def _wait_for_end(workspace: Workspace, run_id: str) -> None:
    """Returns when the run has ended, or some seconds later. Asking for no bytes of a log waits for just that."""
    try:
        read_log(workspace, run_id, path=DRIVER_LOG, limit=0, wait_s=10 * WAIT_S)
    except NotFound:  # it ended, or the wait did, without that log
        return


def current_log(names: list[str]) -> str | None:
    """Which of a run's logs is shown: the last in order; of several processes' the first process's."""
    candidates = sorted(name for name in names if _SHOWN.fullmatch(name))
    if any(_OF_SCRIPT.match(name) for name in candidates):
        # Not what mpirun itself says, nor the newer name of the same log.
        candidates = [name for name in candidates if name != MPI_LOG and name.startswith(STAGE_LOGS)]
    if not candidates:
        return None
    of_process = _OF_ONE_PROCESS.fullmatch(candidates[-1])
    first = "" if of_process is None else f"{of_process[1]}0{of_process[2]}"
    return first if first in candidates else candidates[-1]


class _Show:
    """One run on a terminal: where we are in which log."""

    def __init__(self, workspace: Workspace, run_id: str, sink: TextIO) -> None:
        self._workspace = workspace
        self._run_id = run_id
        self._sink = sink
        self._log: str | None = None
        self._offset = 0
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._next_look = 0.0
        self._at_line_start = True

    def begin(self) -> None:
        self._write(self._head())

    def advance(self, run: Json) -> None:
        """Shows what is new, and waits a moment for it if there is nothing."""
        ended = is_final(run["status"])
        if ended or time.monotonic() >= self._next_look:
            self._choose()
            self._next_look = time.monotonic() + LONGEST_PAUSE_S
        if self._log is None:
            self._next_look = 0.0
            time.sleep(0 if ended else FIRST_LOOK_S)
            return
        while (piece := self._read(wait_s=0 if ended else WAIT_S)) and ended:
            pass
        if not piece:
            self._next_look = 0.0

    def end(self, run: Json, *, show_error: bool) -> None:
        parts = ["" if self._at_line_start else "\n", "\nExecution Summary\n=================\n", self._head()]
        if run["warnings"]:
            parts.append(f"\nWarnings:\n{json.dumps(run['warnings'], indent=4)}\n")
        if show_error and run["error"]:
            parts.append(f"\nError:\n{json.dumps({'error': run['error']}, indent=4)}\n")
        self._write("".join([*parts, "\n"]))

    def _head(self) -> str:
        return f"RunId: {self._run_id}\nWeb View: {studio_url(self._workspace, self._run_id)}\n"

    def _choose(self) -> None:
        names = [artifact["path"] for artifact in list_artifacts(self._workspace, self._run_id)]
        # SDK v1 stops at the end of the script's own log, before what is written afterwards.
        chosen = current_log([name for name in names if not name.startswith(f"{STAGE_LOGS}/{RELEASE}")])
        if chosen is None or chosen == self._log:
            return
        while self._log is not None and self._read(wait_s=0):
            pass  # the rest of the one before
        self._write(f"{'' if self._at_line_start else chr(10)}\nStreaming {chosen}\n{'=' * (len(chosen) + 10)}\n\n")
        self._log, self._offset = chosen, 0
        self._text.reset()

    def _read(self, *, wait_s: float) -> bytes:
        piece = read_log(self._workspace, self._run_id, path=self._log or "", offset=self._offset, wait_s=wait_s)
        self._offset = piece.offset + len(piece.content)
        self._write(self._text.decode(piece.content, final=piece.is_end))
        return piece.content

    def _write(self, text: str) -> None:
        if text:
            self._sink.write(text)
            self._sink.flush()
            self._at_line_start = text.endswith("\n")


class _Patience:
    """Waits a little longer each time while the server is away; gives up in the end."""

    def __init__(self) -> None:
        self._give_up = time.monotonic() + PATIENCE_S
        self._pause_s = 0.05

    def wait(self, error: Unavailable) -> None:
        """A pause; raises `error` when it has been too long."""
        if time.monotonic() > self._give_up:
            raise error
        time.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, 1.0)


def _log_path(workspace: Workspace, run_id: str, path: str) -> str:
    return f"{workspace.path}/runs/{quoted(run_id)}/logs/{quoted_path(path)}"
