"""The tables of registered environments."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, workspaces

environments = sa.Table(
    "environments",
    METADATA,
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("definition", sa.Text, nullable=False),  # JSON; as text, for it is shown in the order of its keys
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
)

environment_labels = sa.Table(
    "environment_labels",
    METADATA,
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("label", sa.String(255), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
)
