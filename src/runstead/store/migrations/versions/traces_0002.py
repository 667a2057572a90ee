"""Spans of traces, as OpenTelemetry tells them."""

import sqlalchemy as sa
from alembic import op

revision = "traces_0002"
down_revision = "environments_0002"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; traces that are there were told by their clients, and have no spans in it."""
    op.add_column("traces", sa.Column("is_told", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("traces", sa.Column("span_count", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "trace_spans",
        sa.Column("trace_key", Key, nullable=False),
        sa.Column("span_id", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("began_ns", sa.BigInteger(), nullable=False),
        sa.Column("ended_ns", sa.BigInteger(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["trace_key"], ["traces.trace_key"], name=op.f("fk_trace_spans_trace_key_traces")),
        sa.PrimaryKeyConstraint("trace_key", "span_id", name=op.f("pk_trace_spans")),
    )
