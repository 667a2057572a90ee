import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.client import local
from runstead.client.config import Settings, from_environment
from runstead.client.metrics import load_metrics
from runstead.client.runs import create_run, load_run
from runstead.client.workspaces import Workspace
from runstead.client.writers import flush, session_of
from runstead.domain.errors import Forbidden, Unauthenticated, Unavailable
from runstead.testing.servers import RealServer, start_server, stop_server, wait_until
from tests.disks import mounted_disk

CONNECT = """
import sys
from pathlib import Path
from runstead.client import local
from runstead.client.config import Settings
connection = local.connect(Settings(Path(sys.argv[1])))
print(connection.url, len(connection.call("GET", "/api/v1/workspaces")["workspaces"]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    stop_server(tmp_path / "home")


def connecting(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CONNECT, str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_processes_that_start_it_at_the_same_time_end_up_with_one_server(home: Path) -> None:
    """Slow: five processes and a server."""
    racers = [connecting(home) for _ in range(5)]
    told = [racer.communicate(timeout=60) for racer in racers]
    assert len({out for out, _ in told}) == 1, told
    assert told[0][0].endswith(" 1\n")
    lines = [line for _, err in told for line in err.splitlines()]
    url = told[0][0].split()[0]
    assert lines == [f"Runstead: started a local server, Studio at {url} (stop it with: runstead down)"]


def test_a_server_that_is_there_is_used_without_a_word(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = start_server(home)
    assert local.connect(Settings(home)).url == server.url
    assert capfd.readouterr().err == ""


def test_what_a_killed_server_left_behind_is_not_taken_for_a_server(home: Path) -> None:
    server = start_server(home)
    server.kill()
    assert json.loads((home / "server.json").read_text())["pid"] == server.pid
    assert local.running(home) is None
    assert local.connect(Settings(home)).call("GET", "/health")["status"] == "ok"


def test_no_token_goes_to_a_stranger_that_took_the_port_of_a_dead_server(home: Path) -> None:
    home.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0.2)
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        (home / "server.json").write_text(json.dumps({"url": url, "pid": os.getpid(), "version": "0"}))
        (home / "token").write_text("secret")
        with pytest.raises(Unavailable, match="RUNSTEAD_AUTOSTART=0 forbids"):
            local.connect(Settings(home, autostart=False))
        with pytest.raises(TimeoutError):
            stranger.accept()


def test_where_starting_is_forbidden_the_error_says_what_to_do(home: Path) -> None:
    with pytest.raises(Unavailable, match="start it with: runstead up, or set RUNSTEAD_URL and RUNSTEAD_TOKEN"):
        local.connect(Settings(home, autostart=False))
    assert not home.exists()


def test_a_configured_server_needs_its_token(home: Path) -> None:
    with pytest.raises(Unauthenticated, match="RUNSTEAD_TOKEN is not set"):
        local.connect(Settings(home, url="http://box:1"))


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    home.mkdir()
    (home / "runstead.db").write_bytes(b"this is no database, and long enough to be looked at" * 100)
    with pytest.raises(Unavailable, match=r"the local server did not start: .*not a database"):
        local.connect(Settings(home))


def test_a_server_that_cannot_start_says_so_once_and_in_whole(home: Path) -> None:
    with pytest.raises(
        Unavailable, match=r"^the local server did not start: the database cannot be reached.*refused.*\?$"
    ):
        local.ensure_running(home, ["--port", "0", "--database", "postgresql+psycopg://somebody@127.0.0.1:1/none"])


def test_the_server_outlives_the_process_that_started_it_and_its_terminal(home: Path) -> None:
    racer = connecting(home)
    out, _ = racer.communicate(timeout=60)
    server = local.running(home)
    assert server is not None
    assert server.url == out.split()[0]
    assert os.getsid(server.pid) == server.pid


def test_sigterm_ends_it_cleanly(home: Path) -> None:
    server = start_server(home)
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: not local.is_locked(home), what="the server has ended")
    assert not (home / "server.json").exists()


def test_the_secrets_are_readable_by_their_owner_alone(home: Path) -> None:
    start_server(home)
    for name in ("token", "signing.key", "runstead.db", "server.json"):
        assert (home / name).stat().st_mode & 0o077 == 0, name
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_jobs_token_is_renewed_before_it_ends_and_what_was_logged_still_arrives(
    server: RealServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owner = server.connection()
    place = Workspace(owner, "default")
    create_run(place, "r1", experiment="e", kind="interactive")
    told = owner.call("POST", f"{place.path}/runs/r1/token", {})
    variables = {
        "AZUREML_SERVICE_ENDPOINT": server.url,
        "AZUREML_RUN_TOKEN": told["token"],
        "AZUREML_RUN_TOKEN_EXPIRY": str(int(time.time()) + 3600),
        "AZUREML_RUN_ID": "r1",
        "AZUREML_ARM_PROJECT_NAME": "e",
        "AZUREML_ARM_WORKSPACE_NAME": "default",
        "AZUREML_ARM_SUBSCRIPTION": "s",
        "AZUREML_ARM_RESOURCEGROUP": "g",
        "RUNSTEAD_JOURNAL_DIR": str(tmp_path / "journal"),
    }
    settings = from_environment(variables)
    connection = local.connect(settings)
    mine = Workspace(connection, "default")
    session = session_of(mine, "r1", journal=settings.journal, connect=lambda: local.connect(settings))
    with caplog.at_level(logging.DEBUG, logger="runstead.client.connection"):
        for _ in range(3):
            load_run(mine, "r1")
    asked = [record.getMessage() for record in caplog.records]
    session.log_scalar("a", 1.0)
    connection.token = owner.call("POST", f"{place.path}/runs/r1/token", {})["token"]
    flush(mine, "r1", timeout_s=10)

    assert len([one for one in asked if one.startswith("POST") and "/runs/r1/token: 200" in one]) == 1
    assert load_metrics(place, "r1") == {"a": 1.0}


def test_a_state_folder_that_cannot_be_had_is_refused_with_what_would_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Forbidden, match="file/home cannot be made: Not a directory; name a folder of this user's own"):
        local.ensure_running(tmp_path / "file/home")
    with mounted_disk(tmp_path / "read-only", "1m,ro") as home, pytest.raises(Forbidden, match="RUNSTEAD_HOME=/path"):
        local.ensure_running(home)
