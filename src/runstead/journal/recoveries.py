"""Reads journals whose writers are gone: what is good, what is torn, what is damaged."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runstead.domain.records import SLOT_BYTES, BrokenRecord, Kind, Opening, Record, decode, decode_one, record_end
from runstead.journal.files import mapped

PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Recovery:
    """What a journal holds from some offset on."""

    good_bytes: int  # the offset behind the last valid record of the valid beginning
    record_count: int
    pieces: tuple[tuple[int, int], ...]  # the valid beginning in pieces of whole records, about 1 MiB each
    torn: str | None  # why the last record was dropped
    damage: str | None  # why the file stops being readable before its end: a valid record follows


def recover(path: Path, *, start: int = 0) -> Recovery:
    """Find the valid beginning of a journal that nobody writes to; `start`: an offset that is known to be good."""
    with mapped(path) as view:
        return recovered(view, start=start)


def recovered(view: memoryview, *, start: int = 0) -> Recovery:
    """Find the valid beginning of a journal's bytes."""
    offset, count, cuts, reason = start, 0, [start], None
    try:
        while offset < len(view) and view[offset : offset + SLOT_BYTES] != bytes(SLOT_BYTES):
            offset = record_end(view, offset)
            count += 1
            if offset - cuts[-1] >= PIECE_BYTES:
                cuts.append(offset)
    except BrokenRecord as error:
        reason = error.reason
    if cuts[-1] < offset:
        cuts.append(offset)
    later = _next_valid(view, offset + SLOT_BYTES)
    torn = damage = None
    if later is not None:
        damage = f"byte {offset}: {reason or 'nothing is there'}, but a valid record follows at byte {later}"
    elif reason:
        torn = f"byte {offset}: {reason}"
    return Recovery(offset, count, tuple(itertools.pairwise(cuts)), torn, damage)


def opening_of(path: Path) -> Opening | None:
    """Whose journal it is; None if it does not begin as a journal does."""
    with mapped(path) as view:
        try:
            record = decode_one(view, 0)
        except BrokenRecord:
            return None
        return record.value if record.kind is Kind.OPEN else None


def read_records(path: Path) -> Iterator[Record]:
    """Decode the valid beginning of a journal; raises BrokenRecord where a checksum is right and the content is not."""
    good_bytes = recover(path).good_bytes
    with mapped(path) as view:
        yield from decode(view[:good_bytes])


def _next_valid(view: memoryview, offset: int) -> int | None:
    """The first valid record at or after `offset`. Cheap where only zeros follow."""
    something = re.compile(rb"[^\0]")
    while found := something.search(view, offset):
        offset = found.start() // SLOT_BYTES * SLOT_BYTES
        try:
            record_end(view, offset)
        except BrokenRecord:
            offset += SLOT_BYTES
            continue
        return offset
    return None
