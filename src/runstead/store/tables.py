"""The tables of workspaces, experiments, runs, artifacts and changes, and the METADATA that all tables hang on.

Another noun adds its tables in a file of its own (`metric_tables.py`, `job_tables.py`) on the same METADATA, is named
in `schemas.py`, and brings a migration. Times are milliseconds UTC. Long names are found by a hash or a head, for
PostgreSQL's indexes take at most 2 700 bytes.
"""

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HEAD_CHARS = 64

counters = sa.Table(
    "counters",
    METADATA,
    sa.Column("workspace_key", Key, primary_key=True),
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

workspaces = sa.Table(
    "workspaces",
    METADATA,
    sa.Column("workspace_key", Key, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(255), nullable=False, unique=True),
    sa.Column("subscription_id", sa.Text, nullable=False),
    sa.Column("resource_group", sa.Text, nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.String(64), nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("friendly_name", sa.Text, nullable=False, server_default=""),
)

experiments = sa.Table(
    "experiments",
    METADATA,
    sa.Column("experiment_key", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("experiment_id", sa.String(64), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("run_count", sa.BigInteger, nullable=False),
    sa.Column("last_run_at_ms", sa.BigInteger),
    sa.Column("archived_at_ms", sa.BigInteger),
    sa.UniqueConstraint("workspace_key", "name"),
)

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("run_key", Key, primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.String(255), nullable=False, unique=True),
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), nullable=False),
    sa.Column("experiment_key", sa.ForeignKey(experiments.c.experiment_key), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("status", sa.String(32), nullable=False),
    sa.Column("parent_key", Key, sa.ForeignKey("runs.run_key")),
    sa.Column("parent_id", sa.String(255)),
    sa.Column("root_id", sa.String(255), nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("started_at_ms", sa.BigInteger),
    sa.Column("ended_at_ms", sa.BigInteger),
    sa.Column("error", sa.JSON(none_as_null=True)),
    sa.Column("warnings", sa.JSON, nullable=False),
    sa.Column("target", sa.Text),
    sa.Column("script", sa.Text),
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("environment_name", sa.Text),
    sa.Column("environment_version", sa.Text),
    sa.Column("snapshot_id", sa.String(64)),
    sa.Column("submitted_by", sa.Text, nullable=False),
    sa.Column("child_count", sa.BigInteger, nullable=False),
    sa.Column("definition", sa.JSON(none_as_null=True)),
    sa.Column("node", sa.Text),
    sa.Column("pid", sa.BigInteger),
    sa.Column("heartbeat_at_ms", sa.BigInteger),
    sa.Column("deleted_at_ms", sa.BigInteger),
    sa.UniqueConstraint("workspace_key", "number"),
    sa.Index(None, "experiment_key", "number"),
    sa.Index(None, "parent_key", "number"),
    sa.Index(None, "workspace_key", "status", "number"),
)


def _words(name: str, *, value_required: bool) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("value", sa.Text, nullable=not value_required),
        sa.Column("value_head", sa.String(HEAD_CHARS), nullable=not value_required),
        sa.Index(None, "key", "value_head", "run_key"),
    )


run_tags = _words("run_tags", value_required=False)
run_properties = _words("run_properties", value_required=True)
run_params = _words("run_params", value_required=True)

artifacts = sa.Table(
    "artifacts",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("path_key", sa.String(32), primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64)),
    sa.Column("is_log", sa.Boolean, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
)

changes = sa.Table(
    "changes",
    METADATA,
    sa.Column("workspace_key", Key, primary_key=True),
    sa.Column("object_key", sa.String(32), primary_key=True),
    sa.Column("cursor", sa.BigInteger, nullable=False),
    sa.Column("noun", sa.String(32), nullable=False),
    sa.Column("run_id", sa.String(255)),
    sa.Column("parent_id", sa.String(255)),
    sa.Column("experiment", sa.String(255)),
    sa.Column("key", sa.Text),
    sa.Index(None, "workspace_key", "cursor", unique=True),
)
