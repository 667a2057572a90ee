"""Traces of a workspace, by id and by experiment."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.traces import Trace
from runstead.store import trace_spans
from runstead.store.engine import insert_if_absent
from runstead.store.tables import experiments, runs
from runstead.store.trace_tables import traces

TABLE = traces.c
_ALL = (
    sa.select(traces, experiments.c.experiment_id, runs.c.run_id.label("holder_id"))
    .join(experiments, experiments.c.experiment_key == TABLE.experiment_key)
    .join(runs, runs.c.run_key == TABLE.holder_key)
)


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep one unless its id is taken; `values` by column name."""
    insert_if_absent(connection, traces, [values])


def find(connection: sa.Connection, workspace_key: int, trace_id: str, *, for_update: bool = False) -> Trace | None:
    """The one of this id."""
    query = _ALL.where(TABLE.workspace_key == workspace_key, TABLE.trace_id == trace_id)
    row = connection.execute(query.with_for_update(of=traces) if for_update else query).mappings().first()
    return None if row is None else _trace(row)


def listed(connection: sa.Connection, workspace_key: int, experiment_ids: Sequence[str]) -> Iterator[Trace]:
    """Those of these experiments, newest first, one by one."""
    mine = (TABLE.workspace_key == workspace_key) & experiments.c.experiment_id.in_(experiment_ids)
    query = _ALL.where(mine).order_by(TABLE.requested_at_ms.desc(), TABLE.trace_key.desc())
    for row in connection.execution_options(stream_results=True).execute(query).mappings():
        yield _trace(row)


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one; `values` by column name."""
    connection.execute(sa.update(traces).where(TABLE.trace_key == key).values(**values))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget one, and its spans."""
    trace_spans.delete(connection, key)
    connection.execute(sa.delete(traces).where(TABLE.trace_key == key))


def _trace(row: sa.RowMapping) -> Trace:
    return Trace(
        key=row["trace_key"],
        trace_id=row["trace_id"],
        experiment_id=row["experiment_id"],
        holder_id=row["holder_id"],
        source_run_id=row["source_run_id"],
        state=row["state"],
        requested_at_ms=row["requested_at_ms"],
        duration_ms=row["duration_ms"],
        client_request_id=row["client_request_id"],
        request_preview=row["request_preview"],
        response_preview=row["response_preview"],
        tags=row["tags"],
        metadata=row["metadata"],
        assessments=tuple(row["assessments"]),
        is_told=row["is_told"],
        span_count=row["span_count"],
    )
