"""The table of traces."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, experiments, runs, workspaces

# `holder_key`: the hidden run of the experiment that has the files of its traces.
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
    sa.UniqueConstraint("workspace_key", "trace_id"),
    sa.Index(None, "experiment_key", "requested_at_ms"),
    sa.Index(None, "holder_key"),
)
