"""Spans of traces."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from runstead.domain.trace_spans import Span
from runstead.store.engine import upsert
from runstead.store.trace_tables import trace_spans, traces

TABLE = trace_spans.c


def keep(connection: sa.Connection, trace_key: int, spans: Sequence[Span]) -> None:
    """Keep some; one that was told before is replaced."""
    rows = [
        {
            "trace_key": trace_key,
            "span_id": one.span_id,
            "parent_id": one.parent_id,
            "name": one.name,
            "began_ns": one.began_ns,
            "ended_ns": one.ended_ns,
            "told": one.told,
        }
        for one in spans
    ]
    changed = ("parent_id", "name", "began_ns", "ended_ns", "told")
    upsert(connection, trace_spans, rows, keys=("trace_key", "span_id"), update=changed)


def count(connection: sa.Connection, trace_key: int) -> int:
    """How many a trace has."""
    query = sa.select(sa.func.count()).select_from(trace_spans).where(TABLE.trace_key == trace_key)
    return connection.execute(query).scalar_one()


def of_traces(connection: sa.Connection, trace_keys: Sequence[int]) -> Mapping[int, list[Span]]:
    """Those of some traces by their keys: the root first, then by time."""
    query = (
        sa.select(trace_spans, traces.c.trace_id)
        .join(traces, traces.c.trace_key == TABLE.trace_key)
        .where(TABLE.trace_key.in_(trace_keys))
        .order_by(TABLE.parent_id.is_not(None), TABLE.began_ns, TABLE.span_id)
    )
    found: dict[int, list[Span]] = {key: [] for key in trace_keys}
    for row in connection.execute(query).mappings():
        found[row["trace_key"]].append(
            Span(
                trace_id=row["trace_id"],
                span_id=row["span_id"],
                parent_id=row["parent_id"],
                name=row["name"],
                began_ns=row["began_ns"],
                ended_ns=row["ended_ns"],
                told=row["told"],
            )
        )
    return found


def delete(connection: sa.Connection, trace_key: int) -> None:
    """Forget those of a trace."""
    connection.execute(sa.delete(trace_spans).where(TABLE.trace_key == trace_key))
