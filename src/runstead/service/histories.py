"""Metrics as MLflow's clients read them: numbers only, the newest of each series, and the history of one."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa

from runstead.domain.records import NO_STEP, Cell
from runstead.domain.run_tables import Column, TableQuery, metrics_in
from runstead.domain.runs import Run
from runstead.service import inputs, workspaces
from runstead.service.inputs import Inputs
from runstead.service.metrics import Point
from runstead.service.runs import located
from runstead.service.unit import Unit
from runstead.service.values import total_of
from runstead.store import histories, metrics, run_tables, runs, series
from runstead.store.columns import Words, floats_of, is_number
from runstead.store.histories import Newest
from runstead.store.points import Points, taken
from runstead.store.run_tables import Corrected
from runstead.store.series import Series


class History(NamedTuple):
    """Arrays of one length, in log order; steps are 0 where none was given. `following`: where to go on, or None."""

    values: list[float]
    times_ms: list[int]
    steps: list[int]
    following: int | None


NOTHING = History([], [], [], None)
MOST_SORTED, MOST_CORRECTED = 200_000, 500
MOST_STEP = (1 << 63) - 1


def newest_of(connection: sa.Connection, run_keys: Sequence[int]) -> dict[int, list[Point]]:
    """The newest number of each series, by run key: that of the greatest step, as MLflow has it."""
    found: dict[int, list[Point]] = {key: [] for key in run_keys}
    for one in histories.newest(connection, run_keys):
        run_key, name, value, time_us, step, high_step = one
        if type(value) is float and (step is None or high_step is None or step >= high_step):  # most are
            point: Point | None = Point(name, value, time_us // 1000, step or 0)
        else:
            point = _by_step(connection, one)
        if point is not None:
            found[run_key].append(point)
    return found


def newest_by_step(unit: Unit, workspace: str, run_id: str) -> list[Point]:
    """The same of one run."""
    with unit.read() as connection:
        run = located(connection, workspace, run_id)
        return newest_of(connection, [run.key])[run.key]


def history(unit: Unit, workspace: str, run_id: str, name: str, *, start: int, limit: int) -> History:
    """The numbers of a series from index `start` on, by time, then step, then value; empty if there is no such series.

    A series of more than MOST_SORTED points comes in the order in which it was logged.
    """
    with unit.read() as connection:
        found = _plain_series(connection, workspace, run_id, name)
        if found is None:
            return NOTHING
        total = total_of(connection, found)
        end = min(start + limit, total)
        following = end if end < total else None
        if total > MOST_SORTED:
            return _history(metrics.points(connection, found, start=min(start, end), end=end), following)
        points = metrics.points(connection, found)
    return _history(taken(points, _order(points)[start:end]), following)


def thinned(
    unit: Unit, workspace: str, run_id: str, name: str, *, low: int | None, high: int | None, limit: int
) -> History:
    """At most `limit` numbers of a series between two steps, by step, evenly taken; first and last are among them."""
    with unit.read() as connection:
        found = _plain_series(connection, workspace, run_id, name)
        if found is None:
            return NOTHING
        points = metrics.points(connection, found)
    steps = _steps_of(points)
    kept = is_number(points.columns[""].kinds)
    kept &= (steps >= (NO_STEP if low is None else low)) & (steps <= (MOST_STEP if high is None else high))
    order = _order(points) if len(points) <= MOST_SORTED else np.arange(len(points))
    order = order[np.argsort(steps[order], kind="stable")]
    order = order[kept[order]]
    if order.size > limit:
        places = _firsts_of_buckets(order.size, limit)
        places[-1] = order.size - 1
        order = order[places]
    return _history(taken(points, order), None)


def _plain_series(connection: sa.Connection, workspace: str, run_id: str, name: str) -> Series | None:
    """A series that has plain values."""
    run = located(connection, workspace, run_id)
    found = series.of_run(connection, run.key, [name])
    return found[0] if found and "" in found[0].column_names else None


def _firsts_of_buckets(count: int, buckets: int) -> list[int]:
    """Where each of so many even buckets begins; the first ones are the larger, as SQL's NTILE has it."""
    size, larger = divmod(count, buckets)
    return [i * size + min(i, larger) for i in range(buckets)]


def _order(points: Points) -> Words:
    """Places by time, then step, then value; what was logged in one microsecond only is a tie."""
    values = floats_of(points.columns[""])
    return np.lexsort((values, ~np.isnan(values), _steps_of(points), points.times_us))


def _steps_of(points: Points) -> Words:
    """Steps, 0 where none was given."""
    return np.where(points.steps == NO_STEP, 0, points.steps)


class Found(NamedTuple):
    """A page of runs, what belongs to each by run key, and whether there are more runs."""

    runs: list[Run]
    metrics: dict[int, list[Point]]
    inputs: dict[int, Inputs]
    more: bool


def table(unit: Unit, workspace: str, query: TableQuery) -> Found:
    """A page of the run table with the newest number of each series, and with inputs."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        one_more = replace(query, limit=query.limit + 1)
        keys = run_tables.keys(connection, home.key, one_more, _corrected(connection, home.key, query))
        some = keys[: query.limit]
        found, newest = runs.find_many(connection, some), newest_of(connection, some)
        return Found(found, newest, inputs.of_runs(connection, some), len(keys) > len(some))


def _corrected(connection: sa.Connection, workspace_key: int, query: TableQuery) -> Corrected:
    """What the query's metrics are in runs whose steps went back: there the summary's last is not MLflow's newest."""
    found: dict[Column, dict[int, float | None]] = {}
    for metric in metrics_in(query):
        back = histories.gone_back(connection, workspace_key, metric.name, at_most=MOST_CORRECTED)
        for one in histories.newest(connection, back, metric.name):
            point = _by_step(connection, one)
            value = None if point is None or math.isnan(point.value) else point.value
            found.setdefault(metric, {})[one.run_key] = value
    return found


def _history(points: Points, following: int | None) -> History:
    column = points.columns[""]
    kept = is_number(column.kinds)
    times_ms = points.times_us[kept] // 1000
    return History(floats_of(column)[kept].tolist(), times_ms.tolist(), _steps_of(points)[kept].tolist(), following)


def _by_step(connection: sa.Connection, one: Newest) -> Point | None:
    """The number of the greatest step; None if there is none."""
    if one.high_step is None or one.step is None or one.step >= one.high_step:
        number = _number(one.value)
        return None if number is None else Point(one.name, number, one.time_us // 1000, one.step or 0)
    found = series.of_run(connection, one.run_key, [one.name])[0]
    values, times_ms, steps, _ = _history(metrics.points(connection, found), None)

    def rank(place: int) -> tuple[int, int, float]:
        value = values[place]
        return steps[place], times_ms[place], -math.inf if math.isnan(value) else value

    best = max(range(len(values)), key=rank, default=None)
    return None if best is None else Point(one.name, values[best], times_ms[best], steps[best])


def _number(value: Cell) -> float | None:
    if isinstance(value, float):
        return value
    if value is None or isinstance(value, str):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
