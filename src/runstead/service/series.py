"""Series come to be: declarations in journals, and the summaries that every stored piece adds to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.limits import Limits
from runstead.domain.records import Kind, Opening, decode_one
from runstead.domain.records import Series as Declaration
from runstead.store import series, summary_rows
from runstead.store.columns import concatenated
from runstead.store.points import Declared, Points, joined
from runstead.store.records import Records
from runstead.store.series import Series
from runstead.store.summaries import EMPTY, NOWHERE, added, extended, extents_of, summaries_of
from runstead.store.summary_rows import Place, Stored


class Declaring(NamedTuple):
    """A declaration in a piece: the place of its record, the number, and what it stands for."""

    place: int
    number: int
    series: Declaration


class Declarations(NamedTuple):
    """What a piece declared: its numbers, the series by key, and how many of these are new to the run."""

    numbers: dict[int, Declared]
    series: dict[int, Series]
    fresh: int


NOTHING = Declarations({}, {}, 0)


class Touched(NamedTuple):
    """A series that a piece added to, and how many points it has now."""

    series: Series
    points: int


def declared_in(records: Records, *, run_id: str, writer: str) -> list[Declaring]:
    """The declarations of a piece; InvalidArgument if its opening record is of another journal."""
    found = []
    view = memoryview(records.body)
    for place in np.flatnonzero(records.kinds >= Kind.OPEN).tolist():
        record = decode_one(view, int(records.offsets[place]))
        if isinstance(record.value, Declaration):
            found.append(Declaring(place, record.number, record.value))
        elif isinstance(record.value, Opening) and (record.value.run_id, record.value.writer_id) != (run_id, writer):
            raise InvalidArgument(
                f"this is the journal of writer {record.value.writer_id} of run {record.value.run_id}, "
                f"and was sent as that of writer {writer} of run {run_id}"
            )
    return found


def declare(
    connection: sa.Connection,
    run_key: int,
    writer_key: int,
    records: Records,
    found: Sequence[Declaring],
    limits: Limits,
) -> Declarations:
    """Make the series that a piece declares. Hold the run's lock."""
    if not found:
        return NOTHING
    for one in found:
        _check_size(one.series, limits)
    made, fresh = series.declare(connection, run_key, [one.series for one in found])
    numbers: dict[int, Declared] = {}
    known = series.numbered(connection, writer_key, {one.number for one in found})
    for one in found:
        key = made[series.clean(one.series.name)].key
        declared = Declared(key, tuple(series.clean(column) for column in one.series.columns))
        if numbers.setdefault(one.number, known.get(one.number, declared)) != declared:
            raise InvalidArgument(f"the journal declares series number {one.number} a second time, as something else")
    _check_order(records, {one.number: one.place for one in reversed(found) if one.number not in known})
    series.number(connection, writer_key, numbers)
    return Declarations(numbers, {one.key: one for one in made.values()}, fresh)


def summarise(
    connection: sa.Connection, run_key: int, found: Mapping[int, Points], known: Mapping[int, Series]
) -> list[Touched]:
    """Add points, by series key, to the summaries; `known` series need not be loaded. Hold the run's lock."""
    loaded = series.of_keys(connection, [key for key in found if key not in known])
    padded = []
    for key, points in found.items():
        one = known[key] if key in known else loaded[key]
        strange = [name for name in points.columns if name not in one.column_names]
        if strange:
            one = series.widen(connection, one, strange)
        if len(points):
            padded.append((one, joined([points], one.column_names)))
    there = summary_rows.load(connection, run_key, [one.name_key for one, _ in padded])
    rows = {place: _sum(there.get(place), stored) for place, stored in _summarised(padded)}
    summary_rows.save(connection, run_key, rows)
    return [Touched(one, rows[Place(one.name_key, one.columns[0].key)].extent.points) for one, _ in padded]


def _summarised(found: Sequence[tuple[Series, Points]]) -> Iterator[tuple[Place, Stored]]:
    """One row for each column of each series, all computed at once."""
    segments = [
        (one, place, points, points.columns[column.name])
        for one, points in found
        if len(points)
        for place, column in enumerate(one.columns)
    ]
    if not segments:
        return
    starts = np.cumsum([0, *(len(points) for _, _, points, _ in segments[:-1])])
    times = np.concatenate([points.times_us for _, _, points, _ in segments])
    steps = np.concatenate([points.steps for _, _, points, _ in segments])
    cells = concatenated([column for _, _, _, column in segments])
    figures = zip(segments, summaries_of(cells, times, steps, starts), extents_of(times, steps, starts), strict=True)
    for (one, place, _, _), summary, extent in figures:
        yield Place(one.name_key, one.columns[place].key), Stored(summary, extent if place == 0 else NOWHERE)


def _sum(early: Stored | None, late: Stored) -> Stored:
    early = early or Stored(EMPTY, NOWHERE)
    return Stored(added(early.summary, late.summary), extended(early.extent, late.extent))


def _check_size(declared: Declaration, limits: Limits) -> None:
    if len(declared.columns) > limits.columns_per_series:
        raise TooLarge(
            f"series {declared.name[:80]!r} has {len(declared.columns)} columns; "
            f"at most {limits.columns_per_series} are taken"
        )
    for name in (declared.name, *declared.columns):
        if len(name) > limits.metric_name_chars:
            raise TooLarge(
                f"the name {name[:80]!r}… has {len(name)} characters; at most {limits.metric_name_chars} are taken"
            )


def _check_order(records: Records, declared_at: Mapping[int, int]) -> None:
    """InvalidArgument if a piece uses a number before the record that declares it."""
    places = np.flatnonzero(records.kinds < Kind.OPEN)
    used, first = np.unique(records.numbers[places], return_index=True)
    for number, place in zip(used.tolist(), places[first].tolist(), strict=True):
        if place < declared_at.get(number, 0):
            raise InvalidArgument(f"the journal uses series number {number} before it declares it")
