"""Summaries in memory: what the run table knows of a column, computed from cells and added up piece by piece."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from runstead.domain.records import NO_STEP, Cell, Kind
from runstead.store.columns import Column, Flags, Floats, Words, cells_of, floats_of, is_number, part

# Sums are kept divided by a power of two, which costs no precision, so that values near 1e308 do not overflow.
SCALE = 2.0**-53
EXACT_FLOATS = 2.0**53  # from here on, not every integer is a float64


class Mark(NamedTuple):
    """One cell of a column, and where it was logged; `step` is NO_STEP for none."""

    value: Cell
    time_us: int
    step: int


@dataclass(frozen=True, slots=True)
class Summary:
    """`mask`: kinds of cells seen. `count` is without nulls, `numbers` also without NaN and texts."""

    mask: int = 0
    count: int = 0
    numbers: int = 0
    nans: int = 0
    total: float = 0.0  # with rest, times 2^53: the sum of the numbers
    rest: float = 0.0
    first: Mark | None = None
    last: Mark | None = None
    min: Mark | None = None
    max: Mark | None = None


class Extent(NamedTuple):
    """Of a series: its number of points, and where they lie; steps are NO_STEP where no point has one."""

    points: int
    low_us: int
    high_us: int
    low_step: int
    high_step: int


EMPTY = Summary()
NOWHERE = Extent(0, 0, 0, NO_STEP, NO_STEP)


def mean_of(summary: Summary) -> float | None:
    """The mean of the numbers."""
    if summary.numbers == 0:
        return None
    return (summary.total / summary.numbers + summary.rest / summary.numbers) / SCALE


def added(early: Summary, late: Summary) -> Summary:
    """Both, the one logged after the other."""
    if early.mask == 0:
        return late
    total, rest = _sum(early.total, late.total)
    return Summary(
        mask=early.mask | late.mask,
        count=early.count + late.count,
        numbers=early.numbers + late.numbers,
        nans=early.nans + late.nans,
        total=total,
        rest=rest + early.rest + late.rest if math.isfinite(total) else 0.0,
        first=early.first or late.first,
        last=late.last or early.last,
        min=_chosen(early.min, late.min, least=True),
        max=_chosen(early.max, late.max, least=False),
    )


def extended(one: Extent, other: Extent) -> Extent:
    """Both together."""
    if one.points == 0 or other.points == 0:
        return one if other.points == 0 else other
    is_stepless = NO_STEP in (one.low_step, other.low_step)  # which is the least of all, so the other is the greater
    return Extent(
        one.points + other.points,
        min(one.low_us, other.low_us),
        max(one.high_us, other.high_us),
        max(one.low_step, other.low_step) if is_stepless else min(one.low_step, other.low_step),
        max(one.high_step, other.high_step),
    )


def summaries_of(column: Column, times_us: Words, steps: Words, starts: Words) -> list[Summary]:
    """One summary for each segment; `starts` are their first places, from 0 on, and none is empty."""
    segments = np.repeat(np.arange(starts.size), np.diff(starts, append=len(column)))
    values = floats_of(column)
    solid = column.kinds != Kind.NONE
    numeric = is_number(column.kinds)
    good: Flags = numeric & ~np.isnan(values)
    counts = {
        "count": np.add.reduceat(solid, starts, dtype=np.int64),
        "numbers": np.add.reduceat(good, starts, dtype=np.int64),
        "nans": np.add.reduceat(numeric & ~good, starts, dtype=np.int64),
    }
    totals = _totals(np.where(good, values, 0.0) * SCALE, starts)
    places = np.arange(len(column))
    marked = [
        np.minimum.reduceat(np.where(solid, places, len(column)), starts),
        np.maximum.reduceat(np.where(solid, places, -1), starts),
        _extreme(column, values, good, segments, starts, least=True),
        _extreme(column, values, good, segments, starts, least=False),
    ]
    marks = [_marks(column, times_us, steps, found) for found in marked]
    masks = _masks(column, starts)
    figures = zip(masks, *(c.tolist() for c in counts.values()), totals, *marks, strict=True)
    return [
        Summary(mask, count, numbers, nans, total, 0.0, first, last, low, high)
        for mask, count, numbers, nans, total, first, last, low, high in figures
    ]


def extents_of(times_us: Words, steps: Words, starts: Words) -> list[Extent]:
    """The extent of each segment, as for `summaries_of`."""
    lengths = np.diff(starts, append=times_us.size)
    given = steps != NO_STEP
    low_steps = np.minimum.reduceat(np.where(given, steps, np.iinfo(np.int64).max), starts)
    low_steps = np.where(np.logical_or.reduceat(given, starts), low_steps, NO_STEP)
    fields = (
        lengths,
        np.minimum.reduceat(times_us, starts),
        np.maximum.reduceat(times_us, starts),
        low_steps,
        np.maximum.reduceat(steps, starts),  # NO_STEP is the least of all
    )
    return [Extent(*row) for row in zip(*(field.tolist() for field in fields), strict=True)]


def _sum(one: float, other: float) -> tuple[float, float]:
    """The rounded sum, and what the rounding lost (Knuth's TwoSum)."""
    total = one + other
    if not math.isfinite(total):
        return total, 0.0
    share = total - one
    return total, (one - (total - share)) + (other - share)


def _chosen(early: Mark | None, late: Mark | None, *, least: bool) -> Mark | None:
    if early is None or late is None:
        return early or late
    one, other = _comparable(early.value), _comparable(late.value)
    return late if (other < one if least else other > one) else early


def _comparable(value: Cell) -> float | int:
    return 0 if value is None or isinstance(value, str) else value


def _totals(scaled: Floats, starts: Words) -> list[float]:
    with np.errstate(invalid="ignore"):  # inf − inf is NaN, as it should be
        if starts.size > 16:
            return list(np.add.reduceat(scaled, starts).tolist())
        # A slice's own sum is pairwise, reduceat's is not.
        return [float(piece.sum()) for piece in np.split(scaled, starts[1:])]


def _extreme(column: Column, values: Floats, good: Flags, segments: Words, starts: Words, *, least: bool) -> Words:
    """The place of each segment's least or greatest number, the first of equals; −1 where there is none."""
    reduced = np.minimum if least else np.maximum
    bounds = reduced.reduceat(np.where(good, values, np.inf if least else -np.inf), starts)
    hits = good & (values == bounds[segments])
    places = np.minimum.reduceat(np.where(hits, np.arange(values.size), values.size), starts)
    places[places == values.size] = -1
    if not ((column.kinds == Kind.INT) | (column.kinds == Kind.BIGINT)).any():
        return places
    inexact = (places >= 0) & (np.abs(bounds) >= EXACT_FLOATS)
    for segment in np.flatnonzero(inexact).tolist():
        equals = np.flatnonzero(hits & (segments == segment))
        exact = [_comparable(cell) for cell in cells_of(part(column, equals))]
        places[segment] = equals[exact.index(min(exact) if least else max(exact))]
    return places


def _marks(column: Column, times_us: Words, steps: Words, places: Words) -> list[Mark | None]:
    real = np.where((places >= 0) & (places < len(column)), places, 0)
    cells = cells_of(part(column, real))
    rows = zip(places.tolist(), cells, times_us[real].tolist(), steps[real].tolist(), strict=True)
    return [Mark(cell, at, step) if 0 <= place < len(column) else None for place, cell, at, step in rows]


def _masks(column: Column, starts: Words) -> Sequence[int]:
    masks = np.zeros(starts.size, np.int64)
    for kind in np.flatnonzero(np.bincount(column.kinds)).tolist():
        masks |= np.logical_or.reduceat(column.kinds == kind, starts).astype(np.int64) << kind
    return list(masks.tolist())
