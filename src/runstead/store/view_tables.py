"""The table of saved views."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, experiments, workspaces

views = sa.Table(
    "views",
    METADATA,
    sa.Column("view_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("experiment_key", Key, sa.ForeignKey(experiments.c.experiment_key)),
    sa.Column("view_id", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("search", sa.Text, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    sa.Index(None, "workspace_key", "experiment_key", "name"),
)
