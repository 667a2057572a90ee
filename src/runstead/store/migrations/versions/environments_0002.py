"""Which version of its environment a run used."""

import sqlalchemy as sa
from alembic import op

revision = "environments_0002"
down_revision = "traces_0001"
branch_labels = None
depends_on = None

runs = sa.table("runs", sa.column("definition", sa.JSON), sa.column("environment_version", sa.Text))


def upgrade() -> None:
    """Make the column; runs that were submitted say it in their definition."""
    op.add_column("runs", sa.Column("environment_version", sa.Text()))
    told = runs.c.definition[("environment", "version")].as_string()
    op.execute(sa.update(runs).where(told.is_not(None)).values(environment_version=told))
