"""Registered models."""

import sqlalchemy as sa
from alembic import op

revision = "models_0001"
down_revision = "metrics_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "models",
        sa.Column("model_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("framework_version", sa.Text()),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("run_id", sa.String(length=255)),
        sa.Column("experiment", sa.String(length=255)),
        sa.Column("datasets", sa.JSON(), nullable=False),
        sa.Column("sample_input_id", sa.Text()),
        sa.Column("sample_output_id", sa.Text()),
        sa.Column("resource", sa.JSON()),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("file_count", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_models_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("model_key", name=op.f("pk_models")),
        sa.UniqueConstraint("workspace_key", "name", "version", name=op.f("uq_models_workspace_key_name_version")),
    )
    op.create_index(op.f("ix_models_workspace_key_run_id"), "models", ["workspace_key", "run_id"])
    op.create_table(
        "model_files",
        sa.Column("model_key", Key, nullable=False),
        sa.Column("path_key", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["model_key"], ["models.model_key"], name=op.f("fk_model_files_model_key_models")),
        sa.PrimaryKeyConstraint("model_key", "path_key", name=op.f("pk_model_files")),
    )
