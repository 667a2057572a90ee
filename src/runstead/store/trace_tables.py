"""The tables of traces and of their spans."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, experiments, runs, workspaces

# `holder_key`: the hidden run of the experiment that has the files of its traces. `is_told`: its client told of it, not
# only its spans.
traces = sa.Table(
    "traces",
    METADATA,
    sa.Column("trace_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("experiment_key", sa.ForeignKey(experiments.c.experiment_key), nullable=False),
    sa.Column("holder_key", sa.ForeignKey(runs.c.run_key), nullable=False),
    sa.Column("trace_id", sa.String(64), nullable=False),
    sa.Column("source_run_id", sa.String(255)),
    sa.Column("state", sa.String(32), nullable=False),
    sa.Column("requested_at_ms", sa.BigInteger, nullable=False),
    sa.Column("duration_ms", sa.BigInteger),
    sa.Column("client_request_id", sa.Text, nullable=False),
    sa.Column("request_preview", sa.Text, nullable=False),
    sa.Column("response_preview", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("metadata", sa.JSON, nullable=False),
    sa.Column("assessments", sa.JSON, nullable=False),
    sa.Column("is_told", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("span_count", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("workspace_key", "trace_id"),
    sa.Index(None, "experiment_key", "requested_at_ms"),
    sa.Index(None, "holder_key"),
)

# Times are Unix nanoseconds. `told`: the span as OpenTelemetry's JSON has it.
trace_spans = sa.Table(
    "trace_spans",
    METADATA,
    sa.Column("trace_key", sa.ForeignKey(traces.c.trace_key), primary_key=True),
    sa.Column("span_id", sa.String(16), primary_key=True),
    sa.Column("parent_id", sa.String(64)),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("began_ns", sa.BigInteger, nullable=False),
    sa.Column("ended_ns", sa.BigInteger),
    sa.Column("told", sa.JSON, nullable=False),
)
