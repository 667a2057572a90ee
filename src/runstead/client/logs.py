"""Logs of a run: append to one, read one, follow one, and show a whole run as it happens."""

import json
from typing import NamedTuple

from runstead.client.connection import quoted, quoted_path
from runstead.client.workspaces import Workspace

WAIT_S = 10  # how long one request waits for news


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


def read_log(workspace: Workspace, run_id: str, *, path: str, offset: int = 0, wait_s: float = 0) -> LogPiece:
    """The log from `offset` (negative: from the end), waiting at most `wait_s` for something. Raises NotFound."""
    answer = workspace.connection.send(
        "GET",
        _log_path(workspace, run_id, path),
        query={"offset": offset, "wait_s": wait_s},
        timeout_s=wait_s + 30,
    )
    told = answer.headers
    return LogPiece(
        answer.body,
        int(told["x-runstead-offset"]),
        int(told["x-runstead-size"]),
        told.get("x-runstead-final") == "1",
    )


def _log_path(workspace: Workspace, run_id: str, path: str) -> str:
    return f"{workspace.path}/runs/{quoted(run_id)}/logs/{quoted_path(path)}"
