"""Traces, as MLflow's clients tell them."""

import sqlalchemy as sa
from alembic import op

revision = "traces_0001"
down_revision = "stages_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "traces",
        sa.Column("trace_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("experiment_key", Key, nullable=False),
        sa.Column("holder_key", Key, nullable=False),
        sa.Column("trace_id", sa.String(length=64), nullable=False),
        sa.Column("source_run_id", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("requested_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("client_request_id", sa.Text(), nullable=False),
        sa.Column("request_preview", sa.Text(), nullable=False),
        sa.Column("response_preview", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("assessments", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_key"], ["experiments.experiment_key"], name=op.f("fk_traces_experiment_key_experiments")
        ),
        sa.ForeignKeyConstraint(["holder_key"], ["runs.run_key"], name=op.f("fk_traces_holder_key_runs")),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_traces_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("trace_key", name=op.f("pk_traces")),
        sa.UniqueConstraint("workspace_key", "trace_id", name=op.f("uq_traces_workspace_key_trace_id")),
    )
    op.create_index(
        op.f("ix_traces_experiment_key_requested_at_ms"), "traces", ["experiment_key", "requested_at_ms"], unique=False
    )
    op.create_index(op.f("ix_traces_holder_key"), "traces", ["holder_key"], unique=False)
