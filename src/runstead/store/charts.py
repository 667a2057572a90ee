"""Points for a chart: whole nodes of the pyramid where they are narrow enough, points elsewhere (charts.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from runstead.domain.records import NO_STEP
from runstead.store import metrics, pyramids
from runstead.store.chunks import CHUNK_POINTS
from runstead.store.columns import Flags, Floats, Words, floats_of, is_number
from runstead.store.nodes import BLOCK_NODES, BUCKET_POINTS, FAN, MARKS, Nodes, size_of
from runstead.store.points import Points, taken
from runstead.store.series import Series
from runstead.store.spans import kept_in

AxisKind = Literal["index", "time", "step", "column"]
FIELD = {"index": "at", "time": "time_us", "step": "step"}  # of a node's mark
MOST_NODES = 1 << 16  # looked at in one level
MOST_POINTS = 1 << 21  # decoded for one chart


class Axis(NamedTuple):
    """What is on x: the points between `low` and `high` are wanted, a cell of the answer is `cell` wide.

    is_log: `cell` is in powers of ten; `low` is above zero then.
    """

    kind: AxisKind
    low: float
    high: float
    cell: float
    column: str = ""
    is_log: bool = False

    def width(self, low: Floats, high: Floats) -> Floats:
        """How far `high` is from `low`, in the unit of `cell`."""
        with np.errstate(invalid="ignore"):
            width: Floats = self.place(high) - self.place(low)
        return width

    def place(self, x: NDArray[np.int64] | Floats) -> Floats:
        """Where x is, in the unit of `cell`."""
        if not self.is_log:
            return x.astype(np.float64, copy=False)
        with np.errstate(divide="ignore"):
            placed: Floats = np.log10(np.maximum(x, 0))
        return placed


class Bins(NamedTuple):
    """What stretches of x hold, all of the same width: how many numbers, their sums, bounds, and the sum of their x."""

    counts: Words
    sums: Floats
    lows: Floats
    highs: Floats
    x_sums: Floats


class Candidates(NamedTuple):
    """Points that may be drawn: index in the series, x and value."""

    at: Words
    x: NDArray[np.int64] | Floats
    y: Floats


@dataclass(frozen=True)
class Chart:
    """x sorted; y is NaN where a line breaks. `total`: numbers and NaN in the range.

    `level`: of the largest nodes used, −1 for none. `widest`: the widest of them, in cells; the promise holds up to 1.
    """

    at: Words
    x: NDArray[np.int64] | Floats
    y: Floats
    total: int
    nans: int
    level: int
    widest: float


class _Masses(NamedTuple):
    """Stretches of points: where they are, how many numbers there are, their sum and bounds."""

    x: Floats
    numbers: Words
    sums: Floats
    lows: Floats
    highs: Floats


class _Gathered:
    """What the descent finds on its way."""

    def __init__(self) -> None:
        self.candidates: list[Candidates] = []
        self.masses: list[_Masses] = []
        self.total = 0
        self.nans = 0
        self.level = -1
        self.widest = 0.0


def read(connection: sa.Connection, one: Series, column: str, axis: Axis, tail: Points, *, at_most: int) -> Chart:
    """The points to draw of a column; all of them, if they are no more than `at_most`."""
    return _drawn(_gathered(connection, one, column, axis, tail), axis, at_most)


def read_bins(connection: sa.Connection, one: Series, column: str, axis: Axis, tail: Points, *, count: int) -> Bins:
    """What `count` stretches of the axis hold of a column: exact, but that a node counts where its middle is."""
    found = _gathered(connection, one, column, axis, tail)
    x = np.concatenate([some.x for some in found.masses])
    numbers = np.concatenate([some.numbers for some in found.masses])
    whole = max(axis.high - axis.low, 0.0)
    place = np.clip((x - axis.low) / whole * count, 0, count - 1).astype(np.int64) if whole else np.zeros(x.size, int)
    lows, highs = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(lows, place, np.concatenate([some.lows for some in found.masses]))
    np.maximum.at(highs, place, np.concatenate([some.highs for some in found.masses]))
    return Bins(
        _added(place, numbers, count).astype(np.int64),
        _added(place, np.concatenate([some.sums for some in found.masses]), count),
        lows,
        highs,
        _added(place, x * numbers, count),
    )


def _added(place: Words, weights: NDArray[np.int64] | Floats, count: int) -> Floats:
    return np.bincount(place, weights, count).astype(np.float64)


def _gathered(connection: sa.Connection, one: Series, column: str, axis: Axis, tail: Points) -> _Gathered:
    found = _Gathered()
    if axis.kind == "column":
        stretches = [(0, one.chunked)]
    else:
        stretches = [*_descend(connection, found, one, column, axis), (_whole(one), one.chunked)]
    for at, points in _points_in(connection, one, column, axis, stretches):
        _add_points(found, column, axis, at, points)
    _add_points(found, column, axis, np.arange(one.chunked, one.chunked + len(tail)), tail)
    return found


def _descend(
    connection: sa.Connection, found: _Gathered, one: Series, column: str, axis: Axis
) -> list[tuple[int, int]]:
    """Take the nodes that are narrow enough; returns the stretches of points that must be looked at one by one."""
    key = next(c.key for c in one.columns if c.name == column)
    places = np.zeros(0, np.int64)
    for level in range(_top(one), -1, -1):
        first = 0 if level == _top(one) else one.chunked // size_of(level + 1) * FAN
        own = np.arange(first, one.chunked // size_of(level))
        places = np.concatenate([(places[:, None] * FAN + np.arange(FAN)).reshape(-1), own])
        if places.size == 0:
            continue
        nodes = pyramids.load(connection, one.key, key, level, places)
        rejected = _take(found, nodes, places, level, axis)
        places = places[rejected]
    return [(place * BUCKET_POINTS, (place + 1) * BUCKET_POINTS) for place in places.tolist()]


def _take(found: _Gathered, nodes: Nodes, places: Words, level: int, axis: Axis) -> Flags:
    """Take what is narrow enough, or too much to look into; returns which nodes to look into."""
    low, high = _extents(nodes, places, level, axis)
    stepless = nodes["stepless"] if axis.kind == "step" else np.zeros(len(nodes), np.int64)
    filled = nodes["numbers"] + nodes["nans"] > stepless
    inside = filled & (high >= axis.low) & (low <= axis.high)
    whole = (low >= axis.low) & (high <= axis.high) & (stepless == 0)
    widths = axis.width(low, high)
    rejected: Flags = inside & ~(whole & (widths <= axis.cell))
    most = MOST_NODES // FAN if level else MOST_POINTS // BUCKET_POINTS
    if np.count_nonzero(rejected) > most:
        # Too many to look into, as where x is in no order: those go on that say least of where their points are.
        width = np.where(rejected, np.where(whole, widths, np.inf), -np.inf)
        rejected[np.argsort(width, kind="stable")[: width.size - most]] = False
    chosen = inside & ~rejected
    if chosen.any():
        middles = (low[chosen] + high[chosen]) / 2
        _add_nodes(found, nodes[chosen], places[chosen] * size_of(level), low[chosen], middles, axis)
        found.level = max(found.level, level)
        found.widest = max(found.widest, float(widths[chosen].max()) / axis.cell if axis.cell else 0.0)
    return rejected


def _add_nodes(found: _Gathered, nodes: Nodes, starts: Words, low: Floats, middles: Floats, axis: Axis) -> None:
    found.total += int(nodes["numbers"].sum() + nodes["nans"].sum())
    found.nans += int(nodes["nans"].sum())
    has = nodes["numbers"] > 0
    some = nodes[has]
    bounds = some["min"]["value"], some["max"]["value"]
    found.masses.append(_Masses(middles[has], some["numbers"], some["total"], *bounds))
    field = FIELD[axis.kind]
    for mark in MARKS:
        marks = some[mark]
        found.candidates.append(_within(Candidates(marks["at"], marks[field], marks["value"]), axis))
    bare = nodes["numbers"] == 0
    x = low[bare].astype(np.int64)
    found.candidates.append(Candidates(starts[bare], x, np.full(x.size, np.nan)))


def _add_points(found: _Gathered, column: str, axis: Axis, at: Words, points: Points) -> None:
    cells = points.columns[column]
    x, has_x = _x_of(points, at, axis)
    wanted = is_number(cells.kinds) & has_x & (x >= axis.low) & (x <= axis.high)
    y = floats_of(cells)
    some = Candidates(at, x, y) if wanted.all() else Candidates(at[wanted], x[wanted], y[wanted])
    found.total += some.at.size
    good = ~np.isnan(some.y)
    found.nans += int(some.y.size - np.count_nonzero(good))
    found.candidates.append(some)
    values = some.y[good]
    found.masses.append(_Masses(some.x[good].astype(float), np.ones(values.size, np.int64), values, values, values))


def _drawn(found: _Gathered, axis: Axis, at_most: int) -> Chart:
    at, x, y = _sorted(found.candidates)
    if at.size > at_most or found.level >= 0:
        kept = kept_in(_cells(x, axis), y)
        at, x, y = at[kept], x[kept], y[kept]
    return Chart(at, x, y, found.total, found.nans, found.level, found.widest)


def _x_of(points: Points, at: Words, axis: Axis) -> tuple[NDArray[np.int64] | Floats, Flags]:
    """x of each point, and which have one."""
    everywhere = np.ones(at.size, np.bool_)
    if axis.kind == "index":
        return at, everywhere
    if axis.kind == "time":
        return points.times_us, everywhere
    if axis.kind == "step":
        return points.steps, points.steps != NO_STEP
    x = floats_of(points.columns[axis.column])
    return x, np.isfinite(x)


def _extents(nodes: Nodes, places: Words, level: int, axis: Axis) -> tuple[Floats, Floats]:
    if axis.kind == "index":
        low = places * size_of(level)
        return low.astype(np.float64), (low + size_of(level) - 1).astype(np.float64)
    field = "us" if axis.kind == "time" else "step"
    return nodes[f"low_{field}"].astype(np.float64), nodes[f"high_{field}"].astype(np.float64)


def _within(some: Candidates, axis: Axis) -> Candidates:
    inside = (some.x >= axis.low) & (some.x <= axis.high)
    if axis.kind == "step":
        inside &= some.x != NO_STEP
    return some if inside.all() else Candidates(some.at[inside], some.x[inside], some.y[inside])


def _top(one: Series) -> int:
    """The lowest level that fits into a block: those above would only be looked through."""
    level = 0
    while one.chunked // size_of(level) > BLOCK_NODES:
        level += 1
    return level


def _whole(one: Series) -> int:
    return one.chunked // BUCKET_POINTS * BUCKET_POINTS


def _points_in(
    connection: sa.Connection, one: Series, column: str, axis: Axis, stretches: Sequence[tuple[int, int]]
) -> Iterator[tuple[Words, Points]]:
    """The points of sorted stretches with their indices; each chunk is decoded once, and only what the axis needs."""
    wanted = [column, axis.column] if axis.kind == "column" else [column]
    needs = {"times": axis.kind == "time", "steps": axis.kind == "step"}
    for some in _near(stretches):
        start, end = some[0][0], some[-1][1]
        chosen = np.zeros(end - start, np.bool_)
        for low, high in some:
            chosen[low - start : high - start] = True
        seen = 0
        for piece in metrics.chunked_points(connection, one, start, end, wanted=wanted, **needs):
            mine = chosen[seen : seen + len(piece)]
            at = np.arange(start + seen, start + seen + len(piece))
            yield (at, piece) if mine.all() else (at[mine], taken(piece, np.flatnonzero(mine)))
            seen += len(piece)


def _near(stretches: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """Stretches in groups that are worth reading in one go: no chunk lies wholly between two of a group."""
    group: list[tuple[int, int]] = []
    for start, end in stretches:
        if start >= end:
            continue
        if group and group[-1][1] == start:
            group[-1] = (group[-1][0], end)
            continue
        if group and metrics.window_of(start) > metrics.window_of(group[-1][1] - 1) + CHUNK_POINTS:
            yield group
            group = []
        group.append((start, end))
    if group:
        yield group


def _sorted(candidates: Sequence[Candidates]) -> Candidates:
    """All of them by x, and by index where x is the same; each once."""
    at = np.concatenate([some.at for some in candidates])
    x = np.concatenate([some.x for some in candidates])
    y = np.concatenate([some.y for some in candidates])
    if (at[1:] <= at[:-1]).any():
        at, first = np.unique(at, return_index=True)
        x, y = x[first], y[first]
    if (x[1:] < x[:-1]).any():
        order = np.argsort(x, kind="stable")
        at, x, y = at[order], x[order], y[order]
    return Candidates(at, x, y)


def _cells(x: NDArray[np.int64] | Floats, axis: Axis) -> Words:
    if not axis.cell:
        return np.zeros(x.size, np.int64)
    low, high = axis.place(np.array([axis.low, axis.high]))
    cells = ((axis.place(x) - low) / axis.cell).astype(np.int64)
    # The last point of the range is in the last cell, not in one of its own.
    inside: Words = np.minimum(cells, max(0, round(float(high - low) / axis.cell) - 1))
    return inside
