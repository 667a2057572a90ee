"""Patterns of paths: `*` and `?` within a part, `**` over any number of parts."""

import re
from collections.abc import Iterable
from functools import cache

_WILD = re.compile(r"[*?]")


def has_wildcard(pattern: str) -> bool:
    """Whether this names more than one path."""
    return _WILD.search(pattern) is not None


def fixed_start(pattern: str) -> str:
    """The folders before the first wildcard: every match lies below it."""
    parts: list[str] = []
    for part in pattern.split("/"):
        if has_wildcard(part):
            break
        parts.append(part)
    return "/".join(parts)


def matches(path: str, pattern: str) -> bool:
    """Whether a file's path is meant. Without a wildcard: the file itself, or everything in the folder of that name."""
    if not has_wildcard(pattern):
        return not pattern or path == pattern or path.startswith(f"{pattern}/")
    return _compiled(pattern).fullmatch(path) is not None


def shared_folder(folders: Iterable[str]) -> str:
    """The deepest folder that all of these are in, or are; `""` if they have none in common."""
    split = [folder.split("/") if folder else [] for folder in folders]
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = pattern.split("/")
    said = [_part(part, is_last=index == len(parts) - 1) for index, part in enumerate(parts)]
    return re.compile("".join(said))


def _part(part: str, *, is_last: bool) -> str:
    if part == "**":
        return ".+" if is_last else "(?:[^/]+/)*"
    # One `*` after the other, as in `a**b`, would take a matcher exponentially long to refuse.
    words = re.sub(r"\*+", "*", part)
    wild = "".join("[^/]*" if c == "*" else "[^/]" if c == "?" else re.escape(c) for c in words)
    return wild if is_last else f"{wild}/"
