"""Searches through files of any size: which lines hold something, in time and memory that no pattern can blow up."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, NamedTuple

import re2  # type: ignore[import-untyped]  # has no types

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.service import artifacts
from runstead.service.unit import Unit

BLOCK_BYTES = 1 << 20
# A line longer than this is searched in parts; a match across two of them is found if it is no longer than the overlap.
LINE_BYTES = 4 << 20
OVERLAP_BYTES = 4 << 10
MOST_PATTERN_CHARS = 1000
PATTERN_MEMORY_BYTES = 2 << 20
# Past these, lines are counted and no longer named.
MOST_MATCHES = 10_000
NEW_LINE = b"\n"
# What an escape sequence shows is nothing: words are found across colours.
ESCAPES = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-OQ-WYZ\\`-~])|[\x00-\x08\x7f]"
)
ERRORS = (
    r"Traceback \(most recent call last\)"
    r"|\b(?:ERROR|CRITICAL|FATAL)\b"
    r"|^(?:\[[\w ]+\]:? ?)?(?:\w+\.)*\w*(?:Error|Exception|KeyboardInterrupt|SystemExit)(?::|\s*$)"
    r"|^(?:error|fatal): "
    r"|\bSegmentation fault\b|\bcore dumped\b|\bout of memory\b|\bOOM[- ]?[Kk]ill"
)


class Match(NamedTuple):
    """A line (from 1), where it begins, and where in it the match is: the same offset if colours are in between."""

    line: int
    offset: int
    at: int


@dataclass(frozen=True)
class Found:
    """What is new since the last one: `count` lines so far, of which these were named."""

    matches: list[Match]
    count: int
    read_bytes: int
    size_bytes: int


# Takes a text; what it gives tells where the next match from a place on begins, or a negative number.
Finder = Callable[[bytes], Callable[[int], int]]


def finder_of(text: str, *, regex: bool = False, match_case: bool = False, errors: bool = False) -> Finder:
    """What to look for: words, a regular expression of RE2, or what looks like an error."""
    if errors:
        return _regex_finder(f"(?m){ERRORS}", match_case=True)
    if not text:
        raise InvalidArgument("there is nothing to search for; give text, or errors=true")
    if len(text) > MOST_PATTERN_CHARS:
        raise TooLarge(f"what is searched for has {len(text)} characters; at most {MOST_PATTERN_CHARS} are taken")
    if regex:
        return _regex_finder(f"(?m){text}", match_case=match_case)
    if match_case or text.isascii():
        return partial(_words_finder, text.encode(errors="replace"), match_case)
    return _regex_finder(re2.escape(text), match_case=False)


def opened(unit: Unit, workspace: str, run_id: str, path: str) -> BinaryIO:
    """The file to search; the caller closes it."""
    return artifacts.opened(unit, run_id, artifacts.find(unit, workspace, run_id, path))


def search(file: BinaryIO, finder: Finder, *, line: int = 1, offset: int = 0) -> Iterator[Found]:
    """From a line that begins at `offset` up to the size the file has now.

    Tells something about every megabyte, the last time when all is read.
    """
    size_bytes = file.seek(0, io.SEEK_END)
    scan = _Scan(finder, line, offset)
    read_bytes, listed = offset, 0
    file.seek(offset)
    carry = b""
    while True:
        piece = file.read(min(BLOCK_BYTES, size_bytes - read_bytes))
        read_bytes += len(piece)
        block = carry + piece
        is_last = not piece or read_bytes >= size_bytes
        whole = len(block) if is_last else block.rfind(NEW_LINE) + 1
        if not whole and len(block) >= LINE_BYTES:
            matches = scan.block(block, kept=OVERLAP_BYTES)
            carry = block[-OVERLAP_BYTES:]
        else:
            matches = scan.block(block[:whole]) if whole else []
            carry = block[whole:]
        named = matches[: MOST_MATCHES - listed]
        listed += len(named)
        yield Found(named, scan.count, read_bytes, size_bytes)
        if is_last:
            return


class _Scan:
    """Where a search is: the line and the byte at which the next block begins."""

    def __init__(self, finder: Finder, line: int, offset: int) -> None:
        self._finder = finder
        self._line = line
        self._line_at = offset
        self._at = offset
        self._last_line = 0
        self.count = 0

    def block(self, block: bytes, *, kept: int = 0) -> list[Match]:
        """Matches in the next bytes, whole lines if possible; the last `kept` bytes will come once more."""
        text = ESCAPES.sub(b"", block) if b"\x1b" in block else block
        found = self._lines_of(block, text)
        self._line += block.count(NEW_LINE)
        if (end := block.rfind(NEW_LINE)) >= 0:
            self._line_at = self._at + end + 1
        self._at += len(block) - kept
        return found

    def _lines_of(self, block: bytes, text: bytes) -> list[Match]:
        found = []
        line, shown_at, at = self._line, 0, 0
        position = 0
        next_from = self._finder(text)
        while (start := next_from(position)) >= 0:
            ends = text.count(NEW_LINE, shown_at, start)
            if ends:
                line += ends
                shown_at = text.rfind(NEW_LINE, 0, start) + 1
                at = _after_lines(block, at, ends) if text is not block else shown_at
            if line != self._last_line:
                self._last_line = line
                self.count += 1
                offset = self._at + at if line > self._line else self._line_at
                found.append(Match(line, offset, self._at + start if text is block else offset))
            position = text.find(NEW_LINE, start) + 1
            if not position or position >= len(text):
                break
        return found


def _after_lines(block: bytes, at: int, count: int) -> int:
    for _ in range(count):
        at = block.find(NEW_LINE, at) + 1
    return at


def _words_finder(words: bytes, match_case: bool, text: bytes) -> Callable[[int], int]:
    return partial(text.find, words) if match_case else partial(text.lower().find, words.lower())


def _regex_finder(pattern: str, *, match_case: bool) -> Finder:
    options = re2.Options()
    options.case_sensitive = match_case
    options.never_nl = True
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY_BYTES
    try:
        compiled = re2.compile(pattern.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise InvalidArgument(f"this is no regular expression that can be searched for: {_reason(error)}") from error

    def finder(text: bytes) -> Callable[[int], int]:
        def next_from(position: int) -> int:
            match = compiled.search(text, position)
            return -1 if match is None else int(match.start())

        return next_from

    return finder


def _reason(error: Exception) -> str:
    told = error.args[0] if error.args else error
    return told.decode(errors="replace").removeprefix("(?m)") if isinstance(told, bytes) else str(told)
