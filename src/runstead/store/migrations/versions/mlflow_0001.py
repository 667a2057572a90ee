"""What MLflow's clients keep: params, deleted runs, inputs, logged models, aliases and stages of registered models."""

import sqlalchemy as sa
from alembic import op

revision = "mlflow_0001"
down_revision = "datasets_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and the column."""
    op.add_column("runs", sa.Column("deleted_at_ms", sa.BigInteger()))
    _make_run_params()
    _make_metric_batches()
    _make_run_datasets()
    _make_run_models()
    _make_logged_models()
    _make_registered_models()
    _make_model_stages()


def _make_run_params() -> None:
    op.create_table(
        "run_params",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_params_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "key", name=op.f("pk_run_params")),
    )
    op.create_index(
        op.f("ix_run_params_key_value_head_run_key"), "run_params", ["key", "value_head", "run_key"], unique=False
    )


def _make_metric_batches() -> None:
    op.create_table(
        "metric_batches",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_metric_batches_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_metric_batches")),
    )


def _make_run_datasets() -> None:
    op.create_table(
        "run_datasets",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("content_key", sa.String(length=32), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_datasets_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "content_key", name=op.f("pk_run_datasets")),
    )


def _make_run_models() -> None:
    op.create_table(
        "run_models",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_models_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "model_id", "made", name=op.f("pk_run_models")),
    )


def _make_logged_models() -> None:
    op.create_table(
        "logged_models",
        sa.Column("logged_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("experiment_key", Key, nullable=False),
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("model_type", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("source_run_id", sa.String(length=255), nullable=True),
        sa.Column("holder_key", Key, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_key"], ["experiments.experiment_key"], name=op.f("fk_logged_models_experiment_key_experiments")
        ),
        sa.ForeignKeyConstraint(["holder_key"], ["runs.run_key"], name=op.f("fk_logged_models_holder_key_runs")),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_logged_models_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("logged_key", name=op.f("pk_logged_models")),
        sa.UniqueConstraint("model_id", name=op.f("uq_logged_models_model_id")),
    )
    op.create_index(
        op.f("ix_logged_models_experiment_key_logged_key"),
        "logged_models",
        ["experiment_key", "logged_key"],
        unique=False,
    )
    op.create_index(op.f("ix_logged_models_holder_key"), "logged_models", ["holder_key"], unique=False)


def _make_registered_models() -> None:
    op.create_table(
        "registered_models",
        sa.Column("registered_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_registered_models_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("registered_key", name=op.f("pk_registered_models")),
        sa.UniqueConstraint("workspace_key", "name", name=op.f("uq_registered_models_workspace_key_name")),
    )


def _make_model_stages() -> None:
    op.create_table(
        "model_stages",
        sa.Column("model_key", Key, nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_link", sa.Text(), nullable=False),
        sa.Column("logged_model_id", sa.String(length=64), nullable=True),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["model_key"], ["models.model_key"], name=op.f("fk_model_stages_model_key_models")),
        sa.PrimaryKeyConstraint("model_key", name=op.f("pk_model_stages")),
    )
