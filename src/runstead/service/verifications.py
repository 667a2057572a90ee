"""Verification: everything that is derived from points is computed again and compared with what is stored."""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import sqlalchemy as sa

from runstead.domain.errors import RunsteadError
from runstead.service.unit import Unit
from runstead.store import metrics, pyramids, runs, series, summary_rows, tails
from runstead.store.chunks import CHUNK_POINTS, check_chunk
from runstead.store.columns import Flags
from runstead.store.nodes import BUCKET_POINTS, FAN, MARKS, NODE, Nodes, folded, nodes_of
from runstead.store.points import Points, sliced
from runstead.store.records import check, records_of
from runstead.store.series import ColumnKey, Series
from runstead.store.summaries import EMPTY, NOWHERE, Mark, Summary, added, extended, extents_of, mean_of, summaries_of
from runstead.store.summary_rows import SOLID, Place, Stored

BATCH_POINTS = 4 * CHUNK_POINTS
BROKEN = (RunsteadError, ValueError, IndexError, KeyError, zlib.error)  # what bytes that are not ours raise
MEAN_TOLERANCE = 1e-9  # sums are added up in another order here


class Verified(NamedTuple):
    """What was found in one run; no problems: it is sound."""

    run_id: str
    series_count: int
    point_count: int
    problems: list[str]


def verify(unit: Unit, run_ids: Sequence[str] | None = None) -> Iterator[Verified]:
    """Check the metrics of these runs, or of all, run by run. Nothing is changed; ingest may go on."""
    with unit.read() as connection:
        wanted = runs.keys_of(connection, run_ids)
    for run_key, run_id in wanted:
        with unit.read() as connection:
            yield _run(connection, run_key, run_id)


def _run(connection: sa.Connection, run_key: int, run_id: str) -> Verified:
    known = series.of_run(connection, run_key)
    problems = list(_tail_problems(connection, run_key))
    points = 0
    try:
        rest = metrics.tail_points(connection, run_key, known)
    except BROKEN as error:
        return Verified(run_id, len(known), 0, [*problems, f"the tail cannot be read: {error}"])
    for one in known:
        try:
            found = list(_series_problems(connection, one, rest[one.key]))
        except BROKEN as error:
            found = [f"it cannot be read: {error!r}"]
        problems += [f"metric {one.name!r}: {problem}" for problem in found]
        points += one.chunked + len(rest[one.key])
    return Verified(run_id, len(known), points, problems)


def _tail_problems(connection: sa.Connection, run_key: int) -> Iterator[str]:
    for piece in tails.pieces(connection, run_key):
        try:
            check(records_of(piece.body))
        except BROKEN as error:
            yield f"piece {piece.number} of the tail is damaged: {error}"


def _series_problems(connection: sa.Connection, one: Series, tail: Points) -> Iterator[str]:
    yield from _chunk_problems(connection, one)
    summaries = {column: Stored(EMPTY, NOWHERE) for column in one.columns}
    nodes: dict[ColumnKey, list[Nodes]] = {column: [] for column in one.columns}
    for start, points in _batches(connection, one, tail):
        whole = min(len(points), max(0, one.chunked - start)) // BUCKET_POINTS * BUCKET_POINTS
        for column in one.columns:
            summaries[column] = _grown(summaries[column], points, column)
            some = sliced(points, 0, whole)
            nodes[column].append(nodes_of(some.times_us, some.steps, some.columns[column.name], start=start))
    stored = summary_rows.load(connection, one.run_key, [one.name_key])
    for place, column in enumerate(one.columns):
        there = stored.get(Place(one.name_key, column.key), Stored(EMPTY, NOWHERE))
        expected = summaries[column] if place == 0 else summaries[column]._replace(extent=NOWHERE)
        what = f"column {column.name!r}: " if column.name else ""
        yield from (what + problem for problem in _summary_problems(there, expected))
        yield from (what + problem for problem in _node_problems(connection, one, column, nodes[column]))


def _batches(connection: sa.Connection, one: Series, tail: Points) -> Iterator[tuple[int, Points]]:
    total = one.chunked + len(tail)
    for start in range(0, total, BATCH_POINTS):
        yield start, metrics.points(connection, one, start=start, end=min(start + BATCH_POINTS, total), tail=tail)


def _chunk_problems(connection: sa.Connection, one: Series) -> Iterator[str]:
    """Chunks follow one another without gaps, and none crosses a border."""
    expected = 0
    asked = {"series_key": one.key, "window": 0, "until": one.chunked}
    for start, count, body in connection.execute(metrics.CHUNKS, asked):
        if start != expected:
            yield f"a chunk begins at point {start}, not {expected}"
        if check_chunk(body) != count:
            yield f"the chunk at point {start} has not the {count} points that it should have"
        if metrics.window_of(start) != metrics.window_of(start + count - 1):
            yield f"the chunk at point {start} crosses a multiple of {CHUNK_POINTS}"
        expected = start + count
    if expected != one.chunked:
        yield f"its chunks have {expected} points, not {one.chunked}"


def _grown(before: Stored, points: Points, column: ColumnKey) -> Stored:
    if not len(points):
        return before
    starts = np.zeros(1, np.int64)
    (summary,) = summaries_of(points.columns[column.name], points.times_us, points.steps, starts)
    (extent,) = extents_of(points.times_us, points.steps, starts)
    return Stored(added(before.summary, summary), extended(before.extent, extent))


def _summary_problems(there: Stored, expected: Stored) -> Iterator[str]:
    if there.extent != expected.extent:
        yield f"its summary says {there.extent}, its points {expected.extent}"
    # A row without a column that another row has is read back with a null there, which the summary never saw.
    seen, read = (replace(summary, mask=summary.mask & SOLID) for summary in (there.summary, expected.summary))
    for name in Summary.__slots__:
        one, other = getattr(seen, name), getattr(read, name)
        if name not in ("total", "rest") and not _same(one, other):
            yield f"its summary says {name} = {one}, its points {other}"
    mean, exact = mean_of(there.summary), mean_of(expected.summary)
    if not _close(mean, exact):
        yield f"its summary says mean = {mean}, its points {exact}"


def _same(one: object, other: object) -> bool:
    if isinstance(one, Mark) and isinstance(other, Mark):
        return (repr(one.value), one.time_us, one.step) == (repr(other.value), other.time_us, other.step)
    return one == other


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return repr(one) == repr(other) or math.isclose(one, other, rel_tol=MEAN_TOLERANCE, abs_tol=1e-300)


def _node_problems(
    connection: sa.Connection, one: Series, column: ColumnKey, computed: Sequence[Nodes]
) -> Iterator[str]:
    expected = np.concatenate(computed) if computed else np.zeros(0, NODE)
    level = 0
    while expected.size:
        there = pyramids.load(connection, one.key, column.key, level, range(expected.size))
        filled = expected["numbers"] + expected["nans"] > 0
        for name in NODE.names or ():
            wrong = (expected["numbers"] > 0 if name in MARKS else filled) & ~_same_field(there, expected, name)
            if wrong.any():
                yield f"node {int(np.argmax(wrong))} of level {level} has another {name} than its points"
        expected = folded(expected[: expected.size // FAN * FAN])
        level += 1


def _same_field(there: Nodes, expected: Nodes, name: str) -> Flags:
    if name == "total":
        close: Flags = np.isclose(there[name], expected[name], equal_nan=True)
        return close
    bits = [np.ascontiguousarray(nodes[name]).view(np.int64).reshape(len(nodes), -1) for nodes in (there, expected)]
    same: Flags = (bits[0] == bits[1]).all(axis=1)
    return same
