"""Rows of summaries: one per run, series and column, which is all that the run table reads."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.records import NO_STEP, Cell, Kind
from runstead.store.engine import among, upsert
from runstead.store.metric_tables import metric_series, metric_summaries
from runstead.store.series import chunks
from runstead.store.summaries import NOWHERE, Extent, Mark, Summary, mean_of

MARKS = ("first", "last", "min", "max")
KEYS = ("name_key", "run_key", "column_key")
VALUES = tuple(column.name for column in metric_summaries.c if column.name not in KEYS)
SOLID = ~(1 << Kind.NONE)
ONLY_FLOATS = 1 << Kind.FLOAT
ROW = tuple(metric_summaries.c[name] for name in VALUES)
LOAD = sa.select(*(metric_summaries.c[name] for name in KEYS), *ROW).where(
    among(metric_summaries.c.name_key, "names"), among(metric_summaries.c.run_key, "runs")
)


class Place(NamedTuple):
    """Which row: a series of a run by its name, and a column."""

    name_key: int
    column_key: int


class Stored(NamedTuple):
    """A row. `extent` is of the series, and only in the row of its first column."""

    summary: Summary
    extent: Extent


def load(connection: sa.Connection, run_key: int, name_keys: Collection[int]) -> dict[Place, Stored]:
    """The rows of some series of a run."""
    return {place: stored for (_, place), stored in load_many(connection, [run_key], name_keys).items()}


def load_many(
    connection: sa.Connection, run_keys: Collection[int], name_keys: Collection[int]
) -> dict[tuple[int, Place], Stored]:
    """The rows of some series of several runs, by run key and place."""
    asked = {"names": sorted(name_keys), "runs": sorted(run_keys)}
    return {
        (run_key, Place(name_key, column_key)): _stored(row)
        for name_key, run_key, column_key, *row in connection.execute(LOAD, asked).all()
    }


def numeric_columns(connection: sa.Connection, series_keys: Collection[int]) -> dict[int, set[int]]:
    """Of series, by their keys: the keys of the columns in which there was a number."""
    rows, of = metric_summaries.c, metric_series.c
    # By way of the series: SQLite reads the whole table for a list of pairs of names and runs.
    theirs = metric_series.join(metric_summaries, sa.and_(rows.name_key == of.name_key, rows.run_key == of.run_key))
    query = sa.select(of.series_key, rows.column_key).select_from(theirs).where(rows.numbers > 0)
    found: dict[int, set[int]] = {}
    for some in chunks(sorted(series_keys)):
        for series_key, column_key in connection.execute(query.where(of.series_key.in_(some))):
            found.setdefault(series_key, set()).add(column_key)
    return found


def save(connection: sa.Connection, run_key: int, rows: Mapping[Place, Stored]) -> None:
    """Write rows, new or not."""
    written = [
        {"run_key": run_key, "name_key": place.name_key, "column_key": place.column_key, **_values(stored)}
        for place, stored in rows.items()
    ]
    upsert(connection, metric_summaries, written, keys=KEYS, update=VALUES)


def exact_value(text: str | None, name: str, number: float | None, mask: int) -> Cell:
    """first, last, min, max or mean of a row, from its columns `exact`, the one of that name, and `mask`."""
    if text is not None:
        exact = json.loads(text)
        if name in exact:
            value: Cell = exact[name]
            return value
    return number if name == "mean" else _plain(number, mask)


def _values(stored: Stored) -> dict[str, Any]:  # Any: a row
    summary, extent = stored
    exact: dict[str, Cell] = {}
    row: dict[str, Any] = {
        "mask": summary.mask,
        "count": summary.count,
        "numbers": summary.numbers,
        "nans": summary.nans,
        "total": _not_nan(summary.total),
        "rest": _not_nan(summary.rest),
        "mean": _double(mean_of(summary), "mean", exact, summary.mask),
        "points": extent.points or None,
        "low_us": extent.low_us,
        "high_us": extent.high_us,
        "low_step": _step(extent.low_step),
        "high_step": _step(extent.high_step),
    }
    for name, mark in zip(MARKS, (summary.first, summary.last, summary.min, summary.max), strict=True):
        row[name] = _double(None if mark is None else mark.value, name, exact, summary.mask)
        row[f"{name}_us"] = None if mark is None else mark.time_us
        row[f"{name}_step"] = None if mark is None else _step(mark.step)
    row["exact"] = json.dumps(exact) if exact else None
    return row


def _stored(row: Sequence[Any]) -> Stored:  # Any: the columns VALUES
    mask, count, numbers, nans, total, rest, _, exact, *more = row
    told = json.loads(exact) if exact is not None else {}
    values, times, steps, extent = more[:4], more[4:8], more[8:12], more[12:]
    marks = [
        None if at is None else Mark(_value(told, name, value, mask), at, NO_STEP if step is None else step)
        for name, value, at, step in zip(MARKS, values, times, steps, strict=True)
    ]
    summary = Summary(mask, count, numbers, nans, math.nan if total is None else total, rest or 0.0, *marks)
    if extent[0] is None:
        return Stored(summary, NOWHERE)
    points, low_us, high_us, low_step, high_step = extent
    return Stored(summary, Extent(points, low_us, high_us, _or_none(low_step), _or_none(high_step)))


def _double(value: Cell, name: str, exact: dict[str, Cell], mask: int) -> float | None:
    """The value as a column of doubles takes it; what that loses goes into `exact`."""
    if type(value) is float and mask == ONLY_FLOATS and value == value and not _is_minus_zero(value):
        return value
    number = _number(value)
    if name == "mean":
        same = number is not None or value is None
    else:
        plain = _plain(number, mask)
        same = plain == value and type(plain) is type(value) and not _is_minus_zero(value)
    if not same:
        exact[name] = value
    return number


def _is_minus_zero(value: Cell) -> bool:
    """SQLite drops the sign of a zero."""
    return value == 0 and isinstance(value, float) and math.copysign(1, value) < 0


def _number(value: Cell) -> float | None:
    if value is None or isinstance(value, str):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(number) else number


def _plain(number: float | None, mask: int) -> Cell:
    """The value of a column of this mask, as far as a double says it."""
    if number is None or math.isinf(number):
        return number
    solid = mask & SOLID
    if solid == 1 << Kind.INT:
        return int(number)
    return bool(number) if solid == 1 << Kind.BOOL else number


def _not_nan(number: float) -> float | None:
    return None if math.isnan(number) else number


def _step(step: int) -> int | None:
    return None if step == NO_STEP else step


def _or_none(step: int | None) -> int:
    return NO_STEP if step is None else step


def _value(told: Mapping[str, Cell], name: str, number: float | None, mask: int) -> Cell:
    if told and name in told:
        return told[name]
    return number if mask == ONLY_FLOATS else _plain(number, mask)
