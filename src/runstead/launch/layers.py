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
CACHE_VOLUME = "runstead-packages"
BUILDING_LABEL = "runstead.building"
_HERE, _CACHE = "/runstead-build", "/runstead-cache"
_WAIT = ("/bin/sh", "-c", 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done')
_CARRIED = re.compile(
    r"(?:https?|no|all)_proxy|SSL_CERT_FILE|UV_(?:\w*INDEX\w*|NATIVE_TLS|HTTP_\w+|INSECURE_HOST)", re.I
)


class Layer(NamedTuple):
    """The image with its packages, and the interpreter that has them."""

    image: "Image"
    python: str
    version: str


def labels_of(home: str, key: str) -> dict[str, str]:
    """By which what was made for a home is told from everything else."""
    return {HOME_LABEL: home, KEY_LABEL: key}


def python_of(key: str) -> str:
    """The interpreter of the packages in an image of this content hash."""
    return f"{_venv_of(key)}/bin/python"


def add_packages(
    client: "DockerClient",
    engine: Engine,
    image: "Image",
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
        f"{os.path.realpath(solvers.find_uv())}:/runstead-uv:ro",
        f"{CACHE_VOLUME}:{_CACHE}",
    ]
    if os.path.isfile(certificates := variables.get("SSL_CERT_FILE", "")):
        binds.append(f"{certificates}:{certificates}:ro")
    host = client.api.create_host_config(binds=binds, network_mode="host", security_opt=["label=disable"])
    shell, *words = _WAIT
    name = client.api.create_container(
        image.id,
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
        return _filled(room, image, recipe, strict=strict, labels=labels)
    finally:
        making.stopper(None)
        with translated(engine):
            client.api.remove_container(name, force=True, v=False)


def sweep(client: "DockerClient", home: str) -> None:
    """Ends the containers of this home in which builds went on that were killed."""
    found = client.api.containers(all=True, filters={"label": [f"{HOME_LABEL}={home}", BUILDING_LABEL]})
    for one in found:
        if not environments.is_held(Path(one["Labels"][BUILDING_LABEL]) / environments.LOCK):
            client.api.remove_container(one["Id"], force=True, v=False)


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


def _filled(room: _Room, image: "Image", recipe: Recipe, *, strict: bool, labels: Mapping[str, str]) -> Layer:
    choice = _python_of(room, recipe, strict=strict)
    if choice.told:
        room.making.say(f"WARNING: {choice.told.replace('this machine has', 'the image has')}")
    room.making.say(f"Python {choice.interpreter.name} at {choice.interpreter.path} of the image")
    venv = _venv_of(labels[KEY_LABEL])
    for command in solvers.commands_of("/runstead-uv", recipe, python=choice.interpreter.path, venv=venv):
        room.run(command)
    if recipe.answered:
        _link_runstead(room, venv, choice)
    api = room.client.api
    with translated(room.engine):
        api.stop(room.name, timeout=2)
        config = image.attrs.get("Config") or {}
        changes = [
            f"{word} {json.dumps(config.get(key) or [])}"
            for word, key in (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd"))
        ]
        changes += [f"LABEL {name}={json.dumps(value)}" for name, value in labels.items()]
        changes += [f"WORKDIR {config.get('WorkingDir') or '/'}"]
        made = api.commit(room.name, changes=changes)["Id"]
        return Layer(room.client.images.get(made), python_of(labels[KEY_LABEL]), choice.interpreter.name)


def _venv_of(key: str) -> str:
    return f"{ENVIRONMENTS}/azureml_{key}"


def _python_of(room: _Room, recipe: Recipe, *, strict: bool) -> Choice:
    told = room.run(["/runstead-uv", "python", "list", "--only-installed", "--output-format", "json"], quietly=True)
    try:
        there = interpreters_of(json.loads(told))
    except ValueError as error:
        raise Unavailable(f"uv cannot list the Pythons of the image: {told[:200]}") from error
    least, why_least = recipe.least_python
    return chosen(recipe.python, there, least=least, why_least=why_least, current=CURRENT, strict=strict)


def _link_runstead(room: _Room, venv: str, choice: Choice) -> None:
    """Has the environment import the Runstead that is mounted when a job starts."""
    major, minor = choice.interpreter.version[:2]
    content = f"{RUNSTEAD}\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        head = tarfile.TarInfo("_runstead.pth")
        head.size, head.mode = len(content), 0o644
        archive.addfile(head, io.BytesIO(content))
    with translated(room.engine):
        room.client.api.put_archive(room.name, f"{venv}/lib/python{major}.{minor}/site-packages", packed.getvalue())


def _failure(said: str, code: int, command: list[str]) -> Exception:
    if code in (126, 127) and "/runstead-uv" in command:
        return InvalidArgument(
            "uv does not start in this image, which needs the GNU C library (Debian, Ubuntu, Fedora …; not Alpine): "
            f"{' '.join(said.split())[:200]}"
        )
    return failure_of(said, -9 if code == 137 else code, solvers.WORDS)
