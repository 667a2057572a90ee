"""What a workspace is called and about, and since when an experiment is archived."""

import sqlalchemy as sa
from alembic import op

revision = "workspaces_0001"
down_revision = "environments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("workspaces", sa.Column("description", sa.Text(), nullable=False, server_default=""))
    op.add_column("workspaces", sa.Column("friendly_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("experiments", sa.Column("archived_at_ms", sa.BigInteger()))
