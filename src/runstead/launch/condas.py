"""micromamba, mamba and conda: which one is there, how each makes an environment, and how it tells of errors.

Sources: the command references of conda and mamba; docs/decisions/0034.
"""

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from runstead.blobs.disks import told_when_full
from runstead.domain.builds import Specification
from runstead.domain.condas import PROGRAMS, CondaRecipe, needs_conda
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.launch.programs import UNWANTED, Room, Words, run
from runstead.launch.solvers import UV, write_private

AUTO = "auto"
FILE = "environment.yml"
ONE_AT_A_TIME = threading.Lock()  # conda's package cache is not made for two that fill it at once
# `--yes` is not known to every `conda env create`. Not `1`, which micromamba 2.9 does not take for a truth.
VARIABLES = {
    "CONDA_ALWAYS_YES": "true",
    "MAMBA_ALWAYS_YES": "true",
    # What is made here is in nobody's list of environments: it is Runstead's to throw away.
    "CONDA_REGISTER_ENVS": "false",
    "MAMBA_REGISTER_ENVS": "false",
    "CONDA_REPORT_ERRORS": "false",
    "NO_COLOR": "1",
}
_REASON = r"^\s*(?:[A-Z]\w*(?:Error|NotFound|Exception)\b:?|(?:error|critical)\s+libmamba\b|Could not solve)"
_AWAY = (
    r"CONNECTION FAILED|Download error \(\d+\)|Could not resolve host|Could(?:n't| not) connect to server"
    r"|Max retries exceeded|Failed to fetch|error sending request|Connection refused|Network is unreachable"
)
_SHELLS = ("PATH", "PWD", "OLDPWD", "SHLVL", "_")  # what a shell sets of itself
_PATIENCE_S = 60
_LEAD = r"^\s*(?:(?:error|critical)\s+libmamba\s+|[├└│─]+\s*)"


class Conda(NamedTuple):
    """A program that is there; `name`: one of PROGRAMS."""

    name: str
    path: str


def choose(
    rule: str, specification: Specification, environ: Mapping[str, str], has_python: Callable[[], bool]
) -> tuple[Conda | None, str]:
    """The program for this specification, or None for uv and why, if that is not plain.

    rule: AUTO, `uv`, one of PROGRAMS, or the path of one. NotFound if it is not there. has_python: whether uv would
    have the Python that is asked for.
    """
    if rule == UV:
        return None, ""
    if rule != AUTO:
        return _named(rule, environ), ""
    found = next((one for name in PROGRAMS if (one := _found(name, environ)) is not None), None)
    if needs_conda(specification):
        why = "there is no micromamba, mamba or conda here, so conda packages are taken from PyPI"
        return found, "" if found else why
    if found is None or not has_python():
        return found, ""
    return None, f"{found.name} is not asked: uv is faster for pip's packages alone"


def checked_rule(given: str) -> str:
    """What `RUNSTEAD_SOLVER` says. InvalidArgument if that is none of the words and no path."""
    rule = given.strip() or AUTO
    if rule not in (AUTO, UV, *PROGRAMS) and not (os.path.isabs(rule) and _kind(rule)):
        raise InvalidArgument(
            f"RUNSTEAD_SOLVER must be {AUTO}, {UV}, {', '.join(PROGRAMS)} or the absolute path of one, not {rule!r}"
        )
    return rule


def create(conda: Conda, recipe: CondaRecipe, room: Room, prefix: Path) -> None:
    """Makes the prefix, which must not be there yet. Raises as `programs.run`."""
    with told_when_full(f"the environment's folder {room.folder}"):
        write_private(room.folder / FILE, [recipe.file])
    with _turn(conda, room):
        run(command_of(conda, prefix), room, words_of(conda), VARIABLES)
    (room.folder / FILE).unlink()
    if not (prefix / "bin" / "python").exists():
        raise InvalidArgument(f"{conda.name} made an environment without Python: {recipe.dependencies[0]} brought none")


def command_of(conda: Conda, prefix: Path) -> list[str]:
    """What makes an environment of the file in the current folder.

    micromamba's own `create` reads such files, conda's and mamba's before 2 do not.
    """
    if conda.name == "micromamba":
        return [conda.path, "create", "--yes", "--prefix", str(prefix), "--file", FILE]
    return [conda.path, "env", "create", "--quiet", "--prefix", str(prefix), "--file", FILE]


def activated(prefix: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that activating the environment sets, its packages' own among them; PATH is not in it.

    Packages have scripts for that (`etc/conda/activate.d`), so a shell runs them, once, when the environment is made.
    """
    variables = {"CONDA_PREFIX": str(prefix), "CONDA_DEFAULT_ENV": str(prefix), "CONDA_SHLVL": "1"}
    scripts = sorted(map(str, prefix.glob("etc/conda/activate.d/*.sh")))
    if not scripts:
        return variables
    path = f"{prefix / 'bin'}{os.pathsep}{environ.get('PATH', os.defpath)}"
    given = {**{name: value for name, value in environ.items() if name not in UNWANTED}, **variables, "PATH": path}
    shell = shutil.which("bash") or "/bin/sh"
    command = [shell, "-c", 'for one in "$@"; do . "$one"; done >&2; env -0', shell, *scripts]
    try:
        told = subprocess.run(
            command,
            env=given,
            cwd=prefix,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        ).stdout.decode(errors="surrogateescape")
    except (OSError, subprocess.SubprocessError) as error:
        raise InvalidArgument(f"the environment cannot be activated with {', '.join(scripts)}: {error}") from error
    after = dict(line.split("=", 1) for line in told.split("\0") if line)
    if not after:
        raise InvalidArgument(f"the environment cannot be activated: one of {', '.join(scripts)} ends the shell")
    set_there = {name: value for name, value in after.items() if given.get(name) != value and name not in _SHELLS}
    return {**variables, **set_there}


@contextmanager
def _turn(conda: Conda, room: Room) -> Iterator[None]:
    if not ONE_AT_A_TIME.acquire(blocking=False):
        room.say(f"Waiting for another build: {conda.name}'s package cache is used by one at a time.\n")
        ONE_AT_A_TIME.acquire()
    try:
        yield
    finally:
        ONE_AT_A_TIME.release()


def words_of(conda: Conda) -> Words:
    """How this program tells of errors."""
    away = re.compile(_AWAY, re.I)
    return Words(conda.name, "a conda channel", re.compile(_REASON, re.M), away, re.compile(_LEAD, re.M))


def _named(rule: str, environ: Mapping[str, str]) -> Conda:
    if os.path.isabs(rule):
        found = Conda(_kind(rule), rule) if os.access(rule, os.X_OK) and os.path.isfile(rule) else None
        place = "no program is there"
    else:
        found = _found(rule, environ)
        place = f"it is not on the server's PATH, nor named by {_variable(rule)}"
    if found is None:
        raise NotFound(
            f"RUNSTEAD_SOLVER of the server asks for {rule}, and {place}; install it, give its absolute path, or set "
            f"{AUTO} to take what is there, or {UV}; then start the server anew"
        )
    return found


def _found(name: str, environ: Mapping[str, str]) -> Conda | None:
    """From the path that the program's own shell set-up leaves, or PATH."""
    left = environ.get(_variable(name), "")
    if left and _kind(left) == name and os.access(left, os.X_OK):
        return Conda(name, left)
    path = shutil.which(name, path=environ.get("PATH", os.defpath))
    return Conda(name, os.path.abspath(path)) if path else None


def _variable(name: str) -> str:
    return "CONDA_EXE" if name == "conda" else "MAMBA_EXE"


def _kind(path: str) -> str:
    return next((name for name in PROGRAMS if name in os.path.basename(path)), "")
