"""The tables of datastores and of the files in the server's own ones."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, workspaces

datastores = sa.Table(
    "datastores",
    METADATA,
    sa.Column("datastore_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("sealed", sa.LargeBinary),  # credentials, readable with a key that is not in the database
    sa.UniqueConstraint("workspace_key", "name"),
)

datastore_files = sa.Table(
    "datastore_files",
    METADATA,
    sa.Column("datastore_key", sa.ForeignKey(datastores.c.datastore_key), primary_key=True),
    sa.Column("path_key", sa.String(32), primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
)
