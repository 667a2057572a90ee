"""Secrets."""

import sqlalchemy as sa
from alembic import op

revision = "secrets_0001"
down_revision = "datastores_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "secrets",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=127), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_secrets_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("workspace_key", "name", name=op.f("pk_secrets")),
    )
