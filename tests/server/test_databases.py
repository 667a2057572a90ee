"""The same server over PostgreSQL."""

import json
import sys
import threading
from pathlib import Path

import pytest

from runstead.testing.servers import run_quietly, running_server, start_server
from tests.server.test_changes import read_events

pytestmark = pytest.mark.postgres
W = "/api/v1/workspaces/default"


@pytest.mark.kill
def test_a_server_over_postgresql_keeps_what_it_acknowledged_through_kill_9(
    fresh_postgres: str, tmp_path: Path
) -> None:
    """Slow: starts two servers."""
    with running_server(tmp_path / "home", "--database", fresh_postgres) as server:
        connection = server.connection()
        connection.call("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e", "properties": {"p": "größe"}})
        connection.send("PUT", f"{W}/runs/r1/artifacts/outputs/m", b"model")
        connection.send("POST", f"{W}/runs/r1/logs/log.txt", b"line\n", query={"offset": 0})
        server.kill()
        again = start_server(server.home, "--database", fresh_postgres).connection()
        assert again.call("GET", "/api/v1/server")["database"] == "postgresql"
        assert again.call("GET", f"{W}/runs/r1")["properties"] == {"p": "größe"}
        assert again.send("GET", f"{W}/runs/r1/artifacts/outputs/m").body == b"model"
        assert again.send("GET", f"{W}/runs/r1/logs/log.txt").body == b"line\n"
        assert not (server.home / "runstead.db").exists()


def test_what_one_server_writes_is_seen_in_the_stream_of_another(fresh_postgres: str, tmp_path: Path) -> None:
    """Slow: starts two servers."""
    with (
        running_server(tmp_path / "a", "--database", fresh_postgres) as first,
        running_server(tmp_path / "b", "--database", fresh_postgres) as second,
    ):
        seen = read_events(second.connection())
        next(seen)
        body = {"run_id": "r1", "experiment": "e"}
        threading.Timer(0.2, first.connection().call, ("POST", f"{W}/runs", body)).start()
        assert {(e["noun"], e["run_id"]) for e in (next(seen), next(seen))} == {("experiment", None), ("run", "r1")}


def test_the_password_of_the_database_is_in_no_command_line_log_or_answer(fresh_postgres: str, tmp_path: Path) -> None:
    address = fresh_postgres.replace("postgres@", "postgres:open-sesame@")
    home = tmp_path / "home"
    command = [sys.executable, "-m", "runstead.cli.main", "up", "--port", "0", "--json"]
    started = run_quietly(command, RUNSTEAD_HOME=str(home), RUNSTEAD_DATABASE=address)
    try:
        pid = json.loads(started.stdout)["pid"]
        told = run_quietly([sys.executable, "-m", "runstead.cli.main", "status", "--json"], RUNSTEAD_HOME=str(home))
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        written = "".join(p.read_text() for p in (home / "server.log", home / "server.json"))
        assert json.loads(told.stdout)["database"] == "postgresql"
        assert "sesame" not in started.stdout + started.stderr + told.stdout + command_line + written
    finally:
        run_quietly([sys.executable, "-m", "runstead.cli.main", "down"], RUNSTEAD_HOME=str(home))
