"""Builds an environment with uv: resolves, downloads, installs. Nothing of a specification gets on a command line."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

from runstead.blobs.disks import told_when_full
from runstead.domain.builds import Recipe
from runstead.domain.errors import Unavailable
from runstead.domain.requirements import STANDINS
from runstead.domain.wheels import LOCAL, local_line, wheel_paths
from runstead.launch.products import OpenWheel
from runstead.launch.programs import Room, Words, run

UV = "uv"
VARIABLES = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
WORDS = Words(
    name=UV,
    source="a package index",
    reason=re.compile(r"^\s*(?:error|cause|[×╰├─▶]+)[:\s]", re.MULTILINE),
    away=re.compile(r"Failed to fetch|error sending request|dns error|tcp connect error|operation timed out", re.I),
    lead=re.compile(r"^\s*(?:error:|cause:|hint:|[×╰├─▶│]+)\s*", re.MULTILINE),
)
_REQUIREMENTS, _OVERRIDES = "requirements.txt", "overrides.txt"


def find_uv() -> str:
    """The program that came with Runstead."""
    try:
        return find_uv_bin()
    except FileNotFoundError as error:
        found = shutil.which(UV)
        if found is None:
            raise Unavailable("uv is not there, which builds environments; install it with: pip install uv") from error
        return found


def build(recipe: Recipe, room: Room, *, python: str, wheel: OpenWheel) -> None:
    """Makes `venv` in the room's folder and fills it. Raises as `programs.run`. wheel: as of Wish."""
    uv = find_uv()
    write_requirements(recipe, room.folder, wheel)
    for command in commands_of(uv, recipe, python=python, venv="venv"):
        run(command, room, WORDS, VARIABLES)
    _clear(room.folder)


def add(recipe: Recipe, room: Room, *, python: str, wheel: OpenWheel) -> None:
    """Installs into the environment of this Python, which another program made and may have locked for pip."""
    write_requirements(recipe, room.folder, wheel)
    run([*_install(find_uv(), recipe, python), "--break-system-packages"], room, WORDS, VARIABLES)
    _clear(room.folder)


def write_requirements(recipe: Recipe, folder: Path, wheel: OpenWheel) -> None:
    """The two files that `commands_of` name, and the wheels of the workspace."""
    with told_when_full(f"the environment's folder {folder}"):
        for path in wheel_paths(recipe.requirements):
            (folder / LOCAL / path).parent.mkdir(parents=True, exist_ok=True)
            with wheel(path) as source, open(folder / LOCAL / path, "wb") as copy:
                shutil.copyfileobj(source, copy)
        write_private(folder / _REQUIREMENTS, [*recipe.options, *map(local_line, recipe.requirements)])
        # What depends on Azure's own packages must not bring them along: Runstead is in their place.
        write_private(folder / _OVERRIDES, [f'{name} ; python_version < "0"' for name in STANDINS])


def commands_of(uv: str, recipe: Recipe, *, python: str, venv: str) -> tuple[list[str], list[str]]:
    """Makes the environment, then installs into it; the current folder has the requirements."""
    make = [uv, "venv", "--quiet", "--no-project", "--relocatable", "--python", python, venv]
    return make, _install(uv, recipe, f"{venv}/bin/python")


def write_private(path: Path, lines: Sequence[str]) -> None:
    """A file for nobody else: addresses may hold a password."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        file.writelines(f"{line}\n" for line in lines)


def _install(uv: str, recipe: Recipe, python: str) -> list[str]:
    install = [uv, "pip", "install", "--python", python, "-r", _REQUIREMENTS]
    # Like pip, go on to the next index where one has no version that fits; unlike pip, the named one comes first.
    return [*install, "--override", _OVERRIDES, "--index-strategy", "unsafe-first-match", *recipe.arguments]


def _clear(folder: Path) -> None:
    (folder / _REQUIREMENTS).unlink()
    shutil.rmtree(folder / LOCAL, ignore_errors=True)
