"""Charts of a series: the range and the x axis that were asked for, answered with the points that a screen can show."""

import sys
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.records import NO_STEP, Cell
from runstead.service import values
from runstead.service.unit import Unit
from runstead.store import charts, metrics, summary_rows
from runstead.store.charts import MOST_POINTS, Axis, AxisKind, Chart
from runstead.store.series import Series
from runstead.store.summaries import EMPTY, NOWHERE, Extent
from runstead.store.summary_rows import Place, Stored

MOST_PIXELS = 8_192
POINTS_PER_PIXEL = 4  # up to so many, all points are shown


class Question(NamedTuple):
    """What to draw. x: step, time, index, or the name of another column; empty: step, or index where there is none.

    low, high: in units of x, times in microseconds; None: from the first or to the last point.
    """

    column: str | None = None
    x: str = ""
    low: float | None = None
    high: float | None = None
    pixels: int = 1_000


class Answer(NamedTuple):
    """The points to draw, of which column, on which axis; and how many points the series has."""

    chart: Chart
    column: str
    axis: Axis
    points: int


def chart(unit: Unit, workspace: str, run_id: str, name: str, asked: Question) -> Answer:
    """The points of a column that show it at this width; docs/notes/charts.md has the promises."""
    if not 1 <= asked.pixels <= MOST_PIXELS:
        raise InvalidArgument(f"{asked.pixels} pixels cannot be drawn; ask for 1 to {MOST_PIXELS}")
    with unit.read() as connection:
        one = values.found_series(connection, workspace, run_id, name)
        stored = summary_rows.load(connection, one.run_key, [one.name_key])
        nothing = Stored(EMPTY, NOWHERE)
        known = {column.name: stored.get(Place(one.name_key, column.key), nothing) for column in one.columns}
        extent = known[one.columns[0].name].extent
        column = _column(one, known, asked)
        axis = _axis(one, known, extent, asked)
        tail = metrics.tail_points(connection, one.run_key, [one])[one.key]
        found = charts.read(connection, one, column, axis, tail, at_most=asked.pixels * POINTS_PER_PIXEL)
    return Answer(found, column, axis, extent.points)


def _column(one: Series, known: dict[str, Stored], asked: Question) -> str:
    if asked.column is None:
        numeric = [name for name in one.column_names if name != asked.x and known[name].summary.numbers]
        return numeric[0] if numeric else one.column_names[0]
    if asked.column not in known:
        raise InvalidArgument(f"metric {one.name!r} has no column {asked.column!r}; it has {_listed(one)}")
    return asked.column


def _axis(one: Series, known: dict[str, Stored], extent: Extent, asked: Question) -> Axis:
    kind: AxisKind
    if asked.x in ("", "step"):
        kind = "index" if extent.high_step == NO_STEP else "step"
    elif asked.x in ("time", "index"):
        kind = "time" if asked.x == "time" else "index"
    elif asked.x in known:
        kind = "column"
    else:
        raise InvalidArgument(f"x can be step, time, index or a column; metric {one.name!r} has {_listed(one)}")
    if kind == "column" and extent.points > MOST_POINTS:
        raise TooLarge(
            f"metric {one.name!r} has {extent.points} points; with another column on x at most {MOST_POINTS} can be "
            "drawn. Put step, time or index on x"
        )
    least, most = _bounds(kind, known, extent, asked)
    low = least if asked.low is None else _finite(asked.low)
    high = most if asked.high is None else _finite(asked.high)
    if not low <= high:
        low = high = least
    return Axis(kind, low, high, (high - low) / asked.pixels / 2, asked.x if kind == "column" else "")


def _bounds(kind: AxisKind, known: dict[str, Stored], extent: Extent, asked: Question) -> tuple[float, float]:
    if kind == "index":
        return 0.0, float(max(0, extent.points - 1))
    if kind == "time":
        return float(extent.low_us), float(extent.high_us)
    if kind == "step":
        return float(extent.low_step), float(extent.high_step)
    summary = known[asked.x].summary
    if summary.min is None or summary.max is None:
        return 0.0, 0.0
    return _finite(summary.min.value), _finite(summary.max.value)


def _finite(cell: Cell) -> float:
    """A bound of an axis; a quarter of the largest float, so that the distance of two is one, too."""
    most = sys.float_info.max / 4
    try:
        return max(-most, min(most, float(cell or 0)))
    except OverflowError:
        return most if isinstance(cell, int) and cell > 0 else -most


def _listed(one: Series) -> str:
    return ", ".join(map(repr, one.column_names[:20]))
