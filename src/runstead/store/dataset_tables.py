"""The tables of datasets: definitions that were saved, and the names and versions they are registered under."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, workspaces

datasets = sa.Table(
    "datasets",
    METADATA,
    sa.Column("dataset_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("dataset_id", sa.String(64), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("definition_key", sa.String(32), nullable=False),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("workspace_key", "definition_key"),
)

dataset_versions = sa.Table(
    "dataset_versions",
    METADATA,
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("dataset_key", sa.ForeignKey(datasets.c.dataset_key), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Index(None, "dataset_key"),
)
