"""Columns in memory: the cells of one column as arrays, each with its kind, so that every value stays exact."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from runstead.domain.columns import ColumnBytes
from runstead.domain.records import MAX_INT, MIN_INT, Cell, Kind

Bytes: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """n cells. `bits`: float64 bits, an int64, 0 or 1, 0 for none; of texts and big integers the place in `texts`."""

    kinds: Bytes
    bits: Words
    texts: Sequence[str] = ()

    def __len__(self) -> int:
        return self.kinds.size


def nulls(count: int) -> Column:
    """Cells that a row did not have."""
    return Column(np.full(count, Kind.NONE, np.uint8), np.zeros(count, np.int64))


def column_of(cells: Sequence[Cell]) -> Column:
    """A column of Python values."""
    types = set(map(type, cells))
    if types == {float}:
        return Column(np.full(len(cells), Kind.FLOAT, np.uint8), np.array(cells, np.float64).view(np.int64))
    if types == {int}:
        whole = cast(Sequence[int], cells)
        if min(whole) >= MIN_INT and max(whole) <= MAX_INT:
            return Column(np.full(len(cells), Kind.INT, np.uint8), np.array(whole, np.int64))
    return _mixed(cells)


def concatenated(columns: Sequence[Column]) -> Column:
    """One after the other."""
    if len(columns) == 1:
        return columns[0]
    texts: list[str] = []
    bits = []
    for column in columns:
        if column.texts:
            bits.append(np.where(column.kinds >= Kind.TEXT, column.bits + len(texts), column.bits))
            texts.extend(column.texts)
        else:
            bits.append(column.bits)
    if not columns:
        return nulls(0)
    return Column(np.concatenate([column.kinds for column in columns]), np.concatenate(bits), texts)


def part(column: Column, where: slice | Words) -> Column:
    """Some of the cells; the texts are shared."""
    return Column(column.kinds[where], column.bits[where], column.texts)


def cells_of(column: Column, places: Iterable[int] | None = None) -> list[Cell]:
    """The cells as Python values, of all places or of some."""
    if places is not None:
        return cells_of(part(column, np.fromiter(places, np.int64)))
    kind = uniform_kind(column)
    if kind == Kind.FLOAT:
        return list(np.ascontiguousarray(column.bits).view(np.float64).tolist())
    if kind == Kind.INT:
        return list(column.bits.tolist())
    reals = np.ascontiguousarray(column.bits).view(np.float64).tolist()
    pairs = zip(column.kinds.tolist(), column.bits.tolist(), reals, strict=True)
    return [_cell(kind, bits, real, column.texts) for kind, bits, real in pairs]


def floats_of(column: Column) -> Floats:
    """The cells as float64: exact for floats, rounded for integers beyond 2^53, NaN for texts and nulls."""
    kind = uniform_kind(column)
    if kind == Kind.FLOAT:
        return np.ascontiguousarray(column.bits).view(np.float64)
    if kind in (Kind.INT, Kind.BOOL):
        return column.bits.astype(np.float64)
    kinds = column.kinds
    floats = np.where(kinds == Kind.FLOAT, np.ascontiguousarray(column.bits).view(np.float64), np.nan)
    whole = (kinds == Kind.INT) | (kinds == Kind.BOOL)
    floats[whole] = column.bits[whole]
    for place in np.flatnonzero(kinds == Kind.BIGINT):
        floats[place] = float(column.texts[column.bits[place]])
    return floats


def column_bytes(name: str, column: Column) -> ColumnBytes:
    """The column as a columns document takes it."""
    kind = uniform_kind(column)
    bits = column.bits.astype("<i8").tobytes()
    if kind in (Kind.FLOAT, Kind.INT):
        return ColumnBytes(name, "float" if kind == Kind.FLOAT else "int", [bits])
    if kind == Kind.BOOL:
        return ColumnBytes(name, "bool", [(column.bits != 0).astype(np.uint8).tobytes()])
    if kind == Kind.NONE or len(column) == 0:
        return ColumnBytes(name, "none", [])
    places = column.bits[column.kinds >= Kind.TEXT].tolist()
    texts = json.dumps([column.texts[place] for place in places], separators=(",", ":")).encode()
    if kind == Kind.TEXT:
        return ColumnBytes(name, "text", [texts])
    return ColumnBytes(name, "mixed", [column.kinds.tobytes(), bits, texts])


def is_number(kinds: Bytes) -> Flags:
    """Which cells can be drawn and compared as numbers, NaN among them."""
    numbers: Flags = (kinds <= Kind.BOOL) | (kinds == Kind.BIGINT)
    return numbers


def uniform_kind(column: Column) -> int | None:
    """The kind of all cells, if they have one in common."""
    kinds = column.kinds
    return int(kinds[0]) if kinds.size and (kinds == kinds[0]).all() else None


def mask_of(kinds: Bytes) -> int:
    """The set of kinds, as bits 1 << kind."""
    return sum(1 << int(kind) for kind in np.flatnonzero(np.bincount(kinds)))


def type_of(mask: int) -> str:
    """The type of a column that holds these kinds of cells, as `Series` tells it; nulls fit into every type."""
    solid = mask & ~(1 << Kind.NONE)
    numbers = 1 << Kind.FLOAT | 1 << Kind.INT | 1 << Kind.BIGINT
    if solid == 0:
        return "none"
    if solid & numbers == solid:
        return "float" if solid & 1 << Kind.FLOAT else "int"
    return {1 << Kind.BOOL: "bool", 1 << Kind.TEXT: "text"}.get(solid, "mixed")


def _mixed(cells: Sequence[Cell]) -> Column:
    kinds = np.full(len(cells), Kind.NONE, np.uint8)
    bits = np.zeros(len(cells), np.int64)
    reals = bits.view(np.float64)
    texts: list[str] = []
    for place, cell in enumerate(cells):
        if isinstance(cell, bool):
            kinds[place], bits[place] = Kind.BOOL, cell
        elif isinstance(cell, float):
            kinds[place], reals[place] = Kind.FLOAT, cell
        elif isinstance(cell, int) and MIN_INT <= cell <= MAX_INT:
            kinds[place], bits[place] = Kind.INT, cell
        elif cell is not None:
            kinds[place], bits[place] = Kind.TEXT if isinstance(cell, str) else Kind.BIGINT, len(texts)
            texts.append(str(cell))
    return Column(kinds, bits, texts)


def _cell(kind: int, bits: int, real: float, texts: Sequence[str]) -> Cell:
    if kind == Kind.FLOAT:
        return real
    if kind == Kind.INT:
        return bits
    if kind == Kind.BOOL:
        return bits != 0
    if kind == Kind.NONE:
        return None
    return texts[bits] if kind == Kind.TEXT else int(texts[bits])
