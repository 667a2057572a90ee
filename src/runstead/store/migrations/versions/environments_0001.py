"""Registered environments."""

import sqlalchemy as sa
from alembic import op

revision = "environments_0001"
down_revision = "secrets_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "environments",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_environments_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("workspace_key", "name", "version", name=op.f("pk_environments")),
    )
    op.create_table(
        "environment_labels",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_environment_labels_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("workspace_key", "name", "label", name=op.f("pk_environment_labels")),
    )
