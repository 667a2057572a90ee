"""The points of a series: its chunks and then its tail, read in one transaction as if they were one array."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa

from runstead.store import series, tails
from runstead.store.chunks import CHUNK_POINTS, decode_chunk
from runstead.store.metric_tables import metric_chunks
from runstead.store.points import Declared, Points, joined, no_points, sliced, split
from runstead.store.records import records_of, selected
from runstead.store.series import Series

GATHERED_BYTES = 1 << 20
CHUNKS = (
    sa.select(metric_chunks.c.start, metric_chunks.c.count, metric_chunks.c.body)
    .where(
        metric_chunks.c.series_key == sa.bindparam("series_key"),
        metric_chunks.c.start >= sa.bindparam("window"),
        metric_chunks.c.start < sa.bindparam("until"),
    )
    .order_by(metric_chunks.c.start)
)


def window_of(index: int) -> int:
    """Where the stretch of CHUNK_POINTS begins that no chunk crosses, and that holds the point of this index."""
    return index // CHUNK_POINTS * CHUNK_POINTS


def chunked_points(
    connection: sa.Connection,
    one: Series,
    start: int,
    end: int,
    *,
    wanted: Sequence[str] | None = None,
    times: bool = True,
    steps: bool = True,
) -> Iterator[Points]:
    """The points from index `start` on, up to `end`, as far as they are in chunks; piece by piece.

    `wanted`, `times`, `steps`: as for `decode_chunk`.
    """
    end = min(end, one.chunked)
    if start >= end:
        return
    asked = {"series_key": one.key, "window": window_of(start), "until": end}
    for at, count, body in connection.execution_options(stream_results=True).execute(CHUNKS, asked):
        if at + count > start:
            points = decode_chunk(body, one.column_names, wanted=wanted, times=times, steps=steps)
            whole = at >= start and at + count <= end
            yield points if whole else sliced(points, max(0, start - at), min(count, end - at))


def tail_points(connection: sa.Connection, run_key: int, wanted: Sequence[Series]) -> dict[int, Points]:
    """The points of these series of a run that are in no chunk yet, by series key."""
    numbers = series.numbers_of(connection, run_key, [one.key for one in wanted])
    found = by_series(tails.pieces(connection, run_key), numbers)
    return {one.key: joined(found.get(one.key, []), one.column_names) for one in wanted}


def points(
    connection: sa.Connection, one: Series, *, start: int = 0, end: int | None = None, tail: Points | None = None
) -> Points:
    """The points from index `start` on, up to `end` or all; `tail`: where it was read before, in this transaction."""
    until = one.chunked if end is None else end
    pieces = list(chunked_points(connection, one, start, until))
    if end is None or end > one.chunked:
        rest = tail_points(connection, one.run_key, [one])[one.key] if tail is None else tail
        stop = len(rest) if end is None else end - one.chunked
        pieces.append(sliced(rest, max(0, start - one.chunked), stop))
    return joined(pieces, one.column_names) if pieces else no_points(one.column_names)


def by_series(pieces: Sequence[tails.Piece], numbers: Mapping[int, Mapping[int, Declared]]) -> dict[int, list[Points]]:
    """The points of pieces by series key, in order of arrival; `numbers`: by writer key, all or some of its numbers."""
    found: dict[int, list[Points]] = {}
    for writer_key, its_pieces in groupby(pieces, lambda piece: piece.writer_key):
        declared = numbers.get(writer_key, {})
        for body in _gathered(its_pieces) if declared else ():
            records = records_of(body)
            for key, more in split(selected(records, declared), declared).items():
                found.setdefault(key, []).append(more)
    return found


def _gathered(pieces: Iterable[tails.Piece]) -> Iterator[bytes]:
    """Their bytes, many small ones together: arrays that fit into the processor's cache are read twice as fast."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece.body)
        size += len(piece.body)
        if size >= GATHERED_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
