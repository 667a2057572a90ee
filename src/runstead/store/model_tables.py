"""The tables of registered models."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, workspaces

models = sa.Table(
    "models",
    METADATA,
    sa.Column("model_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("asset_id", sa.String(64), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("framework", sa.Text, nullable=False),
    sa.Column("framework_version", sa.Text),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("properties", sa.JSON, nullable=False),
    sa.Column("run_id", sa.String(255)),
    sa.Column("experiment", sa.String(255)),
    sa.Column("datasets", sa.JSON, nullable=False),
    sa.Column("sample_input_id", sa.Text),
    sa.Column("sample_output_id", sa.Text),
    sa.Column("resource", sa.JSON(none_as_null=True)),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("file_count", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("workspace_key", "name", "version"),
    sa.Index(None, "workspace_key", "run_id"),
)

model_files = sa.Table(
    "model_files",
    METADATA,
    sa.Column("model_key", sa.ForeignKey(models.c.model_key), primary_key=True),
    sa.Column("path_key", sa.String(32), primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)
