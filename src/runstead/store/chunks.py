"""Chunks: many points of one series in one compressed row; of a column, only what is asked for is decoded."""

import json
import struct
import zlib
from collections.abc import Sequence

import numpy as np

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Kind
from runstead.store.codecs import decode_texts, decode_words, encode_texts, encode_words
from runstead.store.columns import Column, Words, nulls, uniform_kind
from runstead.store.points import Points

VERSION = 1
CHUNK_POINTS = 16_384  # a full chunk; none crosses a multiple of it
HEADER = struct.Struct("<BxHII")  # version, columns, points, CRC-32 of what follows
SIZE = struct.Struct("<I")
PARTS_BEFORE_COLUMNS = 2  # times, steps
PARTS_OF_COLUMN = 3  # kinds, bits, texts
MIXED = 0xFF


def encode_chunk(points: Points, columns: Sequence[str]) -> bytes:
    """The points with these columns, in this order."""
    parts = [encode_words(points.times_us), encode_words(points.steps)]
    for name in columns:
        parts += _encode_column(points.columns.get(name) or nulls(len(points)))
    sizes = b"".join(SIZE.pack(len(part)) for part in parts)
    content = sizes + b"".join(parts)
    return HEADER.pack(VERSION, len(columns), len(points), zlib.crc32(content)) + content


def check_chunk(document: bytes) -> int:
    """The number of points of a chunk whose bytes are as they were written; else InvalidArgument."""
    if len(document) < HEADER.size:
        raise InvalidArgument(f"a chunk of {len(document)} bytes is cut")
    version, _, count, crc32 = HEADER.unpack_from(document)
    if version != VERSION or zlib.crc32(memoryview(document)[HEADER.size :]) != crc32:
        raise InvalidArgument(f"a chunk of {len(document)} bytes is not what was written: its checksum is another")
    return int(count)


def decode_chunk(
    document: bytes,
    columns: Sequence[str],
    *,
    wanted: Sequence[str] | None = None,
    times: bool = True,
    steps: bool = True,
) -> Points:
    """The points, with all columns or those `wanted`. `columns` may name more than the chunk has: those are null.

    Without `times` or `steps` these are zeros, and cost nothing.
    """
    _, stored, count, _ = HEADER.unpack_from(document)
    parts = _parts(document, PARTS_BEFORE_COLUMNS + stored * PARTS_OF_COLUMN)
    found = {}
    for place, name in enumerate(columns):
        if wanted is not None and name not in wanted:
            continue
        first = PARTS_BEFORE_COLUMNS + place * PARTS_OF_COLUMN
        found[name] = nulls(count) if place >= stored else _decode_column(parts[first : first + 3], count)
    nothing = np.zeros(count, np.int64)
    return Points(
        decode_words(parts[0], count) if times else nothing, decode_words(parts[1], count) if steps else nothing, found
    )


def _parts(document: bytes, count: int) -> list[memoryview]:
    view = memoryview(document)
    place = HEADER.size + count * SIZE.size
    parts = []
    for (size,) in SIZE.iter_unpack(view[HEADER.size : place]):
        parts.append(view[place : place + size])
        place += size
    return parts


def _encode_column(column: Column) -> list[bytes]:
    kind = uniform_kind(column)
    kinds = bytes([MIXED]) + encode_texts(column.kinds.tobytes()) if kind is None else bytes([kind])
    places = np.flatnonzero(column.kinds >= Kind.TEXT)
    if places.size == 0:
        return [kinds, encode_words(column.bits, floats=kind == Kind.FLOAT), b""]
    texts = [column.texts[place] for place in column.bits[places].tolist()]
    bits: Words = column.bits.copy()
    bits[places] = np.arange(places.size)
    return [kinds, encode_words(bits), encode_texts(json.dumps(texts, separators=(",", ":")).encode())]


def _decode_column(parts: Sequence[memoryview], count: int) -> Column:
    kind = parts[0][0]
    kinds = np.frombuffer(decode_texts(parts[0][1:]), np.uint8) if kind == MIXED else np.full(count, kind, np.uint8)
    return Column(kinds, decode_words(parts[1], count), json.loads(decode_texts(parts[2])) if parts[2] else ())
