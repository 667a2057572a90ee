"""Small bytes for long arrays: integers and float64 bit patterns, exact, decoded at memory speed (chunks.md)."""

import struct
import zlib
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from runstead.store.columns import Bytes, Words

WORD_BYTES = 8
DEFLATE_LEVEL = 1  # higher levels gain under 1 % on byte planes and cost three times as much
WORTH_PACKING = 0.97
DECIMALS = (0, 1, 2, 3, 4, 5, 6, 8, 10)
SAMPLE = 64
EXACT = 1 << 53


class Mode(IntEnum):
    """How an array was turned into another one that packs better; the number is stored."""

    CONST = 0
    RAMP = 1
    PLAIN = 2
    DELTA = 3
    DECIMAL = 4


class Packing(IntEnum):
    """How a byte plane is stored."""

    CONST = 0
    RAW = 1
    DEFLATE = 2


def encode_words(words: Words, *, floats: bool = False) -> bytes:
    """Any int64 array; `floats` says that these are the bits of float64 values."""
    if words.size == 0 or (words == words[0]).all():
        return bytes([Mode.CONST]) + words[:1].tobytes()
    deltas = words[1:] - words[:-1]
    if not floats and (deltas == deltas[0]).all():
        return bytes([Mode.RAMP]) + words[:1].tobytes() + deltas[:1].tobytes()
    least = deltas.min()
    plain, delta = _planes(words), _planes(deltas - least)
    plain_bytes, delta_bytes = _estimate(plain), _estimate(delta)
    whole = _as_decimals(words) if floats else None
    if whole is not None:
        packed = bytes([Mode.DECIMAL, whole[0]]) + encode_words(whole[1])
        if len(packed) < min(plain_bytes, delta_bytes):
            return packed
    if plain_bytes <= delta_bytes:
        return bytes([Mode.PLAIN]) + _pack(plain)
    return bytes([Mode.DELTA]) + words[:1].tobytes() + bytes(least.tobytes()) + _pack(delta)


def decode_words(document: memoryview, count: int) -> Words:
    """The `count` words that were encoded."""
    mode = document[0]
    if count == 0:
        return np.zeros(0, np.int64)
    if mode == Mode.CONST:
        return np.full(count, _word(document, 1), np.int64)
    if mode == Mode.RAMP:
        # uint64, so that an overflow wraps as it did when the differences were taken
        steps = np.arange(count, dtype=np.uint64) * np.uint64(_word(document, 9) & (1 << 64) - 1)
        return (steps + np.uint64(_word(document, 1) & (1 << 64) - 1)).view(np.int64)
    if mode == Mode.PLAIN:
        return _unpack(document[1:], count)
    if mode == Mode.DECIMAL:
        return _from_decimals(decode_words(document[2:], count), document[1])
    words = np.empty(count, np.int64)
    words[0] = _word(document, 1)
    words[1:] = _unpack(document[17:], count - 1)
    words[1:] += _word(document, 9)
    return np.cumsum(words, out=words)


def encode_texts(texts: bytes) -> bytes:
    """Any bytes."""
    return zlib.compress(texts, 6)


def decode_texts(document: memoryview) -> bytes:
    """The bytes that were encoded."""
    return zlib.decompress(document)


def _word(document: memoryview, place: int) -> int:
    return int(struct.unpack_from("<q", document, place)[0])


def _as_decimals(words: Words) -> tuple[int, Words] | None:
    """Floats like 0.125 or 3.0 as integers of some number of decimals, if every bit comes back so."""
    for decimals in DECIMALS:
        if _whole(words[:SAMPLE], decimals) is not None:
            whole = _whole(words, decimals)
            return None if whole is None else (decimals, whole)
    return None


def _whole(words: Words, decimals: int) -> Words | None:
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.rint(words.view(np.float64) * 10.0**decimals)
        if not (np.abs(scaled) < EXACT).all():
            return None
    whole = scaled.astype(np.int64)
    return whole if (_from_decimals(whole, decimals) == words).all() else None


def _from_decimals(whole: Words, decimals: int) -> Words:
    return (whole.astype(np.float64) / 10.0**decimals).view(np.int64)


def _planes(words: Words) -> Bytes:
    return np.ascontiguousarray(np.ascontiguousarray(words).view(np.uint8).reshape(words.size, WORD_BYTES).T)


def _estimate(planes: Bytes) -> float:
    """About how many bytes the planes will take: their entropy."""
    return sum(_entropy_bytes(plane) for plane in planes)


def _entropy_bytes(plane: Bytes) -> float:
    counts = np.bincount(plane, minlength=256)
    shares = counts[counts > 0] / plane.size
    return float(-(shares * np.log2(shares)).sum() * plane.size / 8)


def _pack(planes: Bytes) -> bytes:
    pieces = []
    for plane in planes:
        size = plane.size
        if (plane == plane[0]).all():
            pieces.append(bytes([Packing.CONST, plane[0]]))
            continue
        packed = zlib.compress(plane, DEFLATE_LEVEL, -15) if _entropy_bytes(plane) < WORTH_PACKING * size else plane
        if len(packed) < WORTH_PACKING * size:
            pieces.append(bytes([Packing.DEFLATE]) + len(packed).to_bytes(4, "little") + bytes(packed))
        else:
            pieces.append(bytes([Packing.RAW]) + plane.tobytes())
    return b"".join(pieces)


def _unpack(document: memoryview, count: int) -> Words:
    planes: NDArray[np.uint8] = np.empty((WORD_BYTES, count), np.uint8)
    place = 0
    for plane in planes:
        packing = document[place]
        place += 1
        if packing == Packing.CONST:
            plane[:] = document[place]
            place += 1
        elif packing == Packing.RAW:
            plane[:] = np.frombuffer(document, np.uint8, count, place)
            place += count
        else:
            size = int.from_bytes(document[place : place + 4], "little")
            place += 4
            plane[:] = np.frombuffer(zlib.decompress(document[place : place + size], -15, count), np.uint8)
            place += size
    return np.ascontiguousarray(planes.T).view(np.int64).reshape(count)
