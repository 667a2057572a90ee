"""Programs that build environments: run and followed as they speak, stopped, their failures told in a sentence."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument, RunsteadError, TooLarge, Unavailable
from runstead.domain.packages import redacted
from runstead.launch.local import HIDDEN
from runstead.launch.products import Making

# What would make them look elsewhere than at the environment that they are told to build.
_ELSEWHERE = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON", "UV_SYSTEM_PYTHON")
UNWANTED = (*_ELSEWHERE, *HIDDEN)
_FULL = re.compile(r"No space left on device|Disk quota exceeded", re.I)
_MOST_CHARS = 600
_PIECE_BYTES = 1 << 16


class Words(NamedTuple):
    """How a program tells of errors. reason: where one begins; away: its source cannot be reached; lead: left out."""

    name: str
    source: str
    reason: re.Pattern[str]
    away: re.Pattern[str]
    lead: re.Pattern[str]


class Room(NamedTuple):
    """Where programs run and who hears of it.

    folder: their current one. inherited: a descriptor that they hold open, too. running: told the process while there
    is one.
    """

    folder: Path
    environ: Mapping[str, str]
    inherited: int
    say: Callable[[str], None]
    running: Callable[["subprocess.Popen[bytes] | None"], None]


def room_of(making: Making, folder: Path, environ: Mapping[str, str], inherited: int) -> Room:
    """Where the programs of a build run, whose asker may stop them."""

    def running(process: "subprocess.Popen[bytes] | None") -> None:
        making.stopper(None if process is None else partial(end, process))

    return Room(folder, environ, inherited, making.say, running)


def run(command: Sequence[str], room: Room, words: Words, variables: Mapping[str, str]) -> None:
    """Runs it to its end. Raises what went wrong in one sentence: InvalidArgument, TooLarge or Unavailable."""
    given = {name: value for name, value in room.environ.items() if name not in UNWANTED}
    said, code = _followed(command, room, {**given, **variables})
    if code != 0:
        raise failure_of(said, code, words)


def end(process: "subprocess.Popen[bytes]") -> None:
    """The program and what it started, at once: what they leave is thrown away."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def failure_of(said: str, code: int, words: Words) -> RunsteadError:
    """The kind of error that a program's words tell of, in one sentence."""
    if _FULL.search(said):
        return TooLarge("the disk is full")
    if code < 0:
        return Unavailable(f"{words.name} was ended by signal {-code}")
    reason = _sentence(said, words)
    if words.away.search(said):
        return Unavailable(f"{words.source} cannot be reached: {reason}")
    return InvalidArgument(reason or f"{words.name} ended with exit code {code}")


def _followed(command: Sequence[str], room: Room, variables: Mapping[str, str]) -> tuple[str, int]:
    """What it said, in whole, and how it ended."""
    said = ""
    with subprocess.Popen(
        command,
        cwd=room.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=[room.inherited],
    ) as process:
        room.running(process)
        try:
            assert process.stdout is not None
            rest = b""
            while piece := os.read(process.stdout.fileno(), _PIECE_BYTES):
                *lines, rest = (rest + piece).split(b"\n")
                if lines:
                    text = redacted("".join(f"{line.decode(errors='replace')}\n" for line in lines))
                    said += text
                    room.say(text)
            if rest:
                text = redacted(rest.decode(errors="replace")) + "\n"
                said += text
                room.say(text)
            return said, process.wait()
        except BaseException:
            end(process)
            raise
        finally:
            room.running(None)


def _sentence(said: str, words: Words) -> str:
    """From the first line that tells of an error on, in one line."""
    found = words.reason.search(said)
    text = " ".join(words.lead.sub("", said[found.start() :] if found else said).split())
    return text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}…"
