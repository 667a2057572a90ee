"""Runs sorted by the newest value of a metric, without reading that of every run."""

import sqlalchemy as sa
from alembic import op

revision = "metrics_0002"
down_revision = "evaluations_0001"
branch_labels = None
depends_on = None

WENT_BACK = sa.text("high_step > last_step")


def upgrade() -> None:
    """Make the indices. On PostgreSQL, whose rows lie as they came, the key leads to the rows of a run instead."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("pk_metric_summaries", "metric_summaries", type_="primary")
        op.create_primary_key("pk_metric_summaries", "metric_summaries", ["run_key", "name_key", "column_key"])
    op.create_index(
        op.f("ix_metric_summaries_name_key_column_key_last"),
        "metric_summaries",
        ["name_key", "column_key", "last"],
        unique=False,
    )
    op.create_index(
        op.f("ix_metric_summaries_gone_back"),
        "metric_summaries",
        ["name_key", "column_key", "run_key", "high_step", "last_step"],
        unique=False,
        sqlite_where=WENT_BACK,
        postgresql_where=WENT_BACK,
    )
