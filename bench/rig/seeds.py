"""Many runs with many series, quickly: one run through the services, and the others as copies of its rows.

What is made is what the services would have made of two points per series, `low + 1` and then `low` (see `low_of`), not
compacted; `runstead verify` finds nothing wrong with it. Only the change feed does not know of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from bench.rig import stores
from runstead.domain.records import Kind
from runstead.domain.runs import RunDraft
from runstead.service import metrics, runs
from runstead.service.unit import Unit
from runstead.store.metric_tables import (
    metric_names,
    metric_numbers,
    metric_runs,
    metric_series,
    metric_summaries,
    metric_tails,
    metric_writers,
)
from runstead.store.records import SLOT, slot_checksums
from runstead.store.summaries import SCALE
from runstead.store.tables import runs as run_rows

POINTS = 2
RUNS_AT_ONCE, NAMES_AT_ONCE = 500, 25
FACTORS, MODULUS = (7919, 104_729), 10_007


def seed(unit: Unit, *, run_count: int, series_count: int, experiment: str = "bench") -> None:
    """Fill an empty store: runs `run-0` … with series `m1` …, and a tag `team` with seven values."""
    for start in range(0, run_count, RUNS_AT_ONCE):
        numbers = range(start, min(start + RUNS_AT_ONCE, run_count))
        drafts = [RunDraft(f"run-{n}", experiment, tags={"team": f"t{n % 7}"}) for n in numbers]
        runs.create_many(unit, "default", drafts)
    names = [f"m{j}" for j in range(1, series_count + 1)]
    model = stores.a_run(unit, "run-0", names)
    with unit.read() as connection:
        found = connection.execute(sa.select(metric_names.c.name, metric_names.c.name_key))
        name_keys = {name: int(key) for name, key in found}
        rows = sa.select(run_rows.c.run_key, run_rows.c.run_id).order_by(run_rows.c.run_key)
        keys = {int(key): run_id for key, run_id in connection.execute(rows)}
    series_keys = np.array([name_keys[name] for name in names])
    first = next(iter(keys))
    metrics.ingest(unit, "default", "run-0", stores.WRITER, model, _points(first, series_keys))
    others = [key for key in keys if key != first]
    for start in range(0, len(others), RUNS_AT_ONCE):
        _copy_series(unit, first, others[start : start + RUNS_AT_ONCE])
        _add_tails(unit, {key: keys[key] for key in others[start : start + RUNS_AT_ONCE]}, names, series_keys)
    if not unit.database.is_shared:
        for start in range(0, series_count, NAMES_AT_ONCE):
            _copy_summaries(
                unit, first, metric_summaries.c.name_key.in_(series_keys[start : start + NAMES_AT_ONCE].tolist())
            )
    else:
        for start in range(0, len(others), RUNS_AT_ONCE):
            _copy_summaries(unit, first, run_rows.c.run_key.in_(others[start : start + RUNS_AT_ONCE]))
        with unit.write() as tx:
            tx.connection.execute(sa.text("ANALYZE"))  # as PostgreSQL does by itself within some minutes


def low_of(run_key: int, name_keys: NDArray[np.int64]) -> NDArray[np.float64]:
    """The least value of each of these series in a run."""
    return (run_key * FACTORS[0] + name_keys * FACTORS[1]) % MODULUS / float(MODULUS)


def _points(run_key: int, name_keys: NDArray[np.int64]) -> bytes:
    lows = low_of(run_key, name_keys)
    slots = np.zeros(POINTS * lows.size, SLOT)
    slots["head"] = np.tile(np.arange(1, lows.size + 1), POINTS) << 8 | Kind.FLOAT
    slots["step"] = np.repeat(np.arange(POINTS), lows.size)
    slots["time_us"] = stores.FIRST_US + 1 + slots["step"]
    slots["bits"] = np.concatenate([lows + 1, lows]).view(np.int64)
    slots["crc"] = slot_checksums(slots)
    return slots.tobytes()


def _copy_series(unit: Unit, first: int, run_keys: Sequence[int]) -> None:
    """Writers, series and what the writers' numbers stand for."""
    of_first = metric_series.c.run_key == first
    model = sa.select(metric_series.c.name_key, metric_numbers.c.number, metric_numbers.c.columns)
    numbers = model.join(metric_numbers, metric_numbers.c.series_key == metric_series.c.series_key).where(of_first)
    named = numbers.subquery()
    pairs = metric_writers.join(metric_series, metric_series.c.run_key == metric_writers.c.run_key)
    with unit.write() as tx:
        for table in (metric_runs, metric_writers, metric_series):
            _copy(tx.connection, table, first, run_keys)
        found = (
            sa.select(metric_writers.c.writer_key, named.c.number, metric_series.c.series_key, named.c.columns)
            .select_from(pairs.join(named, named.c.name_key == metric_series.c.name_key))
            .where(metric_writers.c.run_key.in_(run_keys))
            .order_by(metric_writers.c.writer_key, named.c.number)
        )
        tx.connection.execute(sa.insert(metric_numbers).from_select([c.name for c in metric_numbers.c], found))


def _copy(connection: sa.Connection, table: sa.Table, first: int, run_keys: Sequence[int]) -> None:
    own = [c for c in table.c if c.name != "run_key" and c.autoincrement is not True]
    rows = sa.select(run_rows.c.run_key, *own).select_from(table.join(run_rows, sa.true()))
    rows = rows.where(table.c.run_key == first, run_rows.c.run_key.in_(run_keys)).order_by(run_rows.c.run_key)
    connection.execute(sa.insert(table).from_select(["run_key", *(c.name for c in own)], rows))


def _add_tails(unit: Unit, run_ids: Mapping[int, str], names: Sequence[str], name_keys: NDArray[np.int64]) -> None:
    """Each run's journal, as its writer would have sent it in one piece."""
    bodies = {key: stores.head_of(run_id, names) + _points(key, name_keys) for key, run_id in run_ids.items()}
    sizes = [{"its_run": key, "bytes": len(body)} for key, body in bodies.items()]
    its_run, size = sa.bindparam("its_run"), sa.bindparam("bytes")
    with unit.write() as tx:
        found = sa.select(metric_writers.c.run_key, metric_writers.c.writer_key)
        writers = {int(run): int(writer) for run, writer in tx.connection.execute(found)}
        rows = [{"run_key": k, "piece": 1, "writer_key": writers[k], "body": body} for k, body in bodies.items()]
        tx.connection.execute(sa.insert(metric_tails), rows)
        moved = sa.update(metric_writers).where(metric_writers.c.run_key == its_run).values(offset_bytes=size)
        tx.connection.execute(moved, sizes)
        grown = sa.update(metric_runs).where(metric_runs.c.run_key == its_run).values(tail_bytes=size)
        tx.connection.execute(grown, sizes)


def _copy_summaries(unit: Unit, first: int, wanted: sa.ColumnElement[bool]) -> None:
    """SQLite keeps the table sorted by name: filled so, it is quick. PostgreSQL keeps rows as they come: run by run."""
    table = metric_summaries
    number = run_rows.c.run_key * FACTORS[0] + table.c.name_key * FACTORS[1]
    low = sa.cast(number % MODULUS, sa.Double) / sa.literal(float(MODULUS), sa.Double)
    one = sa.literal(1.0, sa.Double)
    both = (low + one) + low
    computed = {
        "run_key": run_rows.c.run_key,
        "total": both * sa.literal(SCALE, sa.Double),
        "mean": both / sa.literal(2.0, sa.Double),
        "first": low + one,
        "last": low,
        "min": low,
        "max": low + one,
    }
    rows = (
        sa.select(*(computed.get(c.name, c) for c in table.c))
        .select_from(table.join(run_rows, sa.true()))
        .where(table.c.run_key == first, run_rows.c.run_key != first, wanted)
        .order_by(*((run_rows.c.run_key,) if unit.database.is_shared else ()), table.c.name_key, run_rows.c.run_key)
    )
    with unit.write() as tx:
        tx.connection.execute(sa.insert(table).from_select([c.name for c in table.c], rows))
