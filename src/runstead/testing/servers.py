"""Servers for tests: the app in this process, or a real one in a process of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from runstead.client import local
from runstead.client.connection import Connection
from runstead.server import tokens
from runstead.server.app import Background, create_app
from runstead.service import unit
from runstead.service.settings import Settings
from runstead.service.unit import Unit

END_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class House:
    """A server in this process: its unit, and a client that is the owner."""

    unit: Unit
    http: TestClient
    tokens: tokens.Tokens
    token: str


@contextmanager
def house_of(settings: Settings, *, background: Sequence[Background] = ()) -> Iterator[House]:
    """The app of these settings in this process, over real files and a real database."""
    opened = unit.opened(settings)
    keys = tokens.opened(settings.home)
    token = local.token_of(settings.home)
    app = create_app(opened, keys, background=background)
    try:
        with TestClient(app, base_url=settings.url, headers={"Authorization": f"Bearer {token}"}) as http:
            yield House(opened, http, keys, token)
    finally:
        opened.close()


@dataclass(frozen=True)
class RealServer:
    """A server in a process of its own."""

    home: Path
    url: str
    pid: int

    @property
    def token(self) -> str:
        """The owner token."""
        return local.token_of(self.home)

    def connection(self) -> Connection:
        """A new connection of the owner."""
        return Connection(self.url, self.token)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: not local.is_locked(self.home), what="the killed server is gone")


def start_server(home: Path, *options: str) -> RealServer:
    """Start a real server on a free port; stop it with `stop_server`."""
    server, _ = local.ensure_running(home, ["--port", "0", *options])
    return RealServer(home, server.url, server.pid)


def stop_server(home: Path) -> None:
    """Stop whatever server of this home lives; fine if none does."""
    server = local.running(home)
    if server is None:
        return
    os.kill(server.pid, signal.SIGTERM)
    wait_until(lambda: not local.is_locked(home), what="the server has ended")


@contextmanager
def running_server(home: Path, *options: str) -> Iterator[RealServer]:
    """A real server on a free port, stopped at the end."""
    try:
        yield start_server(home, *options)
    finally:
        stop_server(home)


def wait_until(condition: Callable[[], bool], *, what: str, timeout_s: float = END_TIMEOUT_S) -> None:
    """Poll until the condition holds; AssertionError that names `what` after the time-out."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"within {timeout_s:.0f} s this did not come true: {what}")
        time.sleep(0.01)


def is_root() -> bool:
    """Whether tests that need mounts and other users can run."""
    return os.geteuid() == 0


def run_quietly(command: Sequence[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, with these variables on top of the environment; its output is kept."""
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
