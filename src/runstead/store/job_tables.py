"""The tables of snapshots and jobs."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, runs, workspaces

snapshots = sa.Table(
    "snapshots",
    METADATA,
    sa.Column("workspace_key", sa.ForeignKey(workspaces.c.workspace_key), primary_key=True),
    sa.Column("snapshot_id", sa.String(36), primary_key=True),
    sa.Column("manifest_sha256", sa.String(64), nullable=False),  # the list of files is a blob: it can be large
    sa.Column("file_count", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
)

jobs = sa.Table(
    "jobs",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("phase", sa.String(16), nullable=False),
    sa.Column("native_id", sa.Text),
    sa.Column("starts", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    sa.Column("preparation", sa.JSON(none_as_null=True)),  # what was built or reused, and why: domain/builds.py
    sa.Index(None, "phase", "run_key"),
)
