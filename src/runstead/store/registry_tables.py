"""The tables of what MLflow's registry knows beyond models: names with aliases, and stages of versions."""

import sqlalchemy as sa

from runstead.store.model_tables import models
from runstead.store.tables import METADATA, Key, workspaces

registered_models = sa.Table(
    "registered_models",
    METADATA,
    sa.Column("registered_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("workspace_key", "name"),
)

model_stages = sa.Table(
    "model_stages",
    METADATA,
    sa.Column("model_key", sa.ForeignKey(models.c.model_key), primary_key=True),
    sa.Column("stage", sa.String(32), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("run_link", sa.Text, nullable=False),
    sa.Column("logged_model_id", sa.String(64)),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
)
