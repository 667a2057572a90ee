"""Images and charts are sent in the background: in order, once, and waited for when somebody asks."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from runstead.client import outboxes
from runstead.client.artifacts import list_artifacts, put_artifact, read_artifact
from runstead.client.connection import Connection
from runstead.client.metrics import load_series
from runstead.client.runs import create_run
from runstead.client.session import Session
from runstead.client.uploader import Shipper
from runstead.client.workspaces import Workspace
from runstead.domain.errors import InvalidArgument, Unavailable
from runstead.testing.servers import RealServer, run_quietly, start_server, stop_server, wait_until

SCRIPT = """
import sys
from pathlib import Path
from runstead.client.connection import Connection
from runstead.client.session import Session
from runstead.client.uploader import Shipper

url, token, folder, act = sys.argv[1:]
session = Session("r1", directory=Path(folder), ship=Shipper("default", lambda: Connection(url, token)))
if act == "fork":
    import os
    session.log_file("picture", "image", "parent.png", b"parent")
    if os.fork() == 0:
        session.log_file("picture", "image", "child.png", b"child")
        session.flush()
        os._exit(0)
    os.wait()
else:
    for number in range(3):
        session.log_file("picture", "image", f"{number}.png", b"%d" % number)
"""


@pytest.fixture
def place(server: RealServer) -> Workspace:
    found = Workspace(server.connection(), "default")
    create_run(found, "r1", experiment="e", kind="interactive")
    return found


@pytest.fixture
def session(server: RealServer, place: Workspace, tmp_path: Path) -> Session:
    return Session("r1", directory=tmp_path / "journal", ship=Shipper("default", server.connection))


def logged(place: Workspace) -> list[object]:
    return [path for one in load_series(place, "r1", name="picture") for path in one.columns[""]]


def test_logging_does_not_wait_for_the_server_and_flush_does(
    server: RealServer, session: Session, place: Workspace
) -> None:
    os.kill(server.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        for number in range(20):
            session.log_file("picture", "image", f"{number:02}.png", b"%d" % number)
        took_s = time.monotonic() - began
    finally:
        os.kill(server.pid, signal.SIGCONT)
    session.flush()

    assert took_s < 20
    assert logged(place) == [f"{number:02}.png" for number in range(20)]
    assert read_artifact(place, "r1", path="07.png") == b"7"


def test_a_path_that_is_taken_gets_a_piece_of_the_hash_and_the_metric_says_so(
    session: Session, place: Workspace
) -> None:
    put_artifact(place, "r1", path="a.png", content=b"somebody else's")
    for content in (b"one", b"two", b"one"):
        session.log_file("picture", "image", "a.png", content)
    session.flush()

    first, second, third = logged(place)
    assert first == third != second
    assert [one["path"] for one in list_artifacts(place, "r1")] == sorted(["a.png", str(first), str(second)])
    assert read_artifact(place, "r1", path=str(second)) == b"two"


def test_what_was_logged_while_the_server_was_away_arrives_once_when_it_is_back(
    server: RealServer, place: Workspace, tmp_path: Path
) -> None:
    again: list[RealServer] = [server]

    def connect() -> Connection:
        return again[0].connection()

    session = Session("r1", directory=tmp_path / "journal", ship=Shipper("default", connect))
    server.kill()
    session.log_file("picture", "image", "a.png", b"one")
    with pytest.raises(Unavailable, match="1 files of run r1 have not reached"):
        session.await_files(timeout_s=0.3)

    again[0] = start_server(server.home)
    try:
        session.flush()
        assert logged(Workspace(again[0].connection(), "default")) == ["a.png"]
    finally:
        stop_server(server.home)


def test_a_file_that_the_server_refuses_is_told_once_by_flush_and_the_next_ones_go(
    session: Session, place: Workspace
) -> None:
    session.log_file("picture", "image", "../outside.png", b"one")
    session.log_file("picture", "image", "b.png", b"two")
    with pytest.raises(InvalidArgument, match=r"outside\.png"):
        session.flush()
    session.flush()
    assert logged(place) == ["b.png"]


def test_too_many_bytes_wait_for_room_while_the_server_answers(
    session: Session, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outboxes, "MOST_BYTES", 1_000)
    for number in range(5):
        session.log_file("picture", "image", f"{number}.png", bytes([number]) * 600)
    session.flush()
    assert len(logged(place)) == 5


def test_a_process_that_ends_sends_what_it_logged(server: RealServer, place: Workspace, tmp_path: Path) -> None:
    """Slow: starts an interpreter."""
    ended = run_quietly([sys.executable, "-c", SCRIPT, server.url, server.token, str(tmp_path), "end"])
    assert ended.returncode == 0, ended.stderr
    wait_until(lambda: len(logged(place)) == 3, what="all three are there")
    assert logged(place) == ["0.png", "1.png", "2.png"]


def test_a_forked_child_sends_its_own_files_and_not_its_parents(
    server: RealServer, place: Workspace, tmp_path: Path
) -> None:
    """Slow: starts an interpreter."""
    ended = run_quietly([sys.executable, "-c", SCRIPT, server.url, server.token, str(tmp_path), "fork"])
    assert ended.returncode == 0, ended.stderr
    assert sorted(map(str, logged(place))) == ["child.png", "parent.png"]
