"""The table of secrets: values are sealed before they come here."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, workspaces

secrets = sa.Table(
    "secrets",
    METADATA,
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), primary_key=True),
    sa.Column("name", sa.String(127), primary_key=True),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
)
