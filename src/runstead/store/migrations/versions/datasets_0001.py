"""Datasets, their names and versions."""

import sqlalchemy as sa
from alembic import op

revision = "datasets_0001"
down_revision = "workspaces_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "datasets",
        sa.Column("dataset_key", Key, nullable=False, autoincrement=True),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("definition_key", sa.String(length=32), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_datasets_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("dataset_key", name=op.f("pk_datasets")),
        sa.UniqueConstraint("dataset_id", name=op.f("uq_datasets_dataset_id")),
        sa.UniqueConstraint("workspace_key", "definition_key", name=op.f("uq_datasets_workspace_key_definition_key")),
    )
    op.create_table(
        "dataset_versions",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("dataset_key", Key, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_dataset_versions_workspace_key_workspaces")
        ),
        sa.ForeignKeyConstraint(
            ["dataset_key"], ["datasets.dataset_key"], name=op.f("fk_dataset_versions_dataset_key_datasets")
        ),
        sa.PrimaryKeyConstraint("workspace_key", "name", "version", name=op.f("pk_dataset_versions")),
    )
    op.create_index(op.f("ix_dataset_versions_dataset_key"), "dataset_versions", ["dataset_key"])
