"""The container engine of this machine: Docker or podman, found at its socket; a podman without one is given one.

The client is PyPI's `docker`, the extra `containers`; it is loaded when an engine is first used.
"""

import fcntl
import hashlib
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from runstead.domain.addresses import is_loopback
from runstead.domain.errors import InvalidArgument, NotFound, TooLarge, Unavailable
from runstead.domain.images import DEFAULT_BASE_IMAGE

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

NONE = "none"
NO_CLIENT = "the Python package docker is not there; install it with: pip install 'runstead[containers]'"
IDLE_S = 300  # after which a podman service that was started here ends by itself
START_S = 30.0
CALL_S = 120.0  # without a sign of life of the engine
LOOK_S = 10.0  # the same, where everybody waits
HOME_LABEL, RUN_LABEL, KEY_LABEL = "runstead.home", "runstead.run", "runstead.environment"
_FULL = re.compile(r"no space left on device|disk quota exceeded", re.I)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """One that answers. `api`: the version of its interface; `service`: the podman to start again if it is gone."""

    name: str
    address: str
    api: str
    is_rootless: bool = False
    service: str = ""


@dataclass(frozen=True)
class Rules:
    """What the server's owner wants of containers. `address`: empty to look for an engine, or `none`.

    anything: every docker argument that is known is taken; falls_back: without an engine, jobs run without container.
    """

    address: str = ""
    base_image: str = DEFAULT_BASE_IMAGE
    anything: bool = False
    falls_back: bool = False


class NoEngine(NotFound):
    """There is none, or no way to it."""


class Engines:
    """Finds the engine, and finds it again when it is gone. Thread-safe."""

    def __init__(self, rules: Rules, environ: Mapping[str, str]) -> None:
        self.rules = rules
        self._environ = environ
        self._lock = threading.Lock()
        self._found: Engine | None = None

    def find(self) -> Engine:
        """The engine to use. NoEngine, which says where it was looked for, if there is none."""
        with self._lock:
            if self._found is None or not _answers(self._found.address):
                self._found = find_engine(self.rules.address, self._environ)
            return self._found


def find_engine(address: str, environ: Mapping[str, str]) -> Engine:
    """The engine at `address`, or else the first of the usual places that answers. NoEngine if none does."""
    if address == NONE:
        raise NoEngine("there is no container engine: RUNSTEAD_ENGINE=none says that none is to be used")
    named = address or environ.get("DOCKER_HOST", "") or environ.get("CONTAINER_HOST", "")
    try:
        import_module("docker")
    except ImportError as error:
        raise NoEngine(f"there is no way to a container engine: {NO_CLIENT}") from error
    if named:
        return _engine_at(_checked(named))
    places = _usual_places(environ)
    for place in places:
        if _answers(place):
            return _engine_at(place)
    if podman := shutil.which("podman", path=environ.get("PATH")):
        return replace(_engine_at(_served(podman, environ)), service=podman)
    looked = ", ".join(place.removeprefix("unix://") for place in places)
    raise NoEngine(
        f"there is no container engine: no Docker and no podman answers at {looked}, and there is no program podman; "
        "install podman or Docker, or name its socket: RUNSTEAD_ENGINE=unix:///path"
    )


@contextmanager
def opened(engine: Engine, *, timeout_s: float = CALL_S) -> "Iterator[DockerClient]":
    """A client of the engine; what goes wrong with it is raised as our own errors."""
    docker = import_module("docker")
    client = docker.DockerClient(base_url=engine.address, version=engine.api, timeout=timeout_s)
    try:
        with translated(engine):
            yield client
    finally:
        client.close()


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Raises the engine's errors as our own."""
    errors = import_module("docker").errors
    transport = import_module("requests").exceptions.RequestException
    try:
        yield
    except errors.ImageNotFound as error:
        raise NotFound(_words(error)) from error
    except errors.NotFound as error:
        raise NotFound(_words(error)) from error
    except errors.APIError as error:
        told = _words(error)
        if _FULL.search(told):
            raise TooLarge("the disk is full") from error
        is_theirs = error.response is not None and error.response.status_code < 500
        raise (InvalidArgument if is_theirs else Unavailable)(f"{engine.name} refused: {told}") from error
    except (transport, errors.DockerException, OSError) as error:
        raise Unavailable(f"{engine.name} at {engine.address} does not answer: {_words(error)}") from error


def find_image(client: "DockerClient", name: str) -> "Image | None":
    """The image of this name or id, if the engine has it."""
    try:
        return client.images.get(name)
    except import_module("docker").errors.ImageNotFound:
        return None


def revive(engine: Engine, environ: Mapping[str, str]) -> None:
    """Starts the podman service again that this engine was reached by, if it is gone."""
    if engine.service and not _answers(engine.address):
        _serve(engine.service, Path(engine.address.removeprefix("unix://")), environ)


def _checked(named: str) -> str:
    """An address on this machine: job folders are mounted from here."""
    parts = urlsplit(named)
    if parts.scheme == "unix" and parts.path.startswith("/"):
        return named
    if parts.scheme in ("tcp", "http") and is_loopback(parts.hostname or ""):
        return named
    raise NoEngine(
        f"the container engine at {named!r} cannot be used: job folders are mounted from this machine, so its engine "
        "has to be here, at unix:///path or a loopback address"
    )


def _usual_places(environ: Mapping[str, str]) -> list[str]:
    mine = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    found = ["/var/run/docker.sock", "/run/podman/podman.sock", f"{mine}/docker.sock", f"{mine}/podman/podman.sock"]
    return [f"unix://{path}" for path in found]


def _answers(address: str) -> bool:
    """Whether somebody listens there who lets us in."""
    parts = urlsplit(address)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as door:
                door.settimeout(5)
                door.connect(parts.path)
        else:
            socket.create_connection((parts.hostname or "", parts.port or 2375), timeout=5).close()
    except OSError:
        return False
    return True


def _engine_at(address: str) -> Engine:
    docker = import_module("docker")
    unasked = Engine("the container engine", address, "1.41")
    with translated(unasked):
        client = docker.DockerClient(base_url=address, version="auto", timeout=CALL_S)
        try:
            version, info = client.version(), client.info()
        finally:
            client.close()
    kind = next((one["Name"] for one in version.get("Components") or () if one.get("Name")), "Docker")
    said = "podman" if "podman" in kind.lower() else "Docker"
    is_rootless = bool(info.get("Rootless")) or "name=rootless" in (info.get("SecurityOptions") or ())
    return Engine(f"{said} {version.get('Version', '')}".strip(), address, client.api._version, is_rootless)


def _served(podman: str, environ: Mapping[str, str]) -> str:
    """The address of a service of this podman, which is started if nobody listens there."""
    where = "|".join(environ.get(name, "") for name in ("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "HOME"))
    folder = Path(tempfile.gettempdir()) / f"runstead-{os.getuid()}"  # short: a socket's path has at most 107 bytes
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    stat = folder.lstat()
    if stat.st_uid != os.getuid() or stat.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
        raise NoEngine(f"podman cannot be given a socket: {folder} is there and not this user's own folder")
    path = folder / f"podman-{hashlib.sha256(where.encode()).hexdigest()[:12]}.sock"
    if not _answers(f"unix://{path}"):
        _serve(podman, path, environ)
    return f"unix://{path}"


def _serve(podman: str, path: Path, environ: Mapping[str, str]) -> None:
    """Starts a service in a session of its own, which ends when nobody has asked it for a while."""
    with open(path.with_suffix(".lock"), "w") as lock, open(path.with_suffix(".log"), "ab") as said:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers(f"unix://{path}"):
            return
        path.unlink(missing_ok=True)
        child = subprocess.Popen(
            [podman, "system", "service", f"--time={IDLE_S}", f"unix://{path}"],
            env=dict(environ),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        threading.Thread(target=child.wait, daemon=True, name="runstead-podman").start()
        deadline = time.monotonic() + START_S
        while not _answers(f"unix://{path}"):
            if child.poll() is not None or time.monotonic() > deadline:
                raise NoEngine(f"podman's service does not start; see {path.with_suffix('.log')}")
            time.sleep(0.02)


def _words(error: Exception) -> str:
    """What an engine said, in one line."""
    told = getattr(error, "explanation", None) or str(error)
    text = " ".join(str(told).split())
    return text if len(text) <= 600 else f"{text[:600]}…"
