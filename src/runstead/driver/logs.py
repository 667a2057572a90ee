"""Ships growing files to the run's logs, by offset, while they grow."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from runstead.client.logs import append_log
from runstead.domain.errors import Conflict, RunsteadError, Unavailable
from runstead.driver.connections import Link

PIECE_BYTES = 1 << 20
FAST_S = 0.02  # for the log that people watch
QUIET_S = 0.05  # for the same, while the script prints nothing: half the idle cost, and still at once for the eye
SLOW_S = 0.5  # for all the others, and for finding new ones
_LONGEST_PAUSE_S = 2.0
_PARALLEL = 4  # logs delivered at a time, in the end
_HELD_BACK_CHARS = 8  # a log that ends in this many characters of a secret waits for the next ones


class Root(NamedTuple):
    """A folder whose files are logs, and what their paths begin with in the run."""

    folder: Path
    prefix: str


@dataclass
class Followed:
    """One file: `position` is where we read next, `shift` what to add to get the offset in the run's log."""

    path: Path
    name: str
    position: int = 0
    shift: int = 0
    inode: int | None = None
    refused: str | None = None


class LogShipper:
    """Follows all files below `roots`; `first` is looked at far more often than the others.

    Secrets are blanked with as many asterisks, so that offsets stay what they are. Bytes that cannot be delivered stay
    in their file; a file that the server refuses is given up, and `refusals` says so.
    """

    def __init__(self, link: Link, roots: Sequence[Root], *, first: str, secrets: Sequence[str]) -> None:
        self._link = link
        self._roots = roots
        self._first = first
        self._secrets = [s.encode() for s in secrets if len(s) > _HELD_BACK_CHARS]
        self._files: dict[str, Followed] = {}
        self._next_search = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runstead-logs", daemon=True)

    @property
    def refusals(self) -> list[str]:
        """One sentence for each log that the server did not take."""
        return [f"{file.name}: {file.refused}" for file in self._files.values() if file.refused]

    def start(self) -> None:
        """Ships in the background until `finish`."""
        self._thread.start()

    def finish(self, *, until: float) -> None:
        """Delivers what is there; raises Unavailable if the server is not back by the monotonic time `until`."""
        self._stop.set()
        self._thread.join()
        self._search()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            for _ in pool.map(lambda file: self._drain(file, until=until), list(self._files.values())):
                pass

    def _drain(self, file: Followed, *, until: float) -> None:
        while self._ship(file, is_last=True, until=until):
            pass

    def _run(self) -> None:
        pause_s = FAST_S
        moved_at = time.monotonic()
        while not self._stop.wait(pause_s):
            try:
                if self._round():
                    moved_at = time.monotonic()
                pause_s = _pause_after(time.monotonic() - moved_at)
            except Unavailable:
                pause_s = min(2 * max(pause_s, FAST_S), _LONGEST_PAUSE_S)

    def _round(self) -> bool:
        """Ships what is new once; whether there is more to do at once."""
        now = time.monotonic()
        moved_first = False
        if now >= self._next_search:
            self._search()
            moved_first = self._ship_first() > 0
            moved = [self._ship(file) for name, file in list(self._files.items()) if name != self._first]
            # Searching a folder of thousands of files must not take the machine from the script.
            rest_s = max(SLOW_S, 20 * (time.monotonic() - now))
            self._next_search = 0.0 if max(moved, default=0) > PIECE_BYTES // 2 else time.monotonic() + rest_s
        return self._ship_first() > 0 or moved_first

    def _ship_first(self) -> int:
        first = self._files.get(self._first)
        return 0 if first is None else self._ship(first)

    def _search(self) -> None:
        for root in self._roots:
            for path, name in _files_below(root):
                if name not in self._files:
                    self._files[name] = Followed(path, name)

    def _ship(self, file: Followed, *, is_last: bool = False, until: float = 0.0) -> int:
        """Ships one piece; answers its length, 0 when there is nothing to ship."""
        if file.refused or not _has_news(file) or not (piece := self._piece(file, is_last=is_last)):
            return 0
        offset = file.position + file.shift
        try:
            reached = self._link.insist(
                lambda w: append_log(w, self._link.run_id, path=file.name, offset=offset, content=piece), until=until
            )
        except Unavailable:
            raise
        except RunsteadError as error:
            told = error.details.get("offset")
            if not isinstance(error, Conflict) or not isinstance(told, int):
                file.refused = error.message
                return 0
            reached = told
        file.shift = min(file.shift, reached)
        file.position = reached - file.shift
        return len(piece)

    def _piece(self, file: Followed, *, is_last: bool) -> bytes:
        try:
            with open(file.path, "rb", opener=_opened) as content:
                found = os.fstat(content.fileno())
                if found.st_size < file.position or found.st_ino != (file.inode or found.st_ino):
                    # Written anew: what is shipped stays, the new content comes after it.
                    file.shift += file.position
                    file.position = 0
                file.inode = found.st_ino
                content.seek(file.position)
                piece = content.read(PIECE_BYTES)
        except FileNotFoundError:
            return b""
        except OSError as error:
            file.refused = str(error)
            return b""
        at_end = file.position + len(piece) >= found.st_size
        return self._blanked(piece, is_last=is_last and at_end)

    def _blanked(self, piece: bytes, *, is_last: bool) -> bytes:
        for secret in self._secrets:
            piece = piece.replace(secret, b"*" * len(secret))
            if not is_last and (begun := _begun(piece, secret)):
                piece = piece[:-begun]
        return piece


def _pause_after(quiet_s: float) -> float:
    if quiet_s < FAST_S / 2:
        return 0.0
    return FAST_S if quiet_s < 1 else QUIET_S


def _begun(piece: bytes, secret: bytes) -> int:
    """How many bytes at the end of `piece` may be the beginning of `secret`; 0 if too few to tell anybody anything."""
    longest = min(len(secret) - 1, len(piece))
    lengths = range(longest, _HELD_BACK_CHARS - 1, -1)
    return next((n for n in lengths if piece.endswith(secret[:n])), 0)


def _has_news(file: Followed) -> bool:
    """Whether it is worth opening; asked many times a second."""
    try:
        found = os.lstat(file.path)
    except OSError:
        return False
    return found.st_size != file.position or found.st_ino != file.inode


def _opened(path: str, flags: int) -> int:
    # A link may have taken the file's place, and opening a pipe would wait for its writer.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _files_below(root: Root) -> Iterator[tuple[Path, str]]:
    for place, _, names in os.walk(root.folder):
        for name in names:
            path = Path(place, name)
            try:
                is_file = S_ISREG(path.lstat().st_mode)
            except FileNotFoundError:
                continue
            if is_file:
                yield path, root.prefix + path.relative_to(root.folder).as_posix()
