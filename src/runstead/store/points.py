"""Points in memory: times, steps and columns of one series, in log order; and how they come out of journal records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Cell, Kind, Record, decode_one
from runstead.store.columns import Column, Words, column_of, concatenated, nulls, part
from runstead.store.records import Records


class Declared(NamedTuple):
    """What a series number of a journal stands for: the key of a series, and the columns that its rows have."""

    key: int
    columns: Sequence[str]


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
    if len(pieces) == 1 and list(pieces[0].columns) == list(columns):
        return pieces[0]
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


def taken(points: Points, places: Words) -> Points:
    """The points at these indices."""
    columns = {name: part(column, places) for name, column in points.columns.items()}
    return Points(points.times_us[places], points.steps[places], columns)


def split(records: Records, declared: Mapping[int, Declared]) -> dict[int, Points]:
    """The points of each series, by the key under which its numbers were declared.

    Raises InvalidArgument where a number was never declared or a row does not have a cell for each column.
    """
    places = np.flatnonzero(records.kinds < Kind.OPEN)
    if places.size == 0:
        return {}
    turns = _turns(records, places, declared)
    has_payload = np.zeros(turns.keys.size, np.bool_)
    has_payload[turns.of_record[records.kinds[places] >= Kind.TEXT]] = True
    order = np.argsort(turns.of_record, kind="stable")
    ends = np.cumsum(np.bincount(turns.of_record, minlength=turns.keys.size))
    sorted_places = places[order]
    plain = _scalars(records, sorted_places) if not has_payload.any() else None
    found = {}
    start = 0
    for turn, (key, end) in enumerate(zip(turns.keys.tolist(), ends.tolist(), strict=True)):
        if end > start:
            mine = sorted_places[start:end]
            if plain is not None:
                found[key] = sliced(plain, start, end)
            elif has_payload[turn]:
                found[key] = _any_points(records, mine, declared)
            else:
                found[key] = _scalars(records, mine)
        start = end
    return found


class _Turns(NamedTuple):
    keys: Words  # of the series that occur, sorted
    of_record: Words  # for each record, the place of its series in `keys`


def _turns(records: Records, places: Words, declared: Mapping[int, Declared]) -> _Turns:
    numbers = np.array(sorted(declared), np.int64)
    used = records.numbers[places]
    found = np.searchsorted(numbers, used)
    found[found == numbers.size] = 0
    unknown = np.ones(used.size, np.bool_) if numbers.size == 0 else numbers[found] != used
    if unknown.any():
        first = int(np.argmax(unknown))
        raise InvalidArgument(
            f"the record at byte {records.offsets[places[first]]} of the piece is of series number {used[first]}, "
            "which its journal never declared",
            offset=int(records.offsets[places[first]]),
        )
    keys, turns = np.unique(np.array([declared[int(n)].key for n in numbers], np.int64), return_inverse=True)
    return _Turns(keys, turns[found])


def _any_points(records: Records, places: Words, declared: Mapping[int, Declared]) -> Points:
    """Of one series: stretches of values, and stretches of rows and tables with the same columns."""
    number = records.numbers[places]
    shape = np.where(records.kinds[places] >= Kind.ROW, number, 0)
    pieces = [
        _scalars(records, group)
        if records.kinds[group[0]] < Kind.ROW
        else _rows(records, group, declared[int(records.numbers[group[0]])].columns)
        for group in np.split(places, np.flatnonzero(shape[1:] != shape[:-1]) + 1)
    ]
    return pieces[0] if len(pieces) == 1 else joined(pieces)


def _scalars(records: Records, places: Words) -> Points:
    slots = records.slots[places]
    kinds = records.kinds[places]
    bits = slots["bits"].astype(np.int64)
    texts: list[str] = []
    for place in np.flatnonzero(kinds >= Kind.TEXT):
        bits[place] = len(texts)
        texts.append(str(_record(records, places[place]).value))
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
