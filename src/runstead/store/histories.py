"""The newest values of runs: one number per run and series, from the summaries; no point is read."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.records import Cell
from runstead.store.engine import among
from runstead.store.metric_tables import metric_names, metric_series, metric_summaries
from runstead.store.series import hash_of, key_of_hash
from runstead.store.summary_rows import ONLY_FLOATS, exact_value
from runstead.store.tables import runs

SUMMARY = metric_summaries.c
ROWS_AT_ONCE = 10_000  # many at once are quicker than one by one
_NEWEST: sa.Select[Any] = (  # Any: the row of `Newest`, before its value is exact
    sa.select(
        metric_series.c.run_key,
        metric_names.c.name,
        SUMMARY.last,
        SUMMARY.last_us,
        SUMMARY.last_step,
        SUMMARY.high_step,
        SUMMARY.mask,
        SUMMARY.exact,
    )
    .select_from(metric_series)
    .join(metric_names, metric_names.c.name_key == metric_series.c.name_key)
    .join(
        metric_summaries,
        (SUMMARY.name_key == metric_series.c.name_key)
        & (SUMMARY.run_key == metric_series.c.run_key)
        & (SUMMARY.column_key == key_of_hash(hash_of(""))),
    )
    .where(among(metric_series.c.run_key, "run_keys"), SUMMARY.last_us.is_not(None))
    .order_by(metric_series.c.series_key)
)

_GONE_BACK = (
    sa.select(SUMMARY.run_key)
    .join(runs, runs.c.run_key == SUMMARY.run_key)
    .where(
        SUMMARY.name_key == key_of_hash(sa.bindparam("name_hash")),
        SUMMARY.column_key == key_of_hash(hash_of("")),
        SUMMARY.high_step > SUMMARY.last_step,
        runs.c.workspace_key == sa.bindparam("workspace_key"),
    )
    .order_by(SUMMARY.run_key.desc())
    .limit(sa.bindparam("at_most"))
)


class Newest(NamedTuple):
    """What was logged last to a series, and the highest step that ever was; steps are None where none was given."""

    run_key: int
    name: str
    value: Cell
    time_us: int
    step: int | None
    high_step: int | None


def gone_back(connection: sa.Connection, workspace_key: int, name: str, *, at_most: int) -> list[int]:
    """The newest runs in which what this series logged last is not of its highest step."""
    asked = {"name_hash": hash_of(name), "workspace_key": workspace_key, "at_most": at_most}
    return list(connection.execute(_GONE_BACK, asked).scalars())


def newest(connection: sa.Connection, run_keys: Sequence[int], name: str | None = None) -> Iterator[Newest]:
    """Of every series (or the one of this name) that holds plain values, run by run in the order in which they came."""
    if not run_keys:
        return
    query = _NEWEST if name is None else _NEWEST.where(metric_names.c.name == name)
    for rows in connection.execute(query, {"run_keys": run_keys}).partitions(ROWS_AT_ONCE):
        for key, name, last, us, step, high, mask, exact in rows:
            value = last if exact is None and mask == ONLY_FLOATS else exact_value(exact, "last", last, mask)
            yield Newest(key, name, value, us, step, high)
