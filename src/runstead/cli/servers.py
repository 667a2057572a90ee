"""`runstead up`, `down`, `status`, `open`."""

import json
import os
import sys
import time
import webbrowser
from pathlib import Path

import click

from runstead.client import local
from runstead.client.config import home_of
from runstead.client.connection import Connection
from runstead.domain.addresses import is_loopback
from runstead.domain.errors import InvalidArgument, Unavailable

STOP_TIMEOUT_S = 20.0
NETWORK_NOTE = "Note: {host} is reachable from the network; the token guards it, nothing is encrypted."

home_option = click.option(
    "--home", type=click.Path(path_type=Path), help="State folder (default: RUNSTEAD_HOME, or ~/.runstead)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Another than loopback opens the server to the network.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=local.DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--any-port", is_flag=True, help="Take a free port if that one is taken.")
@click.option(
    "--database",
    default="",
    envvar="RUNSTEAD_DATABASE",
    help="postgresql+psycopg://user@host/name (default: SQLite in the state folder).",
)
@click.option(
    "--public-url", default="", help="Address that browsers and clients use, if a proxy stands before this server."
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    help="A further NAME:PORT that this server answers to. May be repeated.",
)
@click.option(
    "--local-jobs",
    type=click.IntRange(min=1),
    envvar="RUNSTEAD_LOCAL_JOBS",
    help="How many jobs may run on this machine at once (default: 4 per core, at least 16); more wait in line.",
)
@click.option("--foreground", is_flag=True, help="Stay in this terminal.")
@home_option
@json_option
def up(
    host: str,
    port: int,
    database: str,
    public_url: str,
    allowed_hosts: tuple[str, ...],
    local_jobs: int | None,
    home: Path | None,
    *,
    any_port: bool,
    foreground: bool,
    as_json: bool,
) -> None:
    """Start the server of this machine and say where Studio is."""
    folder = (home or home_of()).expanduser().absolute()
    if foreground:
        from runstead.cli import serving

        settings = serving.settings_of(
            folder,
            host,
            port,
            database=database,
            public_url=public_url,
            allowed_hosts=allowed_hosts,
            secrets_key=os.environ.pop("RUNSTEAD_SECRETS_KEY", ""),  # taken out: children of the server need it not
            local_jobs=local_jobs,
        )
        serving.serve(settings, any_port=any_port)
        return
    options = ["--host", host, "--port", str(port), "--public-url", public_url, *(["--any-port"] if any_port else [])]
    options += [word for name in allowed_hosts for word in ("--allowed-host", name)]
    options += [] if local_jobs is None else ["--local-jobs", str(local_jobs)]
    # In the environment, not among the arguments: it may hold a password, and everybody can read those.
    environment = {**os.environ, "RUNSTEAD_DATABASE": database}
    server, fresh = local.ensure_running(folder, options, environment=environment)
    if fresh and not is_loopback(host):
        print(NETWORK_NOTE.format(host=host), file=sys.stderr)
    link = _ticket(folder, server, "/")
    if as_json:
        print(
            json.dumps(
                {
                    "running": True,
                    "started": fresh,
                    "url": server.url,
                    "pid": server.pid,
                    "home": str(folder),
                    "link": link,
                }
            )
        )
        return
    print(f"Runstead {'runs' if fresh else 'already runs'} at {server.url}; open {link} (stop it with: runstead down)")


@click.command()
@home_option
@json_option
def down(home: Path | None, *, as_json: bool) -> None:
    """Stop the server of this machine; running jobs go on."""
    folder = (home or home_of()).expanduser().absolute()
    server = local.running(folder)
    if server is not None:
        Connection(server.url, local.token_of(folder)).call("POST", "/api/v1/shutdown", {})
        _await_end(folder, server.pid)
    if as_json:
        print(json.dumps({"running": False, "stopped": server is not None}))
        return
    print(f"stopped {server.url}" if server is not None else f"no server runs for {folder}")


@click.command()
@home_option
@json_option
def status(home: Path | None, *, as_json: bool) -> None:
    """Say whether the server runs, and where; exit code 1 if it does not."""
    folder = (home or home_of()).expanduser().absolute()
    server = local.running(folder)
    if server is None:
        print(
            json.dumps({"running": False, "home": str(folder)})
            if as_json
            else f"no server runs for {folder}; start it with: runstead up"
        )
        raise SystemExit(1)
    facts = Connection(server.url, local.token_of(folder)).call("GET", "/api/v1/server")
    if as_json:
        print(json.dumps({"running": True, **facts}))
        return
    print(f"Runstead {facts['version']} runs at {facts['url']} (pid {facts['pid']}, since {facts['started_at']})")
    print(f"home {facts['home']}, database {facts['database']}")


@click.command("open")
@click.argument("path", default="/")
@click.option("--print", "print_only", is_flag=True, help="Print the link and open nothing.")
@home_option
@json_option
def open_studio(path: str, home: Path | None, *, print_only: bool, as_json: bool) -> None:
    """Open Studio in the browser, signed in by a link that works once."""
    folder = (home or home_of()).expanduser().absolute()
    server = local.running(folder)
    if server is None:
        raise Unavailable(f"no server runs for {folder}; start it with: runstead up")
    if not path.startswith("/"):
        raise InvalidArgument(f"{path!r} is no path of Studio; write one such as /w/default")
    link = _ticket(folder, server, path)
    if as_json:
        print(json.dumps({"url": link}))
        return
    print(f"{link}  (works once, within a minute)")
    if not print_only:
        webbrowser.open(link)


def _ticket(home: Path, server: local.Running, path: str) -> str:
    answer = Connection(server.url, local.token_of(home)).call("POST", "/api/v1/tickets", {"path": path})
    return str(answer["url"])


def _await_end(home: Path, pid: int) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while local.is_locked(home):
        if time.monotonic() > deadline:
            raise Unavailable(f"the server (pid {pid}) was asked to stop and has not; see {home / 'server.log'}")
        time.sleep(local.POLL_S)


COMMANDS = {"up": up, "down": down, "status": status, "open": open_studio}
