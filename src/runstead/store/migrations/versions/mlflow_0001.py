"""Params of runs, deleted runs, and the newest batches of metrics that came without a journal."""

import sqlalchemy as sa
from alembic import op

revision = "mlflow_0001"
down_revision = "metrics_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    op.add_column("runs", sa.Column("deleted_at_ms", sa.BigInteger()))
    op.create_table(
        "run_params",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_params_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "key", name=op.f("pk_run_params")),
    )
    op.create_index(op.f("ix_run_params_key_value_head_run_key"), "run_params", ["key", "value_head", "run_key"])
    op.create_table(
        "metric_batches",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_metric_batches_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_metric_batches")),
    )
