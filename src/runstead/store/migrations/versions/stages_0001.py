"""Stages of runs, and how a job's environment was prepared."""

import sqlalchemy as sa
from alembic import op

revision = "stages_0001"
down_revision = "views_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "run_stages",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("began_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_stages_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "name", name=op.f("pk_run_stages")),
    )
    op.add_column("jobs", sa.Column("preparation", sa.JSON()))
