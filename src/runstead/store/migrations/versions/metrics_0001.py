"""Metrics: names, series, summaries, writers, tails, chunks, nodes."""

import sqlalchemy as sa
from alembic import op

revision = "metrics_0001"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_metric_chunks()
    _make_metric_names()
    _make_metric_nodes()
    _make_metric_numbers()
    _make_metric_summaries()
    _make_metric_tails()
    _make_metric_runs()
    _make_metric_series()
    _make_metric_writers()


def _make_metric_chunks() -> None:
    op.create_table(
        "metric_chunks",
        sa.Column("series_key", Key, nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series_key", "start", name=op.f("pk_metric_chunks")),
    )


def _make_metric_names() -> None:
    op.create_table(
        "metric_names",
        sa.Column("name_key", Key, autoincrement=True, nullable=False),
        sa.Column("name_hash", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name_key", name=op.f("pk_metric_names")),
        sa.UniqueConstraint("name_hash", name=op.f("uq_metric_names_name_hash")),
    )


def _make_metric_nodes() -> None:
    op.create_table(
        "metric_nodes",
        sa.Column("series_key", Key, nullable=False),
        sa.Column("column_key", Key, nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("series_key", "column_key", "level", "start", name=op.f("pk_metric_nodes")),
    )


def _make_metric_numbers() -> None:
    op.create_table(
        "metric_numbers",
        sa.Column("writer_key", Key, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("series_key", Key, nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("writer_key", "number", name=op.f("pk_metric_numbers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_metric_numbers_series_key"), "metric_numbers", ["series_key"], unique=False)


def _make_metric_summaries() -> None:
    op.create_table(
        "metric_summaries",
        sa.Column("name_key", Key, nullable=False),
        sa.Column("run_key", Key, nullable=False),
        sa.Column("column_key", Key, nullable=False),
        sa.Column("mask", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("numbers", sa.BigInteger(), nullable=False),
        sa.Column("nans", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Double()),
        sa.Column("rest", sa.Double()),
        sa.Column("mean", sa.Double()),
        sa.Column("exact", sa.Text()),
        sa.Column("first", sa.Double()),
        sa.Column("last", sa.Double()),
        sa.Column("min", sa.Double()),
        sa.Column("max", sa.Double()),
        sa.Column("first_us", sa.BigInteger()),
        sa.Column("last_us", sa.BigInteger()),
        sa.Column("min_us", sa.BigInteger()),
        sa.Column("max_us", sa.BigInteger()),
        sa.Column("first_step", sa.BigInteger()),
        sa.Column("last_step", sa.BigInteger()),
        sa.Column("min_step", sa.BigInteger()),
        sa.Column("max_step", sa.BigInteger()),
        sa.Column("points", sa.BigInteger()),
        sa.Column("low_us", sa.BigInteger()),
        sa.Column("high_us", sa.BigInteger()),
        sa.Column("low_step", sa.BigInteger()),
        sa.Column("high_step", sa.BigInteger()),
        sa.PrimaryKeyConstraint("name_key", "run_key", "column_key", name=op.f("pk_metric_summaries")),
        sqlite_with_rowid=False,
    )


def _make_metric_tails() -> None:
    op.create_table(
        "metric_tails",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("piece", sa.BigInteger(), nullable=False),
        sa.Column("writer_key", Key, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_key", "piece", name=op.f("pk_metric_tails")),
    )


def _make_metric_runs() -> None:
    op.create_table(
        "metric_runs",
        sa.Column("run_key", Key, nullable=False),
        sa.Column("next_piece", sa.BigInteger(), nullable=False),
        sa.Column("compaction", sa.BigInteger(), nullable=False),
        sa.Column("tail_bytes", sa.BigInteger(), nullable=False),
        sa.Column("tail_since_ms", sa.BigInteger()),
        sa.Column("series_count", sa.BigInteger(), nullable=False),
        sa.Column("warned", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_metric_runs_run_key_runs")),
        sa.PrimaryKeyConstraint("run_key", name=op.f("pk_metric_runs")),
    )
    op.create_index(op.f("ix_metric_runs_tail_since_ms"), "metric_runs", ["tail_since_ms"], unique=False)


def _make_metric_series() -> None:
    op.create_table(
        "metric_series",
        sa.Column("series_key", Key, autoincrement=True, nullable=False),
        sa.Column("run_key", Key, nullable=False),
        sa.Column("name_key", Key, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("chunked", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_metric_series_run_key_runs")),
        sa.PrimaryKeyConstraint("series_key", name=op.f("pk_metric_series")),
        sa.UniqueConstraint("run_key", "name_key", name=op.f("uq_metric_series_run_key_name_key")),
    )


def _make_metric_writers() -> None:
    op.create_table(
        "metric_writers",
        sa.Column("writer_key", Key, autoincrement=True, nullable=False),
        sa.Column("run_key", Key, nullable=False),
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_key"], ["runs.run_key"], name=op.f("fk_metric_writers_run_key_runs")),
        sa.PrimaryKeyConstraint("writer_key", name=op.f("pk_metric_writers")),
        sa.UniqueConstraint("run_key", "writer", name=op.f("uq_metric_writers_run_key_writer")),
    )
