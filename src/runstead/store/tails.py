"""Writers and tails: how far each journal is stored, and its raw pieces that no compaction has taken yet."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent
from runstead.store.metric_tables import metric_runs, metric_tails, metric_writers

LOCK = (
    metric_runs.c.next_piece,
    metric_runs.c.compaction,
    metric_runs.c.tail_bytes,
    metric_runs.c.tail_since_ms,
    metric_runs.c.series_count,
    metric_runs.c.warned,
)
# Made once: to build a statement costs more than SQLite takes to run it.
BUMP = (
    sa.update(metric_runs)
    .where(metric_runs.c.run_key == sa.bindparam("its_key"))
    .values(next_piece=metric_runs.c.next_piece + 1)
    .returning(*LOCK)
)
UPDATE = sa.update(metric_runs).where(metric_runs.c.run_key == sa.bindparam("its_key"))
WRITER = sa.select(metric_writers.c.writer_key, metric_writers.c.offset_bytes).where(
    metric_writers.c.run_key == sa.bindparam("run_key"), metric_writers.c.writer == sa.bindparam("writer")
)
MOVE = sa.update(metric_writers).where(metric_writers.c.writer_key == sa.bindparam("its_key"))
APPEND = sa.insert(metric_tails)


class Lock(NamedTuple):
    """What a run's row says; while a transaction has it, other writers of the run wait."""

    piece: int
    compaction: int
    tail_bytes: int
    tail_since_ms: int | None
    series_count: int
    warned: int


class Writer(NamedTuple):
    """One writer of a run; everything below `offset` is stored."""

    key: int
    offset: int


class Piece(NamedTuple):
    """Raw records of one writer, in order of arrival."""

    number: int
    writer_key: int
    body: bytes


def lock(connection: sa.Connection, run_key: int) -> Lock:
    """Take the run's metrics for this transaction, and the number of the next piece."""
    taken = lock_if_any(connection, run_key)
    if taken is None:
        empty = {"next_piece": 0, "compaction": 0, "tail_bytes": 0, "series_count": 0, "warned": 0}
        insert_if_absent(connection, metric_runs, [{"run_key": run_key, **empty}])
        return Lock(*connection.execute(BUMP, {"its_key": run_key}).one())
    return taken


def lock_if_any(connection: sa.Connection, run_key: int) -> Lock | None:
    """The same where something was logged; None if nothing was, or the run is gone."""
    row = connection.execute(BUMP, {"its_key": run_key}).first()
    return None if row is None else Lock(*row)


def peek(connection: sa.Connection, run_key: int) -> Lock | None:
    """The same without taking it; None if nothing was ever logged."""
    table = metric_runs.c
    row = connection.execute(sa.select(*LOCK).where(table.run_key == run_key)).first()
    return None if row is None else Lock(*row)


def update(connection: sa.Connection, run_key: int, **values: int | None) -> None:
    """Set columns of the run's row; hold the lock."""
    connection.execute(UPDATE, {"its_key": run_key, **values})


def writer(connection: sa.Connection, run_key: int, name: str) -> Writer | None:
    """A writer of the run; None if nothing of it is stored."""
    row = connection.execute(WRITER, {"run_key": run_key, "writer": name}).first()
    return None if row is None else Writer(*row)


def new_writer(connection: sa.Connection, run_key: int, name: str) -> Writer:
    """Make a writer's row; hold the run's lock."""
    values = {"run_key": run_key, "writer": name, "offset_bytes": 0}
    made = connection.execute(sa.insert(metric_writers).values(**values).returning(metric_writers.c.writer_key))
    return Writer(int(made.scalar_one()), 0)


def move(connection: sa.Connection, writer_key: int, offset: int) -> None:
    """Everything of this writer below `offset` is stored."""
    connection.execute(MOVE, {"its_key": writer_key, "offset_bytes": offset})


def append(connection: sa.Connection, run_key: int, piece: Piece) -> None:
    """Keep a piece; its number comes from `lock`."""
    values = {"run_key": run_key, "piece": piece.number, "writer_key": piece.writer_key, "body": piece.body}
    connection.execute(APPEND, values)


def pieces(connection: sa.Connection, run_key: int, *, most_bytes: int | None = None) -> list[Piece]:
    """The tail, in order of arrival: all of it, or its beginning of about so many bytes and at least one piece."""
    table = metric_tails.c
    query = sa.select(table.piece, table.writer_key, table.body).where(table.run_key == run_key).order_by(table.piece)
    found = []
    size = 0
    with connection.execution_options(stream_results=True).execute(query) as rows:
        for row in rows:
            found.append(Piece(*row))
            size += len(row.body)
            if most_bytes is not None and size >= most_bytes:
                break
    return found


def remove(connection: sa.Connection, run_key: int, through: int) -> None:
    """Drop the pieces up to and with this one."""
    table = metric_tails.c
    connection.execute(sa.delete(metric_tails).where(table.run_key == run_key, table.piece <= through))


def waiting(connection: sa.Connection, *, since_ms: int, bytes_at_least: int, limit: int) -> Sequence[int]:
    """Keys of runs whose tail is large, or began before `since_ms`; oldest first."""
    table = metric_runs.c
    due = (table.tail_since_ms < since_ms) | (table.tail_bytes >= bytes_at_least)
    query = sa.select(table.run_key).where(table.tail_since_ms.is_not(None), due)
    return connection.execute(query.order_by(table.tail_since_ms).limit(limit)).scalars().all()


def settle(connection: sa.Connection, run_key: int, piece: int) -> None:
    """Let the tail be, until another piece comes after this number."""
    table = metric_runs.c
    still = (table.run_key == run_key) & (table.next_piece == piece)
    connection.execute(sa.update(metric_runs).where(still).values(tail_since_ms=None))
