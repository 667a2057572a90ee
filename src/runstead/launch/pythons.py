"""The Pythons of this machine, as uv finds them; uv never downloads one here."""

import json
import logging
import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any  # JSON values

from runstead.domain.errors import Unavailable
from runstead.domain.interpreters import Interpreter

FRESH_S = 60.0  # how long an answer holds: asking takes 60 ms, and 2 s where some do not start
_PATIENCE_S = 60
log = logging.getLogger(__name__)
CURRENT = sys.version_info[:3]


class Pythons:
    """What is there, asked for again after a while. Thread-safe."""

    def __init__(self, uv: str, environ: Mapping[str, str]) -> None:
        self._uv = uv
        self._environ = {**environ, "PATH": _searched(environ.get("PATH", ""))}
        self._lock = threading.Lock()
        self._found: tuple[Interpreter, ...] = ()
        self._until = 0.0

    def all(self) -> tuple[Interpreter, ...]:
        """One interpreter of each version. Unavailable if uv cannot be asked."""
        with self._lock:
            if not self._found:
                self._refresh()
            elif time.monotonic() >= self._until:
                self._until = time.monotonic() + FRESH_S
                # Whoever asks now is moving every job on: one more answer from before does less harm than a wait.
                threading.Thread(target=self._refresh_quietly, name="runstead-pythons", daemon=True).start()
            return self._found

    def _refresh(self) -> None:
        self._found = self._asked()
        self._until = time.monotonic() + FRESH_S

    def _refresh_quietly(self) -> None:
        try:
            self._refresh()
        except Unavailable:
            log.exception("the Pythons of this machine are those of a minute ago")

    def _asked(self) -> tuple[Interpreter, ...]:
        command = [self._uv, "python", "list", "--only-installed", "--output-format", "json"]
        try:
            told = subprocess.run(
                command, env=self._environ, cwd="/", capture_output=True, check=True, timeout=_PATIENCE_S
            )
            listed = json.loads(told.stdout)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Unavailable(f"uv ({self._uv}) cannot list the Pythons of this machine: {error}") from error
        # Our own last, so that it wins: it is there for certain.
        by_version = {**{one.version: one.path for one in interpreters_of(listed)}, CURRENT: sys.executable}
        return tuple(Interpreter(version, path) for version, path in sorted(by_version.items()))


def interpreters_of(listed: Sequence[Mapping[str, Any]]) -> list[Interpreter]:
    """What `uv python list` tells in JSON: the first path of each version, newest last."""
    usable = [one for one in listed if one["implementation"] == "cpython" and one["variant"] == "default"]
    parts = [tuple(one["version_parts"][part] for part in ("major", "minor", "patch")) for one in usable]
    by_version = {version: one["path"] for version, one in zip(reversed(parts), reversed(usable), strict=True)}
    return [Interpreter(version, path) for version, path in sorted(by_version.items())]


def platform_name() -> str:
    """System, processor and C library: what compiled packages depend on."""
    libc = "".join(platform.libc_ver())
    return "-".join(part for part in (sys.platform, platform.machine(), libc) if part)


def _searched(path: str) -> str:
    """PATH with pyenv's stand-ins, of which most only fail, replaced by what they stand for."""
    folders: list[str] = []
    for folder in path.split(os.pathsep):
        if folder.endswith("/shims"):
            folders += map(str, sorted(Path(folder).parent.glob("versions/3*/bin")))
        else:
            folders.append(folder)
    return os.pathsep.join(folders)
