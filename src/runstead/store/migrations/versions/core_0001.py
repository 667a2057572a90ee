"""Workspaces, experiments, runs, artifacts, changes."""

import sqlalchemy as sa
from alembic import op

revision = "core_0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_changes()
    _make_counters()
    _make_workspaces()
    _make_experiments()
    _make_runs()
    _make_artifacts()
    _make_run_properties()
    _make_run_tags()


def _make_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("object_key", sa.String(length=32), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=255)),
        sa.Column("parent_id", sa.String(length=255)),
        sa.Column("experiment", sa.String(length=255)),
        sa.Column("key", sa.Text()),
        sa.PrimaryKeyConstraint("workspace_key", "object_key", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_workspace_key_cursor"), "changes", ["workspace_key", "cursor"], unique=True)


def _make_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_key", "name", name=op.f("pk_counters")),
    )


def _make_workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("workspace_key", Key, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("resource_group", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.String(length=64), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_key", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
    )


def _make_experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("experiment_key", Key, autoincrement=True, nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("experiment_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("run_count", sa.BigInteger(), nullable=False),
        sa.Column("last_run_at_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_experiments_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("experiment_key", name=op.f("pk_experiments")),
        sa.UniqueConstraint("workspace_key", "name", name=op.f("uq_experiments_workspace_key_name")),
    )


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_key", Key, autoincrement=True, nullable=False),
        sa.Column("run_id", sa.String(length=255), nullable=False),
        sa.Column("workspace_key", Key, nullable=False),
        sa.Column("experiment_key", Key, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("parent_key", Key),
        sa.Column("parent_id", sa.String(length=255)),
        sa.Column("root_id", sa.String(length=255), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_at_ms", sa.BigInteger()),
        sa.Column("ended_at_ms", sa.BigInteger()),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("target", sa.Text()),
        sa.Column("script", sa.Text()),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("environment_name", sa.Text()),
        sa.Column("snapshot_id", sa.String(length=64)),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("child_count", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.JSON(none_as_null=True)),
        sa.Column("node", sa.Text()),
        sa.Column("pid", sa.BigInteger()),
        sa.Column("heartbeat_at_ms", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["experiment_key"], ["experiments.experiment_key"], name=op.f("fk_runs_experiment_key_experiments")
        ),
        sa.ForeignKeyConstraint(["parent_key"], ["runs.run_key"], name=op.f("fk_runs_parent_key_runs")),
        sa.ForeignKeyConstraint(
            ["workspace_key"], ["workspaces.workspace_key"], name=op.f("fk_runs_workspace_key_workspaces")
        ),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_runs")),
        sa.UniqueConstraint("run_id", name=op.f("uq_runs_run_id")),
        sa.UniqueConstraint("workspace_key", "number", name=op.f("uq_runs_workspace_key_number")),
    )
    op.create_index(op.f("ix_runs_experiment_key_number"), "runs", ["experiment_key", "number"], unique=False)
    op.create_index(op.f("ix_runs_parent_key_number"), "runs", ["parent_key", "number"], unique=False)
    op.create_index(
        op.f("ix_runs_workspace_key_status_number"), "runs", ["workspace_key", "status", "number"], unique=False
    )


def _make_artifacts() -> None:
    op.create_table(
        "artifacts",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("path_key", sa.String(length=32), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64)),
        sa.Column("is_log", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_artifacts_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "path_key", name=op.f("pk_artifacts")),
    )


def _make_run_properties() -> None:
    op.create_table(
        "run_properties",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_properties_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "key", name=op.f("pk_run_properties")),
    )
    op.create_index(
        op.f("ix_run_properties_key_value_head_run_key"),
        "run_properties",
        ["key", "value_head", "run_key"],
        unique=False,
    )


def _make_run_tags() -> None:
    op.create_table(
        "run_tags",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("value_head", sa.String(length=64)),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_run_tags_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", "key", name=op.f("pk_run_tags")),
    )
    op.create_index(
        op.f("ix_run_tags_key_value_head_run_key"), "run_tags", ["key", "value_head", "run_key"], unique=False
    )
