"""Builds an environment with uv: resolves, downloads, installs. Nothing of a specification gets on a command line."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from uv import find_uv_bin

from runstead.blobs.disks import told_when_full
from runstead.domain.builds import Recipe
from runstead.domain.errors import InvalidArgument, RunsteadError, TooLarge, Unavailable
from runstead.domain.packages import redacted
from runstead.domain.requirements import STANDINS
from runstead.domain.wheels import LOCAL, local_line, wheel_paths
from runstead.launch.local import HIDDEN
from runstead.launch.products import OpenWheel

UV = "uv"
VARIABLES = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
# What would make uv look elsewhere than at the environment that it is told to build.
_DROPPED = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON", "UV_SYSTEM_PYTHON")
_REASON = re.compile(r"^\s*(?:error|cause|[×╰├─▶]+)[:\s]", re.MULTILINE)
_AWAY = re.compile(r"Failed to fetch|error sending request|dns error|tcp connect error|operation timed out", re.I)
_FULL = re.compile(r"No space left on device|Disk quota exceeded", re.I)
_PIECE_BYTES = 1 << 16
Running = Callable[["subprocess.Popen[bytes] | None"], None]


def find_uv() -> str:
    """The program that came with Runstead."""
    try:
        return find_uv_bin()
    except FileNotFoundError as error:
        found = shutil.which(UV)
        if found is None:
            raise Unavailable("uv is not there, which builds environments; install it with: pip install uv") from error
        return found


def build(
    uv: str,
    recipe: Recipe,
    folder: Path,
    *,
    python: str,
    environ: Mapping[str, str],
    inherited: int,
    say: Callable[[str], None],
    running: Running,
    wheel: OpenWheel,
) -> None:
    """Fills `folder`/venv. Raises what went wrong in one sentence: InvalidArgument, TooLarge or Unavailable.

    inherited: a descriptor that uv holds open, too. running: told uv's process while there is one. wheel: as of Wish.
    """
    variables = {name: value for name, value in environ.items() if name not in (*_DROPPED, *HIDDEN)}
    variables |= VARIABLES
    write_requirements(recipe, folder, wheel)
    for command in commands_of(uv, recipe, python=python, venv="venv"):
        said, code = _run(command, folder, variables, inherited=inherited, say=say, running=running)
        if code != 0:
            raise failure_of(said, code)


def write_requirements(recipe: Recipe, folder: Path, wheel: OpenWheel) -> None:
    """The two files that `commands_of` name, and the wheels of the workspace."""
    with told_when_full(f"the environment's folder {folder}"):
        for path in wheel_paths(recipe.requirements):
            (folder / LOCAL / path).parent.mkdir(parents=True, exist_ok=True)
            with wheel(path) as source, open(folder / LOCAL / path, "wb") as copy:
                shutil.copyfileobj(source, copy)
        _write_lines(folder / "requirements.txt", [*recipe.options, *map(local_line, recipe.requirements)])
        # What depends on Azure's own packages must not bring them along: Runstead is in their place.
        _write_lines(folder / "overrides.txt", [f'{name} ; python_version < "0"' for name in STANDINS])


def commands_of(uv: str, recipe: Recipe, *, python: str, venv: str) -> tuple[list[str], list[str]]:
    """Makes the environment, then installs into it; the current folder has the requirements."""
    make = [uv, "venv", "--quiet", "--no-project", "--relocatable", "--python", python, venv]
    install = [uv, "pip", "install", "--python", f"{venv}/bin/python", "-r", "requirements.txt"]
    # Like pip, go on to the next index where one has no version that fits; unlike pip, the named one comes first.
    install += ["--override", "overrides.txt", "--index-strategy", "unsafe-first-match", *recipe.arguments]
    return make, install


def _run(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    *,
    inherited: int,
    say: Callable[[str], None],
    running: Running,
) -> tuple[str, int]:
    """What it said, in whole, and how it ended."""
    said = ""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=[inherited],
    ) as process:
        running(process)
        try:
            assert process.stdout is not None
            rest = b""
            while piece := os.read(process.stdout.fileno(), _PIECE_BYTES):
                *lines, rest = (rest + piece).split(b"\n")
                if lines:
                    text = redacted("".join(f"{line.decode(errors='replace')}\n" for line in lines))
                    said += text
                    say(text)
            if rest:
                text = redacted(rest.decode(errors="replace")) + "\n"
                said += text
                say(text)
            return said, process.wait()
        except BaseException:
            end(process)
            raise
        finally:
            running(None)


def end(process: "subprocess.Popen[bytes]") -> None:
    """uv and what it started, at once: what they leave is thrown away."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def failure_of(said: str, code: int) -> RunsteadError:
    """The kind of error that uv's words tell of, in one sentence."""
    if _FULL.search(said):
        return TooLarge("the disk is full")
    if code < 0:
        return Unavailable(f"uv was ended by signal {-code}")
    reason = _sentence(said)
    if _AWAY.search(said):
        return Unavailable(f"a package index cannot be reached: {reason}")
    return InvalidArgument(reason or f"uv ended with exit code {code}")


def _sentence(said: str) -> str:
    """From the first line that tells of an error on, in one line."""
    found = _REASON.search(said)
    told = said[found.start() :] if found else said
    words = re.sub(r"(?m)^\s*(?:error:|cause:|hint:|[×╰├─▶│]+)\s*", "", told).split()
    text = " ".join(words)
    return text if len(text) <= 600 else f"{text[:600]}…"


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # addresses may hold a password
    with open(descriptor, "w") as file:
        file.writelines(f"{line}\n" for line in lines)
