"""Bands: the mean of several runs along x, with what lies around it (docs/notes/charts.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.service import charts
from runstead.service.charts import Prepared, Question, Wanted
from runstead.service.runs import located
from runstead.service.unit import Unit
from runstead.store import charts as points
from runstead.store import runs
from runstead.store.charts import Bins
from runstead.store.columns import Floats, Words

MOST_BANDS = 20  # in one request
MOST_RUNS = 2_000  # in one request; about 4 ms each (bench/README.md)


class Group(NamedTuple):
    """Runs that are drawn as one, and what of them; those that have no such metric are left out.

    x may also be `elapsed`: the time since each run began, in microseconds.
    """

    run_ids: Sequence[str]
    name: str
    asked: Question


@dataclass(frozen=True)
class Band:
    """Along x: mean, standard deviation, least and greatest of the runs, and how many of them are there.

    `runs`: how many have the metric; `total`: numbers of all of them in the range.
    """

    x: Floats
    mean: Floats
    deviation: Floats
    low: Floats
    high: Floats
    present: Words
    runs: int
    total: int
    x_kind: str


NONE = np.zeros(0)
NOTHING = Band(NONE, NONE, NONE, NONE, NONE, NONE.astype(np.int64), 0, 0, "index")


class _Member(NamedTuple):
    """A run of a group; `shift`: what is taken off its x."""

    one: Prepared
    shift: float


class _Rows(NamedTuple):
    """What the runs have in each stretch of x, a row per run; a mean between two others is on the line of these."""

    means: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]


def bands_of(unit: Unit, workspace: str, groups: Sequence[Group]) -> list[Band]:
    """A band per group, of one moment."""
    if len(groups) > MOST_BANDS:
        raise TooLarge(f"{len(groups)} bands were asked for; ask for at most {MOST_BANDS} at a time")
    count = sum(len(group.run_ids) for group in groups)
    if count > MOST_RUNS:
        raise TooLarge(f"the bands are of {count} runs; ask for at most {MOST_RUNS} at a time")
    for group in groups:
        charts.check_pixels(group.asked)
    with unit.read() as connection:
        return [_band(connection, workspace, group) for group in groups]


def _band(connection: sa.Connection, workspace: str, group: Group) -> Band:
    members = _members(connection, workspace, group)
    if not members:
        return NOTHING
    if len({member.one.axis.kind for member in members}) > 1:
        # A run without steps has no place among those with; positions all have.
        members = _members(connection, workspace, group._replace(asked=group.asked._replace(x="index")))
    low = min(member.one.axis.low - member.shift for member in members)
    high = max(member.one.axis.high - member.shift for member in members)
    tails = charts.tails_of(connection, [member.one.series for member in members])
    bins = []
    for one, shift in members:
        axis = one.axis._replace(low=low + shift, high=high + shift, cell=(high - low) / group.asked.pixels / 2)
        found = points.read_bins(
            connection, one.series, one.column, axis, tails[one.series.key], count=group.asked.pixels
        )
        bins.append(found._replace(x_sums=found.x_sums - shift * found.counts))
    kind = "elapsed" if group.asked.x == "elapsed" else members[0].one.axis.kind
    return _combined(bins, kind)


def _members(connection: sa.Connection, workspace: str, group: Group) -> list[_Member]:
    run_ids = list(dict.fromkeys(group.run_ids))
    keys = {run_id: located(connection, workspace, run_id).key for run_id in run_ids}
    begins = _begins(connection, list(keys.values())) if group.asked.x == "elapsed" else {}
    members = []
    for run_id, key in keys.items():
        begin = begins.get(key, 0.0)
        asked = _shifted(group.asked, begin)
        try:
            one = charts.prepared(connection, workspace, Wanted(run_id, group.name, asked))
        except (NotFound, InvalidArgument):
            continue  # a run that has no such metric, or not this column of it
        if one.extent.points:
            shift = begin or float(one.extent.low_us) if group.asked.x == "elapsed" else 0.0
            members.append(_Member(one, shift))
    return members


def _begins(connection: sa.Connection, run_keys: Sequence[int]) -> Mapping[int, float]:
    """When runs were started, in microseconds; those that never were count from their first point."""
    found = runs.find_many(connection, run_keys)
    return {run.key: run.started_at_ms * 1000.0 for run in found if run.started_at_ms is not None}


def _shifted(asked: Question, begin: float) -> Question:
    if asked.x != "elapsed":
        return asked._replace(is_log=False)
    low, high = (None if bound is None else bound + begin for bound in (asked.low, asked.high))
    return asked._replace(x="time", low=low, high=high, is_log=False)


def _combined(bins: Sequence[Bins], kind: str) -> Band:
    counts = sum((each.counts for each in bins), np.zeros_like(bins[0].counts))
    filled = np.flatnonzero(counts)
    if filled.size == 0:
        return NOTHING
    x = sum((each.x_sums[filled] for each in bins), np.zeros(filled.size)) / counts[filled]
    rows = _rows(bins, filled, x)
    present = np.isfinite(rows.means)
    number = np.maximum(present.sum(axis=0), 1)
    means = np.where(present, rows.means, 0.0)
    mean = means.sum(axis=0) / number
    spread = np.where(present, rows.means - mean, 0.0)
    deviation = np.sqrt((spread**2).sum(axis=0) / np.maximum(number - 1, 1))
    mean[~present.any(axis=0)] = np.nan
    low, high = rows.lows.min(axis=0), rows.highs.max(axis=0)
    return Band(x, mean, deviation, low, high, present.sum(axis=0), len(bins), int(counts.sum()), kind)


def _rows(bins: Sequence[Bins], filled: Words, x: Floats) -> _Rows:
    shape = (len(bins), filled.size)
    rows = _Rows(np.full(shape, np.nan), np.full(shape, np.inf), np.full(shape, -np.inf))
    for number, each in enumerate(bins):
        own = np.flatnonzero(each.counts[filled])
        if own.size == 0:
            continue
        with np.errstate(invalid="ignore"):
            values = each.sums[filled[own]] / each.counts[filled[own]]
        inside = slice(own[0], own[-1] + 1)
        rows.means[number, inside] = np.interp(x[inside], x[own], values)
        rows.lows[number, inside] = rows.highs[number, inside] = rows.means[number, inside]
        rows.lows[number, own] = each.lows[filled[own]]
        rows.highs[number, own] = each.highs[filled[own]]
    return rows
