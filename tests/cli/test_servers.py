import base64
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.client.connection import Connection
from runstead.testing.servers import run_quietly, stop_server

Finished = tuple[int, str, str]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    stop_server(tmp_path / "home")


def runstead(home: Path, *words: str) -> Finished:
    ended = run_quietly([sys.executable, "-m", "runstead.cli.main", *words], RUNSTEAD_HOME=str(home))
    return ended.returncode, ended.stdout, ended.stderr


def test_up_status_and_down_tell_machines_in_json(home: Path) -> None:
    """Slow: a server and six commands."""
    code, out, _ = runstead(home, "up", "--port", "0", "--json")
    first = json.loads(out)
    assert (code, first["running"], first["started"], first["home"]) == (0, True, True, str(home))
    assert first["link"].startswith(first["url"] + "/login?ticket=")
    code, out, _ = runstead(home, "up", "--json")
    again = json.loads(out)
    assert (again["started"], again["url"], again["pid"]) == (False, first["url"], first["pid"])
    code, out, _ = runstead(home, "status", "--json")
    assert (code, json.loads(out)["pid"], json.loads(out)["database"]) == (0, first["pid"], "sqlite")
    code, out, _ = runstead(home, "down", "--json")
    assert (code, json.loads(out)) == (0, {"running": False, "stopped": True})
    code, out, _ = runstead(home, "status", "--json")
    assert (code, json.loads(out)["running"]) == (1, False)
    assert runstead(home, "down")[1] == f"no server runs for {home}\n"


def test_up_prints_one_line_with_the_link_and_how_to_stop(home: Path) -> None:
    code, out, err = runstead(home, "up", "--port", "0")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert "/login?ticket=" in out
    assert "(stop it with: runstead down)" in out


def test_open_prints_a_link_to_the_asked_page(home: Path) -> None:
    runstead(home, "up", "--port", "0")
    code, out, _ = runstead(home, "open", "/w/default/runs", "--json")
    assert (code, "/login?ticket=" in json.loads(out)["url"]) == (0, True)
    code, _, err = runstead(home, "open", "http://evil.test")
    assert (code, "is no path of Studio" in err) == (2, True)


def test_an_occupied_port_is_named_with_what_would_do(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, _, err = runstead(home, "up", "--port", str(port))
    assert code == 1
    assert f"port {port} of 127.0.0.1 cannot be used: Address already in use by process {os.getpid()} (" in err
    assert "--port" in err
    assert "runstead down --home" in err


def test_any_port_takes_another_where_the_wanted_one_is_taken(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, _ = runstead(home, "up", "--port", str(port), "--any-port", "--json")
    assert code == 0
    assert not json.loads(out)["url"].endswith(f":{port}")


def test_without_a_server_open_says_how_to_start_one(home: Path) -> None:
    code, out, err = runstead(home, "open")
    assert (code, out) == (1, "")
    assert "runstead up" in err
    code, out, _ = runstead(home, "open", "--json")
    assert json.loads(out)["error"]["code"] == "unavailable"


def test_a_server_on_the_network_says_so(home: Path) -> None:
    _, _, err = runstead(home, "up", "--port", "0", "--host", "0.0.0.0")
    assert err == "Note: 0.0.0.0 is reachable from the network; the token guards it, nothing is encrypted.\n"
    assert "reachable from the network" in (home / "server.log").read_text()


def test_help_names_every_command_without_loading_any() -> None:
    script = "import sys; sys.argv = ['runstead', '--help']\nfrom runstead.cli import main\n"
    script += "try: main.cli()\nexcept SystemExit: print('fastapi' in sys.modules, 'sqlalchemy' in sys.modules)"
    out = run_quietly([sys.executable, "-c", script]).stdout
    assert out.endswith("False False\n")
    assert all(name in out for name in ("up", "down", "status", "open"))


def test_the_key_of_the_secrets_comes_from_the_environment_and_a_wrong_one_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNSTEAD_SECRETS_KEY", "much-too-short")
    code, out, err = runstead(home, "up", "--port", "0")
    assert (code, "openssl rand -base64 32" in err, "much-too-short" in out + err) == (1, True, False)
    monkeypatch.setenv("RUNSTEAD_SECRETS_KEY", base64.b64encode(b"k" * 32).decode())
    code, out, _ = runstead(home, "up", "--port", "0", "--json")
    owner = Connection(json.loads(out)["url"], (home / "token").read_text().strip())
    owner.call("PUT", "/api/v1/workspaces/default/secrets/pw", {"value": "abc"})
    assert (code, (home / "secrets.key").exists()) == (0, False)
    assert owner.call("GET", "/api/v1/workspaces/default/secrets/pw")["value"] == "abc"
