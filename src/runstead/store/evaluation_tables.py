"""The tables of evaluation datasets, their records, and scorers."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, experiments, workspaces

evaluation_datasets = sa.Table(
    "evaluation_datasets",
    METADATA,
    sa.Column("evaluation_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("dataset_id", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("experiment_ids", sa.JSON, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("schema", sa.JSON, nullable=False),
    sa.Column("record_count", sa.BigInteger, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text),
    sa.Column("updated_by", sa.Text),
    sa.Index(None, "workspace_key"),
)

# `input_key`: a hash of the inputs.
evaluation_records = sa.Table(
    "evaluation_records",
    METADATA,
    sa.Column("record_key", Key, primary_key=True, autoincrement=True),
    sa.Column("evaluation_key", sa.ForeignKey(evaluation_datasets.c.evaluation_key), nullable=False),
    sa.Column("input_key", sa.String(32), nullable=False),
    sa.Column("record_id", sa.String(64), nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
    sa.Column("outputs", sa.JSON, nullable=False),
    sa.Column("expectations", sa.JSON, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("source", sa.JSON, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.Column("created_by", sa.Text),
    sa.Column("updated_by", sa.Text),
    sa.UniqueConstraint("evaluation_key", "input_key"),
)

scorers = sa.Table(
    "scorers",
    METADATA,
    sa.Column("scorer_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("experiment_key", sa.ForeignKey(experiments.c.experiment_key), nullable=False),
    sa.Column("scorer_id", sa.String(64), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("experiment_key", "name", "version"),
)
