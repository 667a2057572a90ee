"""The sessions of this process, one per run: every Run object of a run logs into the same journal, in order."""

from collections.abc import Callable
from pathlib import Path

from runstead.client.connection import Connection
from runstead.client.session import Session
from runstead.client.uploader import Shipper
from runstead.client.workspaces import Workspace

_sessions: dict[tuple[str, str, str], Session] = {}


def session_of(workspace: Workspace, run_id: str, *, journal: Path, connect: Callable[[], Connection]) -> Session:
    """The run's session in this process, opened if there is none. connect: as the uploader's Shipper wants it."""
    # No lock that a fork could leave behind: a session that loses the race has opened nothing yet.
    found = _sessions.get(_key(workspace, run_id))
    return found or _sessions.setdefault(
        _key(workspace, run_id), Session(run_id, directory=journal, ship=Shipper(workspace.name, connect))
    )


def flush(workspace: Workspace, run_id: str, *, timeout_s: float) -> None:
    """Wait until the server has what this process logged to the run; at once if it logged nothing."""
    session = _sessions.get(_key(workspace, run_id))
    if session is not None:
        session.flush(timeout_s)


def await_files(workspace: Workspace, run_id: str) -> None:
    """Wait until the server has the images and charts that this process logged to the run."""
    session = _sessions.get(_key(workspace, run_id))
    if session is not None:
        session.await_files()


def close(workspace: Workspace, run_id: str) -> None:
    """End this process's journal of the run, delivered."""
    session = _sessions.pop(_key(workspace, run_id), None)
    if session is not None:
        session.close()


def _key(workspace: Workspace, run_id: str) -> tuple[str, str, str]:
    # The first token stands for the server: its address may change while we live, and a run's token.
    return workspace.connection.identity, workspace.name, run_id
