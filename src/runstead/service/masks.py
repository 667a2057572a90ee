"""Hides secrets in what is logged: those of the workspace, and what looks like a key (domain/masks.py)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple  # JSON values

import re2  # type: ignore[import-untyped]  # has no types
import sqlalchemy as sa

from runstead.domain.masks import REACH_BYTES, SHAPES, asterisks, spellings, told_apart
from runstead.domain.workspaces import Workspace
from runstead.service import secrets
from runstead.service.unit import Unit
from runstead.store import secrets as rows

_MOST_KEPT = 64  # workspaces
_TAIL_BYTES = 512  # in which a key that has begun is looked for


class Mask(NamedTuple):
    """What is hidden in one workspace. `reach_bytes`: how far back the beginning of a secret may lie."""

    exact: tuple[bytes, ...]
    reach_bytes: int
    any_exact: Any = None  # of re2, which has no types: finds whether any of many is there, as fast as one

    def blanked(self, content: bytes) -> bytes:
        """The same bytes with asterisks where secrets are; the very same object if there are none."""
        blank: bytearray | None = None
        for begin, end in self._found(content):
            if (hidden := asterisks(content[begin:end])) != content[begin:end]:
                blank = blank or bytearray(content)
                blank[begin:end] = hidden
        return content if blank is None else bytes(blank)

    def begun(self, content: bytes) -> int:
        """How many bytes at the end may be the beginning of a secret: a log that grows does not show them yet."""
        tail = content[-_TAIL_BYTES:]
        match = _BEGUN.search(tail)
        held = 0 if match is None else len(tail) - match.start(match.lastindex)
        return max([held, *(_begun_of(secret, content) for secret in self.exact)])

    def text(self, text: str) -> str:
        """The same for a text."""
        return self.blanked(text.encode(errors="surrogateescape")).decode(errors="surrogateescape")

    def json(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The same for every text of a JSON object."""
        return {key: self._json(value) for key, value in given.items()}

    def _json(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self.json(value)
        return [self._json(one) for one in value] if isinstance(value, list | tuple) else value

    def _found(self, content: bytes) -> Iterable[tuple[int, int]]:
        is_there = self.any_exact is None or self.any_exact.search(content) is not None
        for secret in self.exact if is_there else ():
            begin = content.find(secret)
            while begin >= 0:
                yield begin, begin + len(secret)
                begin = content.find(secret, begin + len(secret))
        for match in _WHOLE.finditer(content):
            yield match.span(match.lastindex)


class _Kept(NamedTuple):
    stamp: tuple[int, int]
    mask: Mask


def mask_of(unit: Unit, workspace: str, *, connection: sa.Connection, workspace_key: int) -> Mask:
    """What is hidden in this workspace now."""
    stamp = rows.stamp(connection, workspace_key)
    if stamp == (0, 0):
        return NOTHING_OF_OURS
    place = (str(unit.settings.home), workspace_key)
    kept = _kept.get(place)
    if kept is None or kept.stamp != stamp:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        kept = _kept[place] = _Kept(stamp, mask_for(secrets.values(unit, workspace)))
    return kept.mask


def hidden(unit: Unit, connection: sa.Connection, workspace: Workspace, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a run tells of itself, without this workspace's secrets."""
    return mask_of(unit, workspace.name, connection=connection, workspace_key=workspace.key).json(given)


def mask_for(values: Sequence[str]) -> Mask:
    """A mask of these secrets, and of what looks like a key."""
    exact = tuple(sorted({one for value in values for one in spellings(value)}, key=len, reverse=True))
    reach_bytes = max([REACH_BYTES, *map(len, exact)])
    if not exact:
        return Mask(exact, reach_bytes)
    try:
        return Mask(exact, reach_bytes, re2.compile(b"|".join(map(re.escape, exact)), _OPTIONS))
    except re2.error:  # more than fits in its memory: each is looked for by itself
        return Mask(exact, reach_bytes)


def _begun_of(secret: bytes, content: bytes) -> int:
    tail = content[-len(secret) + 1 :]
    head = secret[: told_apart(secret)]
    begin = tail.find(head)
    while begin >= 0:
        if secret.startswith(tail[begin:]):
            return len(tail) - begin
        begin = tail.find(head, begin + 1)
    return 0


_OPTIONS = re2.Options()
_OPTIONS.encoding = re2.Options.Encoding.LATIN1  # a log may hold any bytes
_OPTIONS.max_mem = 32 << 20
_WHOLE = re2.compile("|".join(f"{shape.before}({shape.value})" for shape in SHAPES).encode(), _OPTIONS)
# A key without anything before it may be any word: that one is known when it is whole.
_BEGINNINGS = [f"{shape.before}({shape.begun}*)$" for shape in SHAPES if shape.before]
_BEGUN = re2.compile("|".join(_BEGINNINGS).encode(), _OPTIONS)
NOTHING_OF_OURS = mask_for(())
_kept: dict[tuple[str, int], _Kept] = {}
