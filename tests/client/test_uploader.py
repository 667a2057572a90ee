"""Faults between a session and its server: nothing is lost, nothing doubled, and the user is told once."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.client.connection import Connection
from runstead.client.session import Session
from runstead.client.sync import sync_directory
from runstead.client.uploader import Shipper
from runstead.domain.errors import Forbidden, NotFound, TooLarge, Unavailable
from runstead.journal.writers import Bounds
from runstead.testing.servers import run_quietly, wait_until
from tests.client.ingest_server import Ingest, ingest_server
from tests.disks import mounted_disk


@pytest.fixture
def server() -> Iterator[Ingest]:
    with ingest_server() as ingest:
        yield ingest


def a_session(server: Ingest, folder: Path, run_id: str = "r1") -> Session:
    return Session(run_id, directory=folder, ship=Shipper("default", server.connection))


def states(folder: Path, server: Ingest) -> list[str]:
    """Sync, and what became of each journal."""
    return [delivery.state for delivery in sync_directory(folder, server.connection())]


def test_answers_that_get_lost_double_nothing(server: Ingest, tmp_path: Path) -> None:
    session = a_session(server, tmp_path)
    for i in range(3):
        server.lose_answers = 2
        session.log_scalar("a", i)
        session.flush()
    assert server.values("r1", "a") == list(range(3))
    assert len(server.requests) > 6


def test_a_server_that_lost_its_memory_gets_everything_again(server: Ingest, tmp_path: Path) -> None:
    session = a_session(server, tmp_path)
    session.log_scalar("a", 1)
    session.flush()
    server.journals.clear()
    session.log_scalar("a", 2)
    session.flush()
    assert server.values("r1", "a") == [1, 2]


def test_training_goes_on_while_there_is_no_server_and_all_arrives_when_it_is_back(tmp_path: Path) -> None:
    with ingest_server() as first:
        port = int(first.url.rpartition(":")[2])
    session = Session("r1", directory=tmp_path, ship=Shipper("default", lambda: Connection(first.url, "t")))
    for i in range(1000):
        session.log_scalar("a", float(i))
    with pytest.raises(Unavailable, match="cannot be reached"):
        session.flush(timeout_s=0.3)
    with ingest_server(port=port) as back:
        session.flush(timeout_s=20)
        assert back.values("r1", "a") == [float(i) for i in range(1000)]


@pytest.mark.parametrize(("status", "code", "kind"), [(403, "forbidden", Forbidden), (404, "not_found", NotFound)])
def test_a_final_refusal_is_told_once_raised_by_flush_and_keeps_the_journal(
    server: Ingest, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int, code: str, kind: type[Exception]
) -> None:
    server.fault = lambda request: (status, code)
    session = a_session(server, tmp_path)
    with caplog.at_level(logging.WARNING):
        session.log_scalar("a", 1.0)
        with pytest.raises(kind):
            session.flush()
        session.log_scalar("a", 2.0)
        with pytest.raises(kind):
            session.close()
    assert len(server.requests) == 1
    server.fault = lambda request: None
    wait_until(lambda: states(tmp_path, server) != ["in use"], what="the uploader lets go of what was refused")
    assert len([r for r in caplog.records if "no longer sent" in r.message]) == 1
    assert server.values("r1", "a") == [1.0, 2.0]


def test_a_disk_full_over_there_is_told_at_flush_and_overcome_later(server: Ingest, tmp_path: Path) -> None:
    server.fault = lambda request: (413, "too_large")
    session = a_session(server, tmp_path)
    session.log_scalar("a", 1.0)
    with pytest.raises(Unavailable, match="too_large"):
        session.flush()
    server.fault = lambda request: None
    session.flush()
    assert server.values("r1", "a") == [1.0]


def test_metrics_that_begin_while_disk_and_memory_are_full_do_not_spoil_those_after(
    server: Ingest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault = lambda request: (503, "unavailable")
    with mounted_disk(tmp_path / "disk", "128k") as disk:
        tiny = Bounds(window_bytes=64 << 10, memory_bytes=16 << 10)
        session = Session("r1", directory=disk, ship=Shipper("default", server.connection), bounds=tiny)
        for i in range(5000):
            session.log_scalar("old", float(i))
            session.log_scalar(f"new {i}", float(i))
        assert "get lost" in caplog.text
        server.fault = lambda request: None
        with pytest.raises(TooLarge, match="were lost"):
            session.flush()
        session.log_scalar("new 4999", 1.0)
        session.log_scalar("after", 2.0)
        session.close()
    old = server.values("r1", "old")
    assert old == [float(i) for i in range(len(old))]
    assert (server.values("r1", "new 4999"), server.values("r1", "after")) == ([1.0], [2.0])


def test_several_sessions_and_threads_keep_each_series_in_order(server: Ingest, tmp_path: Path) -> None:
    small = Bounds(window_bytes=4096, journal_bytes=64 << 10)  # threads meet while a journal is followed by the next
    ship = Shipper("default", server.connection)
    sessions = [Session(f"r{i}", directory=tmp_path, ship=ship, bounds=small) for i in range(4)]

    def log(name: str) -> None:
        for i in range(3000):
            for session in sessions:
                session.log_scalar(name, float(i))

    threads = [threading.Thread(target=log, args=(f"m{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in sessions:
        session.flush()
        for name in ("m0", "m1", "m2", "m3"):
            assert server.values(session.run_id, name) == [float(i) for i in range(3000)]


def test_a_forked_child_logs_to_a_journal_of_its_own_and_leaves_the_parents_alone(
    server: Ingest, tmp_path: Path
) -> None:
    session = a_session(server, tmp_path)
    session.log_scalar("parent", 1.0)
    child = os.fork()
    if child == 0:
        for i in range(1000):
            session.log_scalar("child", float(i))
        os._exit(0)
    for i in range(1000):
        session.log_scalar("parent", float(i))
    assert os.waitpid(child, 0)[1] == 0
    assert len(list(tmp_path.rglob("*.journal"))) == 2
    session.flush()
    assert server.values("r1", "parent") == [1.0, *(float(i) for i in range(1000))]
    assert server.values("r1", "child") == [float(i) for i in range(1000)]
    assert len(list(tmp_path.rglob("*.journal"))) == 1


def test_a_child_of_multiprocessing_delivers_before_it_ends(server: Ingest, tmp_path: Path) -> None:
    session = a_session(server, tmp_path)
    session.log_scalar("parent", 1.0)
    child = multiprocessing.get_context("fork").Process(target=session.log_scalar, args=("child", 2.0))
    child.start()
    child.join()
    assert server.values("r1", "child") == [2.0]


def test_a_parent_killed_while_its_child_lives_leaves_a_journal_that_can_be_shipped(
    server: Ingest, tmp_path: Path
) -> None:
    server.fault = lambda request: (503, "unavailable")
    parent = os.fork()
    if parent == 0:
        session = a_session(server, tmp_path)
        session.log_scalar("a", 1.0)
        if os.fork() == 0:
            time.sleep(60)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    server.fault = lambda request: None
    assert states(tmp_path, server) == ["delivered"]
    assert server.values("r1", "a") == [1.0]


def test_a_signal_handler_may_log_while_a_log_call_is_interrupted(server: Ingest, tmp_path: Path) -> None:
    small = Bounds(window_bytes=4096, journal_bytes=128 << 10)  # it has to make room all the time
    session = Session("r1", directory=tmp_path, ship=Shipper("default", server.connection), bounds=small)
    count = logged = 0

    def handle(*_: object) -> None:
        nonlocal count
        session.log_scalar("alarm", float(count))
        session.log_list("alarms", [count] * 300)
        count += 1
        signal.setitimer(signal.ITIMER_REAL, 0.001)

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    try:
        while logged < 12_000 or count < 10:  # a machine that is busy elsewhere delivers signals late
            session.log_scalar("a", float(logged))
            logged += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    session.flush()
    assert server.values("r1", "a") == [float(i) for i in range(logged)]
    assert server.values("r1", "alarm") == [float(i) for i in range(count)]
    assert len(server.values("r1", "alarms")) == 300 * count


SCRIPT = """
import sys
from pathlib import Path
from runstead.client.connection import Connection
from runstead.client.session import Session
from runstead.client.uploader import Shipper
session = Session("r1", directory=Path(sys.argv[2]), ship=Shipper("default", lambda: Connection(sys.argv[1], "t")))
for i in range(3):
    session.log_scalar("a", i)
"""


def test_a_script_that_just_ends_has_delivered(server: Ingest, tmp_path: Path) -> None:
    ended = run_quietly([sys.executable, "-c", SCRIPT, server.url, str(tmp_path)])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert server.values("r1", "a") == [0, 1, 2]
    assert list(tmp_path.rglob("*.journal")) == []


def test_a_script_that_ends_without_a_server_ends_soon_and_says_where_its_metrics_are(tmp_path: Path) -> None:
    with ingest_server() as gone:
        pass
    begin = time.monotonic()
    ended = run_quietly([sys.executable, "-c", SCRIPT, gone.url, str(tmp_path)])
    assert ended.returncode == 0
    assert time.monotonic() - begin < 30
    assert "runstead sync" in ended.stderr
    assert "cannot be reached" in ended.stderr
    with ingest_server() as back:
        assert states(tmp_path, back) == ["delivered"]
        assert back.values("r1", "a") == [0, 1, 2]


def test_jitter_leaves_the_users_random_numbers_alone(server: Ingest, tmp_path: Path) -> None:
    ended = run_quietly(
        [
            sys.executable,
            "-c",
            "import random; random.seed(1); wanted = random.Random(1).random()\n"
            + SCRIPT
            + "\ntry: session.flush(0.3)\nexcept Exception: pass\nassert random.random() == wanted",
            "http://127.0.0.1:9",
            str(tmp_path),
        ]
    )
    assert ended.returncode == 0, ended.stderr
