"""`runstead sync` and `verify`, run as users run them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.client.connection import Connection
from runstead.client.session import Session
from runstead.domain.records import NO_STEP, Kind, Opening, encode_float, encode_opening, head_of
from runstead.testing.servers import run_quietly, running_server
from tests.client.ingest_server import Ingest, ingest_server


@pytest.fixture
def server() -> Iterator[Ingest]:
    with ingest_server() as ingest:
        yield ingest


def runstead(server: Ingest, home: Path, *words: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    """Exit code and answer of a command."""
    ended = run_quietly(
        [sys.executable, "-m", "runstead.cli.main", *words, "--json"],
        RUNSTEAD_HOME=str(home),
        RUNSTEAD_URL=server.url,
        RUNSTEAD_TOKEN="t",
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def left_behind(folder: Path, run_id: str, count: int) -> None:
    """A journal whose writer is gone."""
    session = Session(run_id, directory=folder, ship=None)
    for i in range(count):
        session.log_scalar("a", float(i))
    session.close()


def test_sync_delivers_what_is_left_behind_in_the_home_and_in_its_jobs(server: Ingest, tmp_path: Path) -> None:
    left_behind(tmp_path / "journal", "r1", 10)
    left_behind(tmp_path / "jobs" / "r2" / "journal", "r2", 20)
    code, told = runstead(server, tmp_path, "sync")
    assert (code, [j["state"] for j in told["journals"]]) == (0, ["delivered", "delivered"])
    assert server.values("r1", "a") == [float(i) for i in range(10)]
    assert server.values("r2", "a") == [float(i) for i in range(20)]
    assert list(tmp_path.rglob("*.journal")) == []
    assert runstead(server, tmp_path, "sync") == (0, {"journals": []})


def test_sync_leaves_the_journal_of_a_living_process_alone(server: Ingest, tmp_path: Path) -> None:
    session = Session("r1", directory=tmp_path, ship=None)
    session.log_scalar("a", 1.0)
    code, told = runstead(server, tmp_path, "sync", str(tmp_path))
    assert (code, [j["state"] for j in told["journals"]]) == (0, ["in use"])
    assert server.journals == {}


def test_sync_delivers_what_lies_before_a_damage_and_sets_the_journal_aside(server: Ingest, tmp_path: Path) -> None:
    left_behind(tmp_path, "r1", 10)
    [path] = tmp_path.rglob("*.journal")
    content = bytearray(path.read_bytes())
    content[-64] ^= 1
    path.write_bytes(bytes(content))
    code, told = runstead(server, tmp_path, "sync", str(tmp_path))
    assert (code, told["journals"][0]["state"]) == (1, "damaged")
    assert server.values("r1", "a") == [float(i) for i in range(8)]
    assert [p.suffix for p in tmp_path.rglob("*.*")] == [".damaged"]
    assert runstead(server, tmp_path, "verify", str(tmp_path))[0] == 1


def test_sync_keeps_the_journal_of_a_run_that_the_server_does_not_know(server: Ingest, tmp_path: Path) -> None:
    left_behind(tmp_path, "r1", 1)
    server.fault = lambda request: (404, "not_found")
    code, told = runstead(server, tmp_path, "sync", str(tmp_path))
    assert (code, told["journals"][0]["state"]) == (1, "failed")
    assert len(list(tmp_path.rglob("*.journal"))) == 1


def test_verify_counts_what_a_sound_journal_holds(server: Ingest, tmp_path: Path) -> None:
    session = Session("r1", directory=tmp_path, ship=None)
    session.log_list("l", range(5))
    session.log_row("r", {"x": 1})
    session.log_table("t", {"x": [1, 2, 3]})
    session.close()
    code, told = runstead(server, tmp_path, "verify", str(tmp_path))
    [journal] = told["journals"]
    assert (code, journal["state"], journal["point_count"], journal["run_id"]) == (0, "sound", 9, "r1")


def test_verify_tells_a_torn_tail_a_damage_and_nonsense_apart(server: Ingest, tmp_path: Path) -> None:
    opening = encode_opening(Opening("r", "0" * 32, "default", 1))
    orphan = encode_float(head_of(Kind.FLOAT, 7), 0, NO_STEP, 1.0)
    (tmp_path / "a.journal").write_bytes(opening + orphan[:20])
    (tmp_path / "b.journal").write_bytes(opening + orphan)
    (tmp_path / "c.journal").write_bytes(b"hello, world")
    (tmp_path / "d.journal").write_bytes(opening + bytes(32) + orphan)
    code, told = runstead(server, tmp_path, "verify", str(tmp_path))
    assert code == 1
    assert [j["state"] for j in told["journals"]] == ["torn", "damaged", "foreign", "damaged"]
    assert "never declared" in str(told["journals"][1]["message"])


def test_a_folder_that_is_not_there_is_an_error_with_its_name(server: Ingest, tmp_path: Path) -> None:
    code, told = runstead(server, tmp_path, "sync", str(tmp_path / "nowhere"))
    assert code == 3
    assert "nowhere" in str(told["error"])


def test_verify_checks_the_store_of_a_running_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as running:
        connection = Connection(running.url, running.token)
        connection.call("POST", "/api/v1/workspaces/default/runs", {"run_id": "r1", "experiment": "e"})
        left_behind(tmp_path / "journal", "r1", 10)
        environment = {"RUNSTEAD_HOME": str(tmp_path), "RUNSTEAD_URL": running.url, "RUNSTEAD_TOKEN": running.token}
        for words in (["sync"], ["verify", "--json"]):
            ended = run_quietly([sys.executable, "-m", "runstead.cli.main", *words], **environment)
            assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["runs"] == [
            {"run_id": "r1", "series_count": 1, "point_count": 10, "problems": []}
        ]
