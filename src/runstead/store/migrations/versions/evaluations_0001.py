"""Evaluation datasets with their records, and scorers."""

import sqlalchemy as sa
from alembic import op

revision = "evaluations_0001"
down_revision = "traces_0002"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_datasets()
    _make_records()
    _make_scorers()


def _make_datasets() -> None:
    op.create_table(
        "evaluation_datasets",
        sa.Column("evaluation_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("dataset_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("experiment_ids", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("schema", sa.JSON(), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_key"],
            ["workspaces.workspace_key"],
            name=op.f("fk_evaluation_datasets_workspace_key_workspaces"),
        ),
        sa.PrimaryKeyConstraint("evaluation_key", name=op.f("pk_evaluation_datasets")),
        sa.UniqueConstraint("dataset_id", name=op.f("uq_evaluation_datasets_dataset_id")),
    )
    op.create_index(op.f("ix_evaluation_datasets_workspace_key"), "evaluation_datasets", ["workspace_key"])


def _make_records() -> None:
    op.create_table(
        "evaluation_records",
        sa.Column("record_key", Key, autoincrement=True, nullable=False),
        sa.Column("evaluation_key", Key, nullable=False),
        sa.Column("input_key", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("outputs", sa.JSON(), nullable=False),
        sa.Column("expectations", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["evaluation_key"],
            ["evaluation_datasets.evaluation_key"],
            name=op.f("fk_evaluation_records_evaluation_key_evaluation_datasets"),
        ),
        sa.PrimaryKeyConstraint("record_key", name=op.f("pk_evaluation_records")),
        sa.UniqueConstraint("evaluation_key", "input_key", name=op.f("uq_evaluation_records_evaluation_key_input_key")),
    )


def _make_scorers() -> None:
    op.create_table(
        "scorers",
        sa.Column("scorer_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("experiment_key", Key, nullable=False),
        sa.Column("scorer_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_key"], ["experiments.experiment_key"], name=op.f("fk_scorers_experiment_key_experiments")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_scorers_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("scorer_key", name=op.f("pk_scorers")),
        sa.UniqueConstraint("experiment_key", "name", "version", name=op.f("uq_scorers_experiment_key_name_version")),
    )
