"""The tables of what runs read and made: datasets, links to logged models, and logged models themselves."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, experiments, runs, workspaces

run_datasets = sa.Table(
    "run_datasets",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("content_key", sa.String(32), primary_key=True),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.String(255), nullable=False),
    sa.Column("context", sa.Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
)

run_models = sa.Table(
    "run_models",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("model_id", sa.String(64), primary_key=True),
    sa.Column("made", sa.Boolean, primary_key=True),
    sa.Column("step", sa.BigInteger, nullable=False),
)

# `holder_key`: the run that has the files, below `root`; its own, where no run made the model.
logged_models = sa.Table(
    "logged_models",
    METADATA,
    sa.Column("logged_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("experiment_key", sa.ForeignKey(experiments.c.experiment_key), nullable=False),
    sa.Column("model_id", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("model_type", sa.Text, nullable=False),
    sa.Column("status", sa.String(64), nullable=False),
    sa.Column("source_run_id", sa.String(255)),
    sa.Column("holder_key", sa.ForeignKey(runs.c.run_key), nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
    sa.Column("deleted_at_ms", sa.BigInteger),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("metrics", sa.JSON, nullable=False),
    sa.Index(None, "experiment_key", "logged_key"),
    sa.Index(None, "holder_key"),
)
