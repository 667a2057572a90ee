"""Saved views of run tables."""

import sqlalchemy as sa
from alembic import op

revision = "views_0001"
down_revision = "datastores_0002"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "views",
        sa.Column("view_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("experiment_key", Key, nullable=True),
        sa.Column("view_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_key"], ["experiments.experiment_key"], name=op.f("fk_views_experiment_key_experiments")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_views_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("view_key", name=op.f("pk_views")),
        sa.UniqueConstraint("view_id", name=op.f("uq_views_view_id")),
    )
    op.create_index(
        op.f("ix_views_workspace_key_experiment_key_name"),
        "views",
        ["workspace_key", "experiment_key", "name"],
        unique=False,
    )
