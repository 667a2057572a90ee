"""Compaction: moves points from the tail into chunks and pyramid nodes.

`prepare` reads and computes; `apply` writes all of it in one transaction, or nothing if another compaction came first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.records import Kind
from runstead.store import metrics, pyramids, series, tails
from runstead.store.chunks import CHUNK_POINTS, encode_chunk
from runstead.store.engine import upsert
from runstead.store.metric_tables import metric_chunks, metric_nodes
from runstead.store.nodes import BUCKET_POINTS
from runstead.store.points import Declared, Points, joined, sliced
from runstead.store.records import records_of
from runstead.store.series import Series
from runstead.store.tables import runs

MERGED_WITH = 2  # a small chunk is merged with newer points once they are at least half as many

Row = dict[str, Any]  # a database row


class Numbered(NamedTuple):
    """What tells a run from a later one: SQLite may give the key of a deleted run again, but no number."""

    workspace_key: int
    number: int


@dataclass(frozen=True)
class Compaction:
    """What a compaction will write."""

    run_key: int
    run: Numbered | None
    turn: int  # the run's compaction counter when it was read
    through: int  # the last piece that it took
    taken_bytes: int
    chunked: Mapping[int, int]
    replaced: Sequence[tuple[int, int]]  # series key and start of chunks that grew into others
    chunks: Sequence[Row]
    nodes: Sequence[Row]


def prepare(connection: sa.Connection, run_key: int, *, most_bytes: int) -> Compaction | None:
    """Read the beginning of a run's tail and compute what becomes of it; None if there is none."""
    lock = tails.peek(connection, run_key)
    pieces = tails.pieces(connection, run_key, most_bytes=most_bytes)
    if lock is None or not pieces:
        return None
    found = _points(connection, pieces)
    known = series.of_keys(connection, found)
    replaced: list[tuple[int, int]] = []
    chunks: list[Row] = []
    nodes: list[Row] = []
    chunked = {}
    for key, fresh in found.items():
        one = known[key]
        points = joined(fresh, one.column_names)
        chunked[key] = one.chunked + len(points)
        grown, start = _merged(connection, one, points)
        replaced += [(key, old) for old in _starts(connection, one, start)]
        chunks += _chunk_rows(one, grown, start)
        nodes += _node_rows(connection, one, points)
    taken = sum(len(piece.body) for piece in pieces)
    return Compaction(
        run_key,
        _numbered(connection, run_key),
        lock.compaction,
        pieces[-1].number,
        taken,
        chunked,
        replaced,
        chunks,
        nodes,
    )


def apply(connection: sa.Connection, done: Compaction, *, at_ms: int) -> bool:
    """Write it, in this transaction; False, and nothing written, if the run was compacted or deleted meanwhile."""
    lock = tails.lock_if_any(connection, done.run_key)
    if lock is None or lock.compaction != done.turn or _numbered(connection, done.run_key) != done.run:
        return False
    if done.replaced:
        mine = (metric_chunks.c.series_key == sa.bindparam("key")) & (metric_chunks.c.start == sa.bindparam("at"))
        connection.execute(sa.delete(metric_chunks).where(mine), [{"key": k, "at": at} for k, at in done.replaced])
    if done.chunks:
        connection.execute(sa.insert(metric_chunks), list(done.chunks))
    keys = ("series_key", "column_key", "level", "start")
    upsert(connection, metric_nodes, done.nodes, keys=keys, update=("count", "body"))
    series.set_chunked(connection, done.chunked)
    tails.remove(connection, done.run_key, done.through)
    left = lock.tail_bytes - done.taken_bytes
    tails.update(
        connection,
        done.run_key,
        compaction=lock.compaction + 1,
        tail_bytes=left,
        tail_since_ms=at_ms if left else None,
    )
    return True


def _numbered(connection: sa.Connection, run_key: int) -> Numbered | None:
    query = sa.select(runs.c.workspace_key, runs.c.number).where(runs.c.run_key == run_key)
    row = connection.execute(query).first()
    return None if row is None else Numbered(*row)


def _points(connection: sa.Connection, pieces: Sequence[tails.Piece]) -> dict[int, list[Points]]:
    numbers: dict[int, dict[int, Declared]] = {}
    for writer_key, its_pieces in groupby(pieces, lambda piece: piece.writer_key):
        records = records_of(b"".join(piece.body for piece in its_pieces))
        used = set(records.numbers[records.kinds < Kind.OPEN].tolist()) - numbers.get(writer_key, {}).keys()
        numbers.setdefault(writer_key, {}).update(series.numbered(connection, writer_key, used))
    return metrics.by_series(pieces, numbers)


def _merged(connection: sa.Connection, one: Series, fresh: Points) -> tuple[Points, int]:
    """The new points together with small chunks before them, and where they begin."""
    start, count = one.chunked, len(fresh)
    for at, size in reversed(_small_chunks(connection, one)):
        if size > MERGED_WITH * count:
            break
        start, count = at, count + size
    old = list(metrics.chunked_points(connection, one, start, one.chunked))
    return joined([*old, fresh], one.column_names), start


def _small_chunks(connection: sa.Connection, one: Series) -> list[tuple[int, int]]:
    """Start and count of the chunks since the last that is full."""
    table = metric_chunks.c
    query = sa.select(table.start, table.count).where(
        table.series_key == one.key, table.start >= metrics.window_of(one.chunked)
    )
    return [(row[0], row[1]) for row in connection.execute(query.order_by(table.start))]


def _starts(connection: sa.Connection, one: Series, start: int) -> list[int]:
    return [at for at, _ in _small_chunks(connection, one) if at >= start]


def _chunk_rows(one: Series, points: Points, start: int) -> Iterator[Row]:
    """Chunks of these points, cut where a chunk must end."""
    end = start + len(points)
    first = start
    while first < end:
        last = min(metrics.window_of(first) + CHUNK_POINTS, end)
        body = encode_chunk(sliced(points, first - start, last - start), one.column_names)
        yield {"series_key": one.key, "start": first, "count": last - first, "body": body}
        first = last


def _node_rows(connection: sa.Connection, one: Series, fresh: Points) -> Iterator[Row]:
    """The blocks of nodes that change when these points are added."""
    begin = one.chunked // BUCKET_POINTS * BUCKET_POINTS
    end = (one.chunked + len(fresh)) // BUCKET_POINTS * BUCKET_POINTS
    if begin == end:
        return
    old = list(metrics.chunked_points(connection, one, begin, one.chunked))
    points = sliced(joined([*old, fresh], one.column_names), 0, end - begin)
    for column in one.columns:
        yield from pyramids.grown(connection, one.key, column.key, points, column.name, start=begin)
