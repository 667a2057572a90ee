"""Points in memory: times, steps and columns of one series, in log order; and how they come out of journal records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Cell, Kind, Record, decode_one
from runstead.store.columns import Column, Words, column_of, concatenated, nulls, part
from runstead.store.records import Records


@dataclass(frozen=True)
class Points:
    """n points: `times_us`, `steps` (NO_STEP for none) and the cells of each column; all of length n."""

    times_us: Words
    steps: Words
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return self.times_us.size


def no_points(columns: Sequence[str] = ()) -> Points:
    """An empty series."""
    return Points(np.zeros(0, np.int64), np.zeros(0, np.int64), {name: nulls(0) for name in columns})


def joined(pieces: Sequence[Points], columns: Sequence[str] | None = None) -> Points:
    """One after the other; with these columns, or all that occur. Cells that a piece does not have are null."""
    if columns is None:
        columns = list(dict.fromkeys(name for piece in pieces for name in piece.columns))
    if not pieces:
        return no_points(columns)
    return Points(
        np.concatenate([piece.times_us for piece in pieces]),
        np.concatenate([piece.steps for piece in pieces]),
        {name: concatenated([piece.columns.get(name) or nulls(len(piece)) for piece in pieces]) for name in columns},
    )


def sliced(points: Points, start: int, end: int) -> Points:
    """The points from index `start` on, up to `end`."""
    where = slice(start, end)
    columns = {name: part(column, where) for name, column in points.columns.items()}
    return Points(points.times_us[where], points.steps[where], columns)


def points_of(records: Records, number: int, columns: Sequence[str]) -> Points:
    """The points of one series number; `columns` as the number's declaration names them.

    Raises InvalidArgument where a row does not have a cell for each column.
    """
    places = np.flatnonzero((records.numbers == number) & (records.kinds < Kind.OPEN))
    if places.size == 0:
        return no_points(columns)
    has_cells = records.kinds[places] >= Kind.ROW
    changes = np.flatnonzero(has_cells[1:] != has_cells[:-1]) + 1
    pieces = [
        _rows(records, group, columns) if records.kinds[group[0]] >= Kind.ROW else _scalars(records, group)
        for group in np.split(places, changes)
    ]
    return pieces[0] if len(pieces) == 1 else joined(pieces)


def _scalars(records: Records, places: Words) -> Points:
    slots = records.slots[places]
    kinds = records.kinds[places]
    bits = slots["bits"].astype(np.int64)
    texts: list[str] = []
    for place in np.flatnonzero(kinds >= Kind.TEXT):
        bits[place] = len(texts)
        texts.append(_record(records, places[place]).value)
    bits[kinds == Kind.NONE] = 0
    return Points(slots["time_us"].astype(np.int64), slots["step"].astype(np.int64), {"": Column(kinds, bits, texts)})


def _rows(records: Records, places: Words, columns: Sequence[str]) -> Points:
    cells: list[list[Cell]] = [[] for _ in columns]
    counts = np.ones(places.size, np.int64)
    for turn, place in enumerate(places):
        value = _record(records, place).value
        if len(value) != len(columns):
            raise InvalidArgument(
                f"the record at byte {records.offsets[place]} of the piece has {len(value)} cells; "
                f"its series was declared with {len(columns)} columns",
                offset=int(records.offsets[place]),
            )
        if records.kinds[place] == Kind.ROW:
            for column, cell in zip(cells, value, strict=True):
                column.append(cell)
        else:
            counts[turn] = len(value[0])
            for column, more in zip(cells, value, strict=True):
                column.extend(more)
    slots = records.slots[places]
    return Points(
        np.repeat(slots["time_us"].astype(np.int64), counts),
        np.repeat(slots["step"].astype(np.int64), counts),
        {name: column_of(column) for name, column in zip(columns, cells, strict=True)},
    )


def _record(records: Records, place: int) -> Record:
    return decode_one(memoryview(records.body), int(records.offsets[place]))
