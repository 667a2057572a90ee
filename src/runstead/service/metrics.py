"""Metrics come in: pieces of journals, stored once whatever is sent again, with summaries in the same transaction."""

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from runstead.domain.errors import Conflict, InvalidArgument, TooLarge
from runstead.domain.limits import Limits
from runstead.domain.records import Kind, Opening, encode_float, encode_opening, encode_series, head_of
from runstead.domain.records import Series as Declaration
from runstead.domain.runs import RunRef
from runstead.service import feed, series
from runstead.service.runs import located
from runstead.service.series import NOTHING, Declarations, Touched
from runstead.service.unit import Tx, Unit
from runstead.store import runs, tails
from runstead.store import series as series_rows
from runstead.store.points import Declared, split
from runstead.store.records import Records, check, records_after, records_of

# Writes what comes without a journal, run by run; no journal has such an id.
OWN_WRITER = "server"
WRITER = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Point(NamedTuple):
    """One value that came without a journal."""

    name: str
    value: float
    time_ms: int
    step: int


class Held(NamedTuple):
    """A run whose metrics this transaction has for itself, and how far one of its writers is stored."""

    run: RunRef
    lock: tails.Lock
    writer: tails.Writer | None

    @property
    def offset(self) -> int:
        """Where the next piece begins."""
        return 0 if self.writer is None else self.writer.offset


class Arrival(NamedTuple):
    """A checked piece of a writer's journal, from byte `offset` on."""

    run_id: str
    writer: str
    offset: int
    records: Records

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.offset + len(self.records.body)


def ingest(
    unit: Unit, workspace: str, run_id: str, writer: str, offset: int, body: bytes, *, crc32: int | None = None
) -> int:
    """Store a piece of a journal; returns the offset up to which the writer's journal is stored.

    What is stored already is skipped, so a repeat changes nothing. Raises Conflict with the server's `offset` where the
    piece begins beyond it, InvalidArgument where the bytes are no whole, sound records; nothing of them is then kept.
    """
    arrival = Arrival(run_id, writer, offset, _checked(unit.settings.limits, writer, offset, body, crc32))

    def store(tx: Tx) -> int:
        held = _hold(tx, located(tx.connection, workspace, run_id), writer)
        return _store(tx, held, arrival, unit.settings.limits)

    return unit.write_together(store)


def offset_of(unit: Unit, workspace: str, run_id: str, writer: str) -> int:
    """The offset up to which a writer's journal is stored; 0 for an unknown writer."""
    with unit.read() as connection:
        run = located(connection, workspace, run_id)
        mine = tails.writer(connection, run.key, writer)
    return 0 if mine is None else mine.offset


def append(tx: Tx, workspace: str, run: RunRef, points: Sequence[Point], limits: Limits) -> None:
    """Log points that came without a journal: as a journal of the server's own, so that they are kept like all others.

    Nothing tells a repeat here: the caller does (service/batches.py).
    """
    connection = tx.connection
    held = _hold(tx, run, OWN_WRITER)
    mine = held.writer
    cleaned = {name: series_rows.clean(name) for name in {point.name for point in points}}
    names = set(cleaned.values())
    known = {} if mine is None else series_rows.numbers_by_name(connection, run.key, mine.key, names)
    pieces = []
    if mine is None:
        pieces.append(encode_opening(Opening(run.run_id, OWN_WRITER, workspace, tx.at_ms * 1000)))
    fresh = sorted(names - known.keys())
    first = 1 + (0 if mine is None or not fresh else series_rows.highest_number(connection, mine.key))
    numbers = {name: one.number for name, one in known.items()} | {name: n for n, name in enumerate(fresh, first)}
    pieces += [encode_series(numbers[name], tx.at_ms * 1000, Declaration(name, "scalar")) for name in fresh]
    heads = {told: head_of(Kind.FLOAT, numbers[name]) for told, name in cleaned.items()}
    pieces += [encode_float(heads[p.name], p.time_ms * 1000, p.step, p.value) for p in points]
    arrival = Arrival(run.run_id, OWN_WRITER, held.offset, records_of(b"".join(pieces)))
    there = Declarations(
        {one.number: Declared(one.series.key, ("",)) for one in known.values()},
        {one.series.key: one.series for one in known.values()},
        0,
    )
    _store(tx, held, arrival, limits, there)


def _hold(tx: Tx, run: RunRef, writer: str) -> Held:
    lock = tails.lock(tx.connection, run.key)
    return Held(run, lock, tails.writer(tx.connection, run.key, writer))


def _checked(limits: Limits, writer: str, offset: int, body: bytes, crc32: int | None) -> Records:
    if not WRITER.fullmatch(writer):
        raise InvalidArgument(f"{writer!r} is no writer id; it is 1 to 64 letters, digits, - and _")
    if not 0 <= offset < 1 << 62:
        raise InvalidArgument(f"{offset} is no offset in a journal")
    if len(body) > limits.ingest_bytes:
        raise TooLarge(f"a piece of {len(body)} bytes is too large; send at most {limits.ingest_bytes} at a time")
    if crc32 is not None and zlib.crc32(body) != crc32:
        raise InvalidArgument(f"the {len(body)} bytes that came have another checksum than was told; send them again")
    records = records_of(body)
    check(records)
    return records


def _store(tx: Tx, held: Held, arrival: Arrival, limits: Limits, there: Declarations = NOTHING) -> int:
    """`there`: what is known already of the numbers that the piece uses and does not declare."""
    connection, (run, lock, writer) = tx.connection, held
    if arrival.offset > held.offset:
        raise Conflict(
            f"writer {arrival.writer} of run {arrival.run_id} is stored up to byte {held.offset}, and the piece begins "
            f"at byte {arrival.offset}; send from {held.offset} on",
            offset=held.offset,
        )
    if arrival.end <= held.offset:
        return held.offset
    records = records_after(arrival.records, held.offset - arrival.offset)
    writer = writer or tails.new_writer(connection, run.key, arrival.writer)
    found = series.declared_in(records, run_id=arrival.run_id, writer=arrival.writer)
    declared = series.declare(connection, run.key, writer.key, records, found, limits)
    used = np.unique(records.numbers[records.kinds < Kind.OPEN]).tolist()
    numbers = there.numbers | declared.numbers
    numbers |= series_rows.numbered(connection, writer.key, [number for number in used if number not in numbers])
    touched = series.summarise(connection, run.key, split(records, numbers), there.series | declared.series)
    tails.append(connection, run.key, tails.Piece(lock.piece, writer.key, records.body))
    tails.move(connection, writer.key, arrival.end)
    count = lock.series_count + declared.fresh
    if count > limits.series_per_run:
        raise TooLarge(f"run {arrival.run_id} has {count} series; at most {limits.series_per_run} are taken")
    warned = _warn(tx, run, lock.warned, _passed(limits, count, touched))
    tails.update(
        connection,
        run.key,
        tail_bytes=lock.tail_bytes + len(records.body),
        tail_since_ms=tx.at_ms if lock.tail_since_ms is None else lock.tail_since_ms,
        series_count=count,
        warned=warned,
    )
    feed.publish(tx, "metrics", run)
    return arrival.end


def _passed(limits: Limits, series_count: int, touched: Sequence[Touched]) -> dict[int, str]:
    """Warnings that are due, by the bit that remembers each."""
    told = {}
    if series_count > limits.usual_series_per_run:
        told[1] = f"more than {limits.usual_series_per_run} metrics were logged; all are kept, but pages will be slow"
    for one, points in touched:
        if points > limits.usual_points_per_series:
            told[2] = f"metric {one.name!r} has more than {limits.usual_points_per_series} points; all are kept"
        if len(one.columns) > limits.usual_columns_per_series:
            told[4] = f"metric {one.name!r} has more than {limits.usual_columns_per_series} columns; all are kept"
    return told


def _warn(tx: Tx, run: RunRef, warned: int, told: Mapping[int, str]) -> int:
    """Put into the run's warnings what it was not yet told; returns what it has been told by then."""
    fresh = {bit: text for bit, text in told.items() if not warned & bit}
    if fresh:
        runs.warn(tx.connection, run.key, [{"source": "metrics", "message": text} for text in fresh.values()])
        feed.publish(tx, "run", run)
    return warned | sum(fresh)
