"""Puts packages onto an image: uv runs in a container of it, and what comes of it is committed.

No Dockerfile, for a layer would keep what it is told: here the addresses of indexes, with their passwords, are in a
folder that is only mounted, and downloaded packages are in a volume of the engine that all builds share.
"""

import io
import json
import os
import re
import tarfile
import threading
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runstead.domain.builds import Recipe
from runstead.domain.errors import InvalidArgument, Unavailable
from runstead.domain.interpreters import Choice, chosen
from runstead.domain.packages import redacted
from runstead.launch import environments, solvers
from runstead.launch.engines import HOME_LABEL, KEY_LABEL, Engine, opened, translated
from runstead.launch.mounts import RUNSTEAD
from runstead.launch.products import Making, OpenWheel
from runstead.launch.programs import failure_of
from runstead.launch.pythons import CURRENT, interpreters_of

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

ENVIRONMENTS = "/azureml-envs"
UV = "/runstead-uv"
CACHE_VOLUME = "runstead-packages"
BUILDING_LABEL = "runstead.building"
_HERE, _CACHE = "/runstead-build", "/runstead-cache"
_WAIT = ("/bin/sh", "-c", 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done')
_CARRIED = re.compile(
    r"(?:https?|no|all)_proxy|SSL_CERT_FILE|UV_(?:\w*INDEX\w*|NATIVE_TLS|HTTP_\w+|INSECURE_HOST)", re.I
)


class Ground(NamedTuple):
    """What packages are put on: an image, and the environment in it that is brought up to date, if any."""

    image: "Image"
    venv: str = ""
    version: str = ""


class Layer(NamedTuple):
    """The image with its packages, the interpreter that has them, and where they really are."""

    image: "Image"
    python: str
    version: str
    venv: str


def labels_of(home: str, key: str) -> dict[str, str]:
    """By which what was made for a home is told from everything else."""
    return {HOME_LABEL: home, KEY_LABEL: key}


def python_of(key: str) -> str:
    """The interpreter of the packages in an image of this content hash."""
    return f"{venv_of(key)}/bin/python"


def venv_of(key: str) -> str:
    """Where packages are installed for an environment of this content hash."""
    return f"{ENVIRONMENTS}/azureml_{key}"


def add_packages(
    client: "DockerClient",
    engine: Engine,
    ground: Ground,
    recipe: Recipe,
    draft: Path,
    making: Making,
    *,
    labels: Mapping[str, str],
    environ: Mapping[str, str],
    strict: bool,
    wheel: OpenWheel,
) -> Layer:
    """A new image. Raises what went wrong in one sentence: InvalidArgument, TooLarge or Unavailable."""
    solvers.write_requirements(recipe, draft, wheel)
    variables = {name: value for name, value in environ.items() if _CARRIED.fullmatch(name)}
    variables |= {**solvers.VARIABLES, "UV_CACHE_DIR": _CACHE, "UV_LINK_MODE": "copy"}
    binds = [
        f"{draft}:{_HERE}:ro",
        f"{os.path.realpath(solvers.find_uv())}:{UV}:ro",
        f"{CACHE_VOLUME}:{_CACHE}",
    ]
    if os.path.isfile(certificates := variables.get("SSL_CERT_FILE", "")):
        binds.append(f"{certificates}:{certificates}:ro")
    host = client.api.create_host_config(binds=binds, network_mode="host", security_opt=["label=disable"])
    shell, *words = _WAIT
    name = client.api.create_container(
        ground.image.id,
        entrypoint=[shell],
        command=words,
        user="0:0",
        working_dir=_HERE,
        labels={**labels, BUILDING_LABEL: str(draft)},
        host_config=host,
    )["Id"]
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        with opened(engine) as another:
            another.api.kill(name)

    try:
        client.api.start(name)
        making.stopper(stop)
        room = _Room(client, engine, name, variables, making, stopped)
        return _filled(room, ground, recipe, strict=strict, labels=labels)
    finally:
        making.stopper(None)
        with translated(engine):
            client.api.remove_container(name, force=True, v=False)


def sweep(client: "DockerClient", home: str) -> None:
    """Ends the containers of this home in which builds went on that were killed."""
    found = client.api.containers(all=True, filters={"label": [f"{HOME_LABEL}={home}", BUILDING_LABEL]})
    for one in found:
        if not environments.is_held(Path(one["Labels"][BUILDING_LABEL]) / environments.LOCK):
            _remove_left(client, one["Id"])


def _remove_left(client: "DockerClient", container: str) -> None:
    """Another build may have begun to remove it, too."""
    errors = import_module("docker").errors
    try:
        client.api.remove_container(container, force=True, v=False)
    except errors.APIError as error:
        if error.status_code not in (404, 409):
            raise


class _Room(NamedTuple):
    """A container to build in."""

    client: "DockerClient"
    engine: Engine
    name: str
    variables: Mapping[str, str]
    making: Making
    stopped: threading.Event

    def run(self, command: list[str], *, quietly: bool = False) -> str:
        """What it said. Raises why it failed."""
        api = self.client.api
        said = b""
        shown = 0
        with translated(self.engine):
            made = api.exec_create(
                self.name, command, user="0:0", workdir=_HERE, environment=dict(self.variables), stderr=not quietly
            )["Id"]
            for piece in api.exec_start(made, stream=True):
                said += piece
                if not quietly and (end := said.rfind(b"\n") + 1) > shown:
                    self.making.say(redacted(said[shown:end].decode(errors="replace")))
                    shown = end
            code = api.exec_inspect(made)["ExitCode"]
        if not quietly and said[shown:]:
            self.making.say(redacted(said[shown:].decode(errors="replace")))
        if self.stopped.is_set():
            raise Unavailable("nobody waits for it any more")
        text = redacted(said.decode(errors="replace"))
        if code != 0:
            raise _failure(text, code, command)
        return text


def _filled(room: _Room, ground: Ground, recipe: Recipe, *, strict: bool, labels: Mapping[str, str]) -> Layer:
    choice = _python_of(room, recipe, strict=strict)
    if choice.told:
        room.making.say(f"WARNING: {choice.told.replace('this machine has', 'the image has')}")
    version = choice.interpreter.name
    room.making.say(f"Python {version} at {choice.interpreter.path} of the image")
    key = labels[KEY_LABEL]
    is_there = ground.version == version
    venv = ground.venv if is_there else venv_of(key)
    make, install = solvers.commands_of(UV, recipe, python=choice.interpreter.path, venv=venv)
    if is_there:
        # Resolved as if nothing were there, and what no longer belongs there goes: as a build from nothing is.
        room.run([*install, "--upgrade", "--exact"])
        _put_link(room, venv_of(key), venv)
    else:
        room.run(make)
        room.run(install)
    if recipe.answered:
        _link_runstead(room, venv, choice)
    with translated(room.engine):
        room.client.api.stop(room.name, timeout=2)
        made = _committed(room, _settings_of(ground.image, labels))
        return Layer(room.client.images.get(made), python_of(key), version, venv)


def _settings_of(image: "Image", labels: Mapping[str, str]) -> list[str]:
    """As lines of a Dockerfile: what the image starts with, as it was before the container of the build."""
    config = image.attrs.get("Config") or {}
    named = (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd"))
    return [
        *(f"{word} {json.dumps(config.get(key) or [])}" for word, key in named),
        *(f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()),
        f"WORKDIR {config.get('WorkingDir') or '/'}",
    ]


def _committed(room: _Room, changes: list[str]) -> str:
    """The id of the image that has become of the container."""
    api = room.client.api
    if not room.engine.name.startswith("podman"):
        return str(api.commit(room.name, changes=changes)["Id"])
    # Asked as Docker is asked, podman compresses the layer, only to unpack it again: two thirds of the time.
    asked = {"container": room.name, "changes": changes, "format": "oci"}
    answer = api.post(f"{api.base_url}/v4.0.0/libpod/commit", params=asked, timeout=api.timeout)
    if not answer.ok:
        errors = import_module("docker").errors
        raise errors.APIError(f"{room.engine.name} does not commit", answer, answer.json().get("message"))
    return str(answer.json()["Id"])


def _python_of(room: _Room, recipe: Recipe, *, strict: bool) -> Choice:
    told = room.run([UV, "python", "list", "--only-installed", "--output-format", "json"], quietly=True)
    try:
        there = interpreters_of(json.loads(told))
    except ValueError as error:
        raise Unavailable(f"uv cannot list the Pythons of the image: {told[:200]}") from error
    least, why_least = recipe.least_python
    return chosen(recipe.python, there, least=least, why_least=why_least, current=CURRENT, strict=strict)


def _link_runstead(room: _Room, venv: str, choice: Choice) -> None:
    """Has the environment import the Runstead that is mounted when a job starts."""
    major, minor = choice.interpreter.version[:2]
    head = tarfile.TarInfo("_runstead.pth")
    _put(room, f"{venv}/lib/python{major}.{minor}/site-packages", head, f"{RUNSTEAD}\n".encode())


def _put_link(room: _Room, path: str, target: str) -> None:
    folder, _, name = path.rpartition("/")
    head = tarfile.TarInfo(name)
    head.type, head.linkname = tarfile.SYMTYPE, target
    _put(room, folder, head)


def _put(room: _Room, folder: str, head: tarfile.TarInfo, content: bytes = b"") -> None:
    head.size, head.mode = len(content), 0o644
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(head, io.BytesIO(content))
    with translated(room.engine):
        room.client.api.put_archive(room.name, folder, packed.getvalue())


def _failure(said: str, code: int, command: list[str]) -> Exception:
    if code in (126, 127) and UV in command:
        return InvalidArgument(
            "uv does not start in this image, which needs the GNU C library (Debian, Ubuntu, Fedora …; not Alpine): "
            f"{' '.join(said.split())[:200]}"
        )
    return failure_of(said, -9 if code == 137 else code, solvers.WORDS)
