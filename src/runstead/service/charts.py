"""Charts of a series: the range and the x axis that were asked for, answered with the points that a screen can show."""

import math
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from runstead.domain.errors import InvalidArgument, RunsteadError, TooLarge
from runstead.domain.records import NO_STEP, Cell
from runstead.service import values
from runstead.service.unit import Unit
from runstead.store import charts, metrics, summary_rows
from runstead.store.charts import MOST_POINTS, Axis, AxisKind, Chart
from runstead.store.points import Points
from runstead.store.series import Series
from runstead.store.summaries import EMPTY, NOWHERE, Extent
from runstead.store.summary_rows import Place, Stored

MOST_PIXELS = 8_192
MOST_CHARTS = 100  # in one request
POINTS_PER_PIXEL = 4  # up to so many, all points are shown


class Question(NamedTuple):
    """What to draw. x: step, time, index, or the name of another column; empty: step, or index where there is none.

    low, high: in units of x, times in microseconds; None: from the first or to the last point. is_log: pixels are even
    in the logarithm of x; what is not above zero is left out.
    """

    column: str | None = None
    x: str = ""
    low: float | None = None
    high: float | None = None
    pixels: int = 1_000
    is_log: bool = False


class Wanted(NamedTuple):
    """A question about a metric of a run."""

    run_id: str
    name: str
    asked: Question


class Answer(NamedTuple):
    """The points to draw, of which column, on which axis; and how many points the series has."""

    chart: Chart
    column: str
    axis: Axis
    points: int


class Prepared(NamedTuple):
    """A series that is about to be drawn, with the column and the axis that were asked for."""

    series: Series
    column: str
    axis: Axis
    extent: Extent
    pixels: int


def chart(unit: Unit, workspace: str, run_id: str, name: str, asked: Question) -> Answer:
    """The points of a column that show it at this width; docs/notes/charts.md has the promises."""
    with unit.read() as connection:
        one = prepared(connection, workspace, Wanted(run_id, name, asked))
        return _answer(connection, one, tails_of(connection, [one.series]))


def charts_of(unit: Unit, workspace: str, wanted: Sequence[Wanted]) -> list[Answer | RunsteadError]:
    """Many at once, of one moment. What cannot be drawn is answered with its error, the others are drawn."""
    if len(wanted) > MOST_CHARTS:
        raise TooLarge(f"{len(wanted)} charts were asked for; ask for at most {MOST_CHARTS} at a time")
    with unit.read() as connection:
        ready = [_or_error(connection, workspace, one) for one in wanted]
        tails = tails_of(connection, [one.series for one in ready if isinstance(one, Prepared)])
        return [_answer(connection, one, tails) if isinstance(one, Prepared) else one for one in ready]


def prepared(connection: sa.Connection, workspace: str, wanted: Wanted) -> Prepared:
    """The series with the axis that was asked for; what makes no sense is refused."""
    asked = wanted.asked
    check_pixels(asked)
    one = values.found_series(connection, workspace, wanted.run_id, wanted.name)
    stored = summary_rows.load(connection, one.run_key, [one.name_key])
    nothing = Stored(EMPTY, NOWHERE)
    known = {column.name: stored.get(Place(one.name_key, column.key), nothing) for column in one.columns}
    extent = known[one.columns[0].name].extent
    return Prepared(one, _column(one, known, asked), _axis(one, known, extent, asked), extent, asked.pixels)


def check_pixels(asked: Question) -> None:
    """InvalidArgument for what no screen has."""
    if not 1 <= asked.pixels <= MOST_PIXELS:
        raise InvalidArgument(f"{asked.pixels} pixels cannot be drawn; ask for 1 to {MOST_PIXELS}")


def tails_of(connection: sa.Connection, wanted: Sequence[Series]) -> dict[int, Points]:
    """The points that are in no chunk yet, by series key; what a run has of them is read once for all its series."""
    by_run: dict[int, list[Series]] = {}
    for one in wanted:
        by_run.setdefault(one.run_key, []).append(one)
    tails: dict[int, Points] = {}
    for run_key, some in by_run.items():
        tails |= metrics.tail_points(connection, run_key, some)
    return tails


def _or_error(connection: sa.Connection, workspace: str, wanted: Wanted) -> Prepared | RunsteadError:
    try:
        return prepared(connection, workspace, wanted)
    except RunsteadError as error:
        return error


def _answer(connection: sa.Connection, one: Prepared, tails: Mapping[int, Points]) -> Answer:
    at_most = one.pixels * POINTS_PER_PIXEL
    tail = tails[one.series.key]
    found = charts.read(connection, one.series, one.column, one.axis, tail, at_most=at_most)
    return Answer(found, one.column, one.axis, one.extent.points)


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
    return _scaled(Axis(kind, low, high, 0.0, asked.x if kind == "column" else ""), asked)


def _scaled(axis: Axis, asked: Question) -> Axis:
    """With its cells; on a logarithmic one x begins above zero, where whole numbers do."""
    if not asked.is_log:
        return axis._replace(cell=(axis.high - axis.low) / asked.pixels / 2)
    if axis.kind == "time":
        raise InvalidArgument("time has no zero that a logarithmic axis could count from; take steps or positions")
    low = axis.low if axis.kind == "column" else max(1.0, axis.low)
    if low <= 0:
        # Where the first column value above zero is, nobody knows before all are read: even cells, and a finer chart.
        return axis._replace(cell=(axis.high - axis.low) / asked.pixels / 8)
    high = max(low, axis.high)
    return axis._replace(low=low, high=high, cell=math.log10(high / low) / asked.pixels / 2, is_log=True)


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
