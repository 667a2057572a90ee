"""Datastores and the files in the server's own ones; every workspace that is there gets its two."""

import sqlalchemy as sa
from alembic import op

revision = "datastores_0001"
down_revision = "models_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# NAME, IS_DEFAULT: of the two datastores that a workspace begins with.
OWN = (("workspaceblobstore", True), ("workspacefilestore", False))


def upgrade() -> None:
    """Make the tables, and fill in what later workspaces get when they are made."""
    made = op.create_table(
        "datastores",
        sa.Column("datastore_key", Key, nullable=False, autoincrement=True),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_datastores_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("datastore_key", name=op.f("pk_datastores")),
        sa.UniqueConstraint("workspace_key", "name", name=op.f("uq_datastores_workspace_key_name")),
    )
    op.create_table(
        "datastore_files",
        sa.Column("datastore_key", Key, nullable=False),
        sa.Column("path_key", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["datastore_key"], ["datastores.datastore_key"], name=op.f("fk_datastore_files_datastore_key_datastores")
        ),
        sa.PrimaryKeyConstraint("datastore_key", "path_key", name=op.f("pk_datastore_files")),
    )
    there = op.get_bind().execute(sa.text("SELECT workspace_key, created_at_ms FROM workspaces")).all()
    rows = [
        {
            "workspace_key": workspace_key,
            "name": name,
            "kind": "own",
            "settings": {},
            "is_default": is_default,
            "created_at_ms": created_at_ms,
        }
        for workspace_key, created_at_ms in there
        for name, is_default in OWN
    ]
    op.bulk_insert(made, rows)
