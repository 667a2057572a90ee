"""Credentials of datastores, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "datastores_0002"
down_revision = "mlflow_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; datastores that are there have none."""
    op.add_column("datastores", sa.Column("sealed", sa.LargeBinary()))
