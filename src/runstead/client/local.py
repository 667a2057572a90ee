"""The way to a server: the configured one, the running one of this home, or one that is started now."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from runstead.client.config import Settings
from runstead.client.connection import Connection, Renewal
from runstead.domain.errors import Forbidden, RunsteadError, Unauthenticated, Unavailable

SPOKEN = "\nrunstead: "  # how the server's command begins an error of its own
START_TIMEOUT_S = 120.0  # a first start on a slow, busy machine compiles every module
AT_HAND_S = 2.0
RENEW_BEFORE_S = 3.5 * 24 * 3600  # the end of a run's token
POLL_S = 0.02
DEFAULT_PORT = 7373


@dataclass(frozen=True)
class Running:
    """A server of this home that lives."""

    url: str
    pid: int
    version: str


def connect(settings: Settings, *, patience_s: float = 0.0) -> Connection:
    """The connection to use; starts the local server if none is configured and none runs.

    patience_s: as of Connection.
    Raises Unavailable if there is none and none may or can be started, Unauthenticated if the token is not known.
    """
    if settings.url is not None:
        if settings.token is None:
            raise Unauthenticated(f"RUNSTEAD_URL is {settings.url}, but RUNSTEAD_TOKEN is not set; set it to its token")
        # A job of this home's own server finds it again when it has moved; any other address stays as it is.
        is_ours = settings.in_job and settings.journal.is_relative_to(settings.home)
        found = partial(address_of, settings.home) if is_ours else None
        return Connection(
            settings.url, settings.token, found=found, patience_s=patience_s, renewal=_renewal_of(settings)
        )
    server = running(settings.home)
    if server is None:
        server = _autostarted(settings)
    found = partial(address_of, settings.home)
    return Connection(server.url, token_of(settings.home), found=found, patience_s=patience_s)


def _renewal_of(settings: Settings) -> Renewal | None:
    if settings.token_path is None or settings.token_ends_at_s is None:
        return None
    return Renewal(settings.token_path, settings.token_ends_at_s - RENEW_BEFORE_S)


def is_at_hand(settings: Settings) -> bool:
    """Whether a server is configured and answers at once, or the local one runs; starts none."""
    return is_locked(settings.home) if settings.url is None else _is_healthy(settings.url, timeout_s=AT_HAND_S)


def running(home: Path) -> Running | None:
    """The server of this home, if one lives; waits while it is just starting."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while is_locked(home):
        server = _described(home)
        if server is not None and _is_healthy(server.url):
            return server
        if time.monotonic() > deadline:
            raise Unavailable(f"a server of {home} is there but does not answer; see {home / 'server.log'}")
        time.sleep(POLL_S)
    return None


def ensure_running(
    home: Path, options: Sequence[str] = (), *, environment: Mapping[str, str] | None = None
) -> tuple[Running, bool]:
    """(the server of this home, whether it was started now): of all who ask at once, one starts it.

    `environment` replaces this process's for the server. Unavailable, with its reason, if it does not start.
    """
    make_home(home)
    with _starting(home):
        server = running(home)
        return (server, False) if server is not None else (_start(home, options, environment), True)


def address_of(home: Path) -> str | None:
    """Where the living server of this home says it is; None if none lives."""
    server = _described(home) if is_locked(home) else None
    return None if server is None else server.url


def make_home(home: Path) -> None:
    """The state folder; its owner alone may look into it. Forbidden if this user cannot have it there."""
    would_do = "name a folder of this user's own: RUNSTEAD_HOME=/path"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Forbidden(f"the state folder {home} cannot be made: {error.strerror}; {would_do}") from error
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise Forbidden(f"the state folder {home} cannot be written to by user {os.getuid()}; {would_do}")


def is_locked(home: Path) -> bool:
    """Whether a server of this home lives; true even if it was started this instant, false after any kind of death."""
    try:
        descriptor = os.open(home / "server.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def token_of(home: Path) -> str:
    """The owner token of this home."""
    try:
        return (home / "token").read_text().strip()
    except OSError as error:
        raise Unauthenticated(f"the owner token {home / 'token'} cannot be read: {error.strerror}") from error


def _autostarted(settings: Settings) -> Running:
    if not settings.autostart:
        raise Unavailable(
            f"no Runstead server runs for {settings.home}, and RUNSTEAD_AUTOSTART=0 forbids to start one; "
            "start it with: runstead up, or set RUNSTEAD_URL and RUNSTEAD_TOKEN"
        )
    server, fresh = ensure_running(settings.home, ["--any-port"])
    if fresh:
        told = f"Runstead: started a local server, Studio at {server.url} (stop it with: runstead down)"
        sys.stderr.write(told + "\n")
    return server


def _start(home: Path, options: Sequence[str], environment: Mapping[str, str] | None) -> Running:
    with (home / "server.log").open("ab") as log:
        begins_at = log.tell()
        command = [sys.executable, "-P", "-m", "runstead.cli.main", "up", "--foreground", "--home", str(home), *options]
        # A session of its own: neither Ctrl-C nor the end of this process reaches it.
        child = subprocess.Popen(
            command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    server = _awaited(home, child, lambda: _last_words(home / "server.log", begins_at))
    # Should it end before we do, it must not stay behind as a zombie.
    threading.Thread(target=child.wait, daemon=True, name="runstead-server").start()
    return server


@contextmanager
def _starting(home: Path) -> Iterator[None]:
    descriptor = os.open(home / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _awaited(home: Path, child: "subprocess.Popen[bytes]", last_words: Callable[[], str]) -> Running:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        server = _described(home)
        if server is not None and server.pid == child.pid and _is_healthy(server.url):
            return server
        if child.poll() is not None:
            raise Unavailable(f"the local server did not start: {last_words()}")
        time.sleep(POLL_S)
    child.terminate()
    raise Unavailable(f"the local server did not answer within {START_TIMEOUT_S:.0f} s; see {home / 'server.log'}")


def _described(home: Path) -> Running | None:
    try:
        told = json.loads((home / "server.json").read_bytes())
        return Running(told["url"], told["pid"], told["version"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _is_healthy(url: str, *, timeout_s: float = 5.0) -> bool:
    # No token is sent here: after a crash, another program may have taken the port.
    try:
        return Connection(url, "", timeout_s=timeout_s).call("GET", "/health").get("status") == "ok"
    except RunsteadError:
        return False


def _last_words(path: Path, begins_at: int) -> str:
    with path.open("rb") as log:
        log.seek(begins_at)
        said = f"\n{log.read().decode(errors='replace').strip()}"
    if SPOKEN in said:
        return " ".join(said.rpartition(SPOKEN)[2].split())
    return said.splitlines()[-1] or f"it ended without a word; see {path}"
