"""Journal bytes as arrays: finds and checks the records of a piece, thousands at a time (docs/notes/journal.md)."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import SLOT_BYTES, Kind, decode_one, record_end
from runstead.store.columns import Bytes, Words

SLOT = np.dtype([("crc", "<u4"), ("head", "<u4"), ("time_us", "<i8"), ("step", "<i8"), ("bits", "<i8")])
CHECKED_BYTES = SLOT_BYTES - 4  # the checksum covers all of a slot but itself


@dataclass(frozen=True)
class Records:
    """The records of a piece of a journal, in order: of each its head slot, and where in `body` it begins."""

    body: bytes
    slots: NDArray[np.void]
    offsets: Words
    kinds: Bytes
    numbers: Words


def records_of(body: bytes) -> Records:
    """Find the records; contents are not looked at.

    Raises InvalidArgument where the bytes are not whole records.
    """
    if len(body) % SLOT_BYTES:
        raise InvalidArgument(f"a piece of a journal is whole slots of {SLOT_BYTES} bytes, not {len(body)} bytes")
    slots = np.frombuffer(body, SLOT)
    kinds = (slots["head"] & 0xFF).astype(np.uint8)
    payloads = np.flatnonzero(kinds >= Kind.TEXT)
    if payloads.size == 0:
        return Records(body, slots, np.arange(len(slots)) * SLOT_BYTES, kinds, _numbers(slots))
    kept = _heads(slots, payloads)
    return Records(body, slots[kept], np.flatnonzero(kept) * SLOT_BYTES, kinds[kept], _numbers(slots[kept]))


def records_after(records: Records, skipped_bytes: int) -> Records:
    """Without those below an offset; InvalidArgument if that is within a record."""
    if skipped_bytes == 0:
        return records
    first = int(np.searchsorted(records.offsets, skipped_bytes))
    if first == records.offsets.size or records.offsets[first] != skipped_bytes:
        raise InvalidArgument(f"byte {skipped_bytes} of the piece, up to which it is stored, is within a record")
    body = records.body[skipped_bytes:]
    offsets = records.offsets[first:] - skipped_bytes
    return Records(body, records.slots[first:], offsets, records.kinds[first:], records.numbers[first:])


def selected(records: Records, numbers: Collection[int]) -> Records:
    """Only the records of these series numbers."""
    kept = np.isin(records.numbers, np.fromiter(numbers, np.int64))
    if kept.all():
        return records
    return Records(records.body, records.slots[kept], records.offsets[kept], records.kinds[kept], records.numbers[kept])


def check(records: Records) -> None:
    """Every record's kind and checksum, and the content of values; raises InvalidArgument.

    What a declaration says is checked where it is read.
    """
    fixed = records.kinds < Kind.TEXT
    strange = fixed & ((records.kinds == Kind.END) | (records.kinds > Kind.NONE))
    if strange.any():
        place = int(np.argmax(strange))
        raise InvalidArgument(
            f"the record at byte {records.offsets[place]} of the piece is of kind {records.kinds[place]}, "
            "which no record with a value has",
            offset=int(records.offsets[place]),
        )
    slots = records.slots[fixed]
    wrong = slot_checksums(slots) != slots["crc"]
    if wrong.any():
        offset = int(records.offsets[fixed][np.argmax(wrong)])
        raise InvalidArgument(f"the record at byte {offset} of the piece has a wrong checksum", offset=offset)
    view = memoryview(records.body)
    for offset, kind in zip(records.offsets[~fixed].tolist(), records.kinds[~fixed].tolist(), strict=True):
        if kind >= Kind.OPEN:
            record_end(view, offset)
        else:
            decode_one(view, offset)


def slot_checksums(slots: NDArray[np.void]) -> NDArray[np.uint32]:
    """CRC-32 of bytes 4–31 of each slot, all at once."""
    words = np.ascontiguousarray(slots).view("<u2").reshape(len(slots), SLOT_BYTES // 2)
    pairs = np.ascontiguousarray(words[:, 2:].T)
    # The checksum is linear: that of a message is the xor of what each of its parts, alone among zeros, adds.
    sums = np.full(len(slots), ZEROS_CHECKSUM, np.uint32)
    for place, table in enumerate(PAIR_CHECKSUMS):
        sums ^= np.take(table, pairs[place])
    return sums


def _checksum_tables() -> tuple[np.uint32, NDArray[np.uint32]]:
    zeros = zlib.crc32(bytes(CHECKED_BYTES))
    tables = np.zeros((CHECKED_BYTES // 2, 1 << 16), np.uint32)
    for place, table in enumerate(tables):
        for bit in range(16):
            alone = bytearray(CHECKED_BYTES)
            alone[2 * place : 2 * place + 2] = (1 << bit).to_bytes(2, "little")
            table[1 << bit : 2 << bit] = table[: 1 << bit] ^ np.uint32(zlib.crc32(alone) ^ zeros)
    return np.uint32(zeros), tables


ZEROS_CHECKSUM, PAIR_CHECKSUMS = _checksum_tables()


def _heads(slots: NDArray[np.void], payloads: Words) -> NDArray[np.bool_]:
    """Which slots are heads: walks from payload to payload, for payload bytes may look like anything."""
    kept = np.ones(len(slots), np.bool_)
    free = 0
    lengths = slots["bits"]
    for head in payloads.tolist():
        if head < free:
            continue
        length = int(lengths[head])
        free = head + 1 + -(-length // SLOT_BYTES)
        if length < 0 or free > len(slots):
            raise InvalidArgument(f"the record at byte {head * SLOT_BYTES} of the piece runs over its end")
        kept[head + 1 : free] = False
    return kept


def _numbers(slots: NDArray[np.void]) -> Words:
    return (slots["head"] >> 8).astype(np.int64)
