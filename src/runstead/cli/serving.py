"""Runs the server in this process: takes the home's lock, binds the port, serves until told to stop."""

import fcntl
import gc
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import uvicorn

from runstead import __version__
from runstead.cli.ports import holder_of
from runstead.client.local import make_home
from runstead.domain.addresses import is_loopback
from runstead.domain.errors import Conflict, InvalidArgument, Unavailable
from runstead.domain.images import DEFAULT_BASE_IMAGE, checked_image
from runstead.domain.jobs import LOCAL
from runstead.launch.builds import Builds
from runstead.launch.condas import checked_rule
from runstead.launch.contract import installed_launchers
from runstead.launch.controller import Controller
from runstead.launch.engines import Rules
from runstead.launch.plan import Host
from runstead.launch.queues import usual_at_once
from runstead.server import tokens
from runstead.server.app import Background, create_app
from runstead.server.sweep import Sweeper
from runstead.service import unit
from runstead.service.compactions import Compactor
from runstead.service.seals import decoded_key
from runstead.service.settings import Settings
from runstead.service.unit import Unit

LOCK_PATIENCE_S = 2.0
GRACE_S = 5


class Server(uvicorn.Server):
    """Uvicorn that tells open streams to end before it waits for them."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT, SIGTERM, or POST shutdown; a second one does not wait for open answers."""
        # Not uvicorn's own: it would raise the signal anew at the end and so skip our cleaning up.
        self.force_exit = self.should_exit
        self.should_exit = True
        self._closing()


def settings_of(
    home: Path,
    host: str,
    port: int,
    *,
    database: str,
    public_url: str,
    allowed_hosts: Sequence[str],
    secrets_key: str = "",
    local_jobs: int | None = None,
) -> Settings:
    """Frozen settings from the command line."""
    if secrets_key:
        decoded_key(secrets_key)
    if public_url and not public_url.startswith(("http://", "https://")):
        raise InvalidArgument(f"{public_url!r} is no address; write it as https://runstead.example.org")
    return Settings(
        home=home,
        host=host,
        port=port,
        database_url=database,
        secrets_key=secrets_key,
        public_url=public_url,
        allowed_hosts=tuple(name.lower() for name in allowed_hosts),
        local_jobs=local_jobs or usual_at_once(os.cpu_count() or 1),
    )


def rules_of(environ: Mapping[str, str]) -> Rules:
    """What the server's owner wants of containers, as the environment says."""
    anything, without = environ.get("RUNSTEAD_DOCKER_ARGUMENTS", ""), environ.get("RUNSTEAD_WITHOUT_ENGINE", "")
    if anything not in ("", "any"):
        raise InvalidArgument(f"RUNSTEAD_DOCKER_ARGUMENTS must be 'any' or not set, not {anything!r}")
    if without not in ("", "venv"):
        raise InvalidArgument(f"RUNSTEAD_WITHOUT_ENGINE must be 'venv' or not set, not {without!r}")
    return Rules(
        address=environ.get("RUNSTEAD_ENGINE", "").strip(),
        base_image=checked_image(environ.get("RUNSTEAD_BASE_IMAGE", "").strip() or DEFAULT_BASE_IMAGE),
        anything=anything == "any",
        falls_back=without == "venv",
    )


def serve(settings: Settings, *, any_port: bool) -> None:
    """Serve until SIGTERM, SIGINT or POST shutdown. Conflict if the home or the port is taken."""
    os.umask(0o077)
    make_home(settings.home)
    with _home_lock(settings.home):
        listener = _bound(settings, any_port=any_port)
        settings = replace(settings, port=listener.getsockname()[1])
        house = unit.opened(settings)
        try:
            _run(settings, house, listener)
        finally:
            house.close()


def background_of(house: Unit, keys: tokens.Tokens, builds: Builds) -> list[Background]:
    """What runs beside the server. A noun with a loop of its own adds it here."""
    host = Host(
        url=house.settings.url,
        home=house.settings.home,
        node=socket.gethostname(),
        path=os.environ.get("PATH", ""),
        python_path=os.environ.get("PYTHONPATH", ""),
        mlflow_url=f"{house.settings.url}/mlflow",
    )
    return [
        Controller(
            house,
            installed_launchers(),
            builds,
            host=host,
            run_token=keys.run_token,
            at_once={LOCAL: house.settings.local_jobs},
        ),
        Compactor(house),
        Sweeper(house),
    ]


def _run(settings: Settings, house: Unit, listener: socket.socket) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    keys = tokens.opened(settings.home)
    solver = checked_rule(os.environ.get("RUNSTEAD_SOLVER", ""))
    builds = Builds(settings.environments, os.environ, rules_of(os.environ), solver)
    app = create_app(
        house,
        keys,
        background=background_of(house, keys, builds),
        building=builds,
        on_listening=lambda: _announce(settings),
        stop=lambda: server.handle_exit(signal.SIGTERM, None),
    )
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=75,
    )
    server = Server(config, app.state.closing.set)
    # What is loaded by now lives as long as the server; to look through it for garbage, again and again, took a fifth
    # of the time of a large batch.
    gc.collect()
    gc.freeze()
    if not is_loopback(settings.host):
        print(
            f"Note: {settings.host} is reachable from the network; the token guards it, nothing is encrypted.",
            file=sys.stderr,
        )
    print(
        f"Runstead {__version__} serves {settings.url} from {settings.home} (stop it with: runstead down)",
        file=sys.stderr,
        flush=True,
    )
    try:
        server.run(sockets=[listener])
    finally:
        (settings.home / "server.json").unlink(missing_ok=True)


@contextmanager
def _home_lock(home: Path) -> Iterator[None]:
    descriptor = os.open(home / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not _taken(descriptor):
            # A client that looks whether a server lives holds the lock for an instant.
            if time.monotonic() > deadline:
                raise Conflict(f"a server of {home} runs already; stop it with: runstead down --home {home}")
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _bound(settings: Settings, *, any_port: bool) -> socket.socket:
    try:
        return _listener(settings.host, settings.port)
    except OSError as error:
        if any_port and settings.port:
            return _listener(settings.host, 0)
        if isinstance(error, socket.gaierror):
            raise InvalidArgument(f"{settings.host!r} is no address of this machine: {error.strerror}") from error
        holder = holder_of(settings.port)
        raise Unavailable(
            f"port {settings.port} of {settings.host} cannot be used: {error.strerror}"
            f"{f' by {holder}' if holder else ''}. End that (another Runstead: runstead down --home ITS_FOLDER), "
            "choose a port with --port, or take a free one with --any-port"
        ) from error


def _listener(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def _announce(settings: Settings) -> None:
    facts = {
        "url": settings.url,
        "pid": os.getpid(),
        "version": __version__,
        "started_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    fresh = settings.home / "server.json.new"
    fresh.write_text(json.dumps(facts))
    fresh.replace(settings.home / "server.json")
