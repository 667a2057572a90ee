"""Metrics go out: summaries, whole series, pages of tables, what came after an index."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa

from runstead.domain import columns as documents
from runstead.domain.columns import SeriesBytes
from runstead.domain.errors import NotFound, TooLarge
from runstead.domain.records import ARTIFACT_KINDS, RESOURCE, Buffer, Cell
from runstead.service import experiments, workspaces
from runstead.service.runs import located
from runstead.service.unit import Unit
from runstead.store import metrics, series, summary_rows
from runstead.store.columns import cells_of, column_bytes
from runstead.store.points import Points
from runstead.store.series import Series
from runstead.store.summaries import EMPTY, NOWHERE
from runstead.store.summary_rows import Place, Stored

MOST_RUNS = 1_000
MOST_NAMED_RUNS = 1_000  # whose names are looked at: with 500 metrics each, a quarter of a second
MOST_TABLE_ROWS = 10_000
MOST_TAIL_POINTS = 100_000


class SeriesSummary(NamedTuple):
    """A series, what is known of each of its columns, and for artifact kinds the paths that were logged."""

    series: Series
    columns: Sequence[Stored]
    artifacts: Sequence[str]


class Named(NamedTuple):
    """A metric of several runs: the newest series, how many have it, and in which of its columns there are numbers."""

    series: Series
    run_count: int
    numeric: tuple[str, ...]


class Page(NamedTuple):
    """Rows of a series from some index on; `total`: of the series."""

    columns: Sequence[str]
    rows: list[list[Cell]]
    total: int


class Stretch(NamedTuple):
    """Points of a series from index `start` on; `total`: of the series."""

    start: int
    points: Points
    total: int


def summaries(
    unit: Unit, workspace: str, run_ids: Sequence[str], names: Collection[str] | None = None
) -> dict[str, list[SeriesSummary]]:
    """The series of several runs, all or those of these names, by run id."""
    if len(run_ids) > MOST_RUNS:
        raise TooLarge(f"{len(run_ids)} runs were asked for; ask for at most {MOST_RUNS} at a time")
    with unit.read() as connection:
        keys = {located(connection, workspace, run_id).key: run_id for run_id in run_ids}
        found = told(series.of_runs(connection, sorted(keys), names), names)
        stored = summary_rows.load_many(connection, keys, {one.name_key for one in found})
        artifacts = _artifacts(connection, found)
    by_run: dict[str, list[SeriesSummary]] = {run_id: [] for run_id in run_ids}
    for one in found:
        places = [(one.run_key, Place(one.name_key, column.key)) for column in one.columns]
        columns = [stored.get(place, Stored(EMPTY, NOWHERE)) for place in places]
        by_run[keys[one.run_key]].append(SeriesSummary(one, columns, artifacts.get(one.key, ())))
    return by_run


def told(found: Sequence[Series], names: Collection[str] | None = None) -> list[Series]:
    """Those that are metrics; what a job used is told to who asks for its name."""
    return [one for one in found if names is not None or one.kind != RESOURCE]


def names(unit: Unit, workspace: str, experiment: str | None = None) -> list[Named]:
    """The metrics that the newest runs have, of all experiments or of one, by name."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        key = None if experiment is None else experiments.found(connection, home, experiment).key
        found = series.of_newest_runs(connection, home.key, key, at_most=MOST_NAMED_RUNS)
        numeric = summary_rows.numeric_columns(connection, [one.key for one, _ in found])
    return [Named(one, count, _numeric_names(one, numeric)) for one, count in found if one.kind != RESOURCE]


def _numeric_names(one: Series, numeric: Mapping[int, Collection[int]]) -> tuple[str, ...]:
    keys = numeric.get(one.key, ())
    return tuple(column.name for column in one.columns if column.key in keys)


def values(
    unit: Unit, workspace: str, run_id: str, names: Collection[str] | None = None, *, with_points: bool = False
) -> Iterator[Buffer]:
    """The columns document of a run's series, all or those of these names; `with_points`: with times and steps."""
    with unit.read() as connection:
        found = _points_of(connection, workspace, run_id, names)
    return documents.encode_columns(_bytes_of(one, points, with_points=with_points) for one, points in found)


def values_of_many(
    unit: Unit, workspace: str, run_ids: Sequence[str], names: Collection[str] | None = None
) -> Iterator[Buffer]:
    """The columns document of several runs' series; each says whose it is."""
    if len(run_ids) > MOST_RUNS:
        raise TooLarge(f"{len(run_ids)} runs were asked for; ask for at most {MOST_RUNS} at a time")
    with unit.read() as connection:
        found = {run_id: _points_of(connection, workspace, run_id, names) for run_id in run_ids}
    return documents.encode_columns(
        replace(_bytes_of(one, points), run_id=run_id) for run_id, some in found.items() for one, points in some
    )


def table(unit: Unit, workspace: str, run_id: str, name: str, *, offset: int, limit: int) -> Page:
    """A page of the rows of a series."""
    limit = max(0, min(limit, MOST_TABLE_ROWS))
    found, stretch = _stretch(unit, workspace, run_id, name, max(0, offset), limit)
    columns = [cells_of(stretch.points.columns[column]) for column in found.column_names]
    return Page(found.column_names, [list(row) for row in zip(*columns, strict=True)], stretch.total)


def after(unit: Unit, workspace: str, run_id: str, name: str, *, index: int, limit: int) -> tuple[Series, Stretch]:
    """The points from `index` on: what a live view that has `index` points still lacks."""
    return _stretch(unit, workspace, run_id, name, max(0, index), max(1, min(limit, MOST_TAIL_POINTS)))


def found_series(connection: sa.Connection, workspace: str, run_id: str, name: str) -> Series:
    """One series of a run, or NotFound."""
    run = located(connection, workspace, run_id)
    found = series.of_run(connection, run.key, [name])
    if not found:
        known = [one.name for one in told(series.of_run(connection, run.key))[:20]]
        there = f"it has {', '.join(map(repr, known))}" if known else "it has none"
        raise NotFound(f"run {run_id} has no metric {name!r}; {there}")
    return found[0]


def total_of(connection: sa.Connection, one: Series) -> int:
    """How many points a series has."""
    stored = summary_rows.load(connection, one.run_key, [one.name_key])
    return stored.get(Place(one.name_key, one.columns[0].key), Stored(EMPTY, NOWHERE)).extent.points


def _points_of(
    connection: sa.Connection, workspace: str, run_id: str, names: Collection[str] | None
) -> list[tuple[Series, Points]]:
    run = located(connection, workspace, run_id)
    wanted = told(series.of_run(connection, run.key, names), names)
    tails = metrics.tail_points(connection, run.key, wanted)
    return [(one, metrics.points(connection, one, tail=tails[one.key])) for one in wanted]


def _bytes_of(one: Series, points: Points, *, with_points: bool = False) -> SeriesBytes:
    return SeriesBytes(
        one.name,
        one.kind,
        len(points),
        [column_bytes(name, points.columns[name]) for name in one.column_names],
        points.times_us.astype("<i8").tobytes() if with_points else b"",
        points.steps.astype("<i8").tobytes() if with_points else b"",
    )


def _stretch(unit: Unit, workspace: str, run_id: str, name: str, start: int, limit: int) -> tuple[Series, Stretch]:
    with unit.read() as connection:
        one = found_series(connection, workspace, run_id, name)
        total = total_of(connection, one)
        end = min(start + limit, total)
        points = metrics.points(connection, one, start=min(start, end), end=end)
    return one, Stretch(start, points, total)


def _artifacts(connection: sa.Connection, found: Sequence[Series]) -> Mapping[int, Sequence[str]]:
    paths = {}
    for one in found:
        if one.kind in ARTIFACT_KINDS:
            cells = cells_of(metrics.points(connection, one).columns[one.columns[0].name])
            paths[one.key] = [cell for cell in cells if isinstance(cell, str)]
    return paths
