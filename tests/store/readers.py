"""A reader of chunks and nodes that knows nothing but docs/notes/chunks.md: no NumPy, nothing of the store's code."""

import json
import struct
import zlib
from itertools import accumulate, pairwise
from typing import NamedTuple

WORD = 1 << 64
POINT_FIELDS = ("value", "at", "time_us", "step")
FIELDS = (
    *("numbers", "nans", "stepless", "total", "low_us", "high_us", "low_step", "high_step"),
    *(f"{mark}.{field}" for mark in ("first", "last", "min", "max") for field in POINT_FIELDS),
)
FLOATS = {"total", "first.value", "last.value", "min.value", "max.value"}


class Chunk(NamedTuple):
    """A chunk as the sample's JSON has it: floats are told by their hexadecimal form, big integers as in Python."""

    times_us: list[int]
    steps: list[int]
    columns: list[list[object]]


class Reader:
    """Reads a chunk; `seen` collects the modes and packings that occur."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def chunk(self, body: bytes) -> Chunk:
        version, column_count, count, checksum = struct.unpack_from("<BxHII", body)
        assert version == 1
        assert zlib.crc32(body[12:]) == checksum
        sizes = struct.unpack_from(f"<{2 + 3 * column_count}I", body, 12)
        ends = list(accumulate(sizes, initial=12 + 4 * len(sizes)))
        assert ends[-1] == len(body)
        parts = [body[start:end] for start, end in pairwise(ends)]
        columns = [self._column(parts[place : place + 3], count) for place in range(2, len(parts), 3)]
        return Chunk(_signed(self._words(parts[0], count)), _signed(self._words(parts[1], count)), columns)

    def _column(self, parts: list[bytes], count: int) -> list[object]:
        kinds = zlib.decompress(parts[0][1:]) if parts[0][0] == 0xFF else parts[0] * count
        self.seen |= {"mixed kinds" if parts[0][0] == 0xFF else f"kind {parts[0][0]}"}
        words = self._words(parts[1], count)
        texts = json.loads(zlib.decompress(parts[2])) if parts[2] else []
        return [_cell(kind, word, texts) for kind, word in zip(kinds, words, strict=True)]

    def _words(self, document: bytes, count: int) -> list[int]:
        mode = ("const", "ramp", "plain", "delta", "decimal")[document[0]]
        self.seen.add(mode)
        if mode == "const":
            return [_word(document, 1)] * count
        if mode == "ramp":
            return [(_word(document, 1) + turn * _word(document, 9)) % WORD for turn in range(count)]
        if mode == "plain":
            return self._planes(document[1:], count)
        if mode == "delta":
            steps = [step + _word(document, 9) for step in self._planes(document[17:], count - 1)]
            return [word % WORD for word in accumulate(steps, initial=_word(document, 1))]
        whole = _signed(self._words(document[2:], count))
        return [int(struct.unpack("<Q", struct.pack("<d", float(one) / 10.0 ** document[1]))[0]) for one in whole]

    def _planes(self, document: bytes, count: int) -> list[int]:
        words, place = [0] * count, 0
        for byte in range(8):
            packing = ("const plane", "raw plane", "deflated plane")[document[place]]
            self.seen.add(packing)
            place += 1
            if packing == "const plane":
                plane, place = document[place : place + 1] * count, place + 1
            elif packing == "raw plane":
                plane, place = document[place : place + count], place + count
            else:
                end = place + 4 + int.from_bytes(document[place : place + 4], "little")
                plane, place = zlib.decompress(document[place + 4 : end], -15), end
            words = [word | one << 8 * byte for word, one in zip(words, plane, strict=True)]
        return words


def read_nodes(body: bytes, *, level: int, start: int, count: int) -> list[dict[str, object]]:
    """A block of nodes; floats by their hexadecimal form."""
    packing = body[:192]
    sames, raws = packing.count(0), packing.count(1)
    same = iter(body[192 : 192 + sames])
    raw, rest = body[192 + sames : 192 + sames + raws * count], zlib.decompress(body[192 + sames + raws * count :])
    planes = []
    for one in packing:
        if one == 0:
            planes.append(bytes([next(same)]) * count)
        elif one == 1:
            planes.append(raw[:count])
            raw = raw[count:]
        else:
            planes.append(rest[:count])
            rest = rest[count:]
    nodes: list[dict[str, object]] = []
    low_us = low_step = 0
    for turn in range(count):
        content = bytes(plane[turn] for plane in planes)
        node = dict(zip(FIELDS, struct.unpack("<24q", content), strict=True))
        low_us, low_step = low_us + node["low_us"], low_step + node["low_step"]
        node |= {"low_us": low_us, "low_step": low_step}
        node["high_us"] += low_us
        node["high_step"] += low_step
        for mark in ("first", "last", "min", "max"):
            node[f"{mark}.at"] += start + turn * 128 * 4**level
            node[f"{mark}.time_us"] += low_us
            node[f"{mark}.step"] += low_step
        nodes.append({name: _hex(word) if name in FLOATS else _signed([word])[0] for name, word in node.items()})
    return nodes


def _cell(kind: int, word: int, texts: list[str]) -> object:
    if kind == 1:
        return {"float": _hex(word)}
    if kind == 2:
        return _signed([word])[0]
    if kind == 3:
        return word == 1
    if kind == 4:
        return None
    return texts[word] if kind == 16 else int(texts[word])


def _hex(word: int) -> str:
    """A float64's bits; NaN has many."""
    number = float(struct.unpack("<d", struct.pack("<Q", word % WORD))[0])
    return number.hex() if number == number else f"nan {word % WORD:016x}"


def _word(document: bytes, place: int) -> int:
    return int(struct.unpack_from("<Q", document, place)[0])


def _signed(words: list[int]) -> list[int]:
    return [(word + (WORD >> 1)) % WORD - (WORD >> 1) for word in words]
