"""Snapshots and jobs."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0001"
down_revision = "core_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "snapshots",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("snapshot_id", sa.String(length=36), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_count", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_snapshots_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("workspace_key", "snapshot_id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "jobs",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("native_id", sa.Text()),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_jobs_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_phase_run_key"), "jobs", ["phase", "run_key"])
