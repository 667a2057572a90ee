"""The tables of metrics: names, series and their summaries, writers and their raw pieces, chunks and pyramid nodes."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, Key, runs

metric_names = sa.Table(
    "metric_names",
    METADATA,
    sa.Column("name_key", Key, primary_key=True, autoincrement=True),
    sa.Column("name_hash", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
)

# `next_piece` counts the pieces of the tail that ever came; whoever changes a run's metrics updates its row first, so
# that writers of one run queue there. `compaction` counts compactions, so that of two that overlap one is refused.
# `tail_since_ms` is null where a compaction has nothing to do.
metric_runs = sa.Table(
    "metric_runs",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("next_piece", sa.BigInteger, nullable=False),
    sa.Column("compaction", sa.BigInteger, nullable=False),
    sa.Column("tail_bytes", sa.BigInteger, nullable=False),
    sa.Column("tail_since_ms", sa.BigInteger),
    sa.Column("series_count", sa.BigInteger, nullable=False),
    sa.Column("warned", sa.BigInteger, nullable=False),
    sa.Index(None, "tail_since_ms"),
)

metric_writers = sa.Table(
    "metric_writers",
    METADATA,
    sa.Column("writer_key", Key, primary_key=True, autoincrement=True),
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), nullable=False),
    sa.Column("writer", sa.String(64), nullable=False),
    sa.Column("offset_bytes", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("run_key", "writer"),
)

# `columns`: a JSON array of [name key, name]. `chunked`: how many of its points are in chunks; the others are in the
# tail.
metric_series = sa.Table(
    "metric_series",
    METADATA,
    sa.Column("series_key", Key, primary_key=True, autoincrement=True),
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), nullable=False),
    sa.Column("name_key", Key, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Column("chunked", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("run_key", "name_key"),
)

# What a series number means in one writer's journal; `columns`: a JSON array of names.
metric_numbers = sa.Table(
    "metric_numbers",
    METADATA,
    sa.Column("writer_key", Key, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("series_key", Key, nullable=False),
    sa.Column("columns", sa.Text, nullable=False),
    sa.Index(None, "series_key"),
    sqlite_with_rowid=False,
)

# Clustered by name, so that a column of the run table is one stretch of the file. first … max are null where the value
# is no number or is NaN; `exact` (JSON) has the values that a float64 does not say; steps are null where none was.
# The row of a series' first column also carries the series' own number of `points`, low and high. By the first index
# MLflow's clients sort runs; the second has the few that they must not sort by that (store/histories.py), and all
# that is asked of them, or SQLite would not take it.
GONE_BACK = "ix_metric_summaries_gone_back"
OF_GONE_BACK = ("name_key", "column_key", "run_key", "high_step", "last_step")
WENT_BACK = sa.text("high_step > last_step")
metric_summaries = sa.Table(
    "metric_summaries",
    METADATA,
    sa.Column("name_key", Key, primary_key=True),
    sa.Column("run_key", Key, primary_key=True),
    sa.Column("column_key", Key, primary_key=True),
    sa.Column("mask", sa.BigInteger, nullable=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("numbers", sa.BigInteger, nullable=False),
    sa.Column("nans", sa.BigInteger, nullable=False),
    sa.Column("total", sa.Double),
    sa.Column("rest", sa.Double),
    sa.Column("mean", sa.Double),
    sa.Column("exact", sa.Text),
    *(sa.Column(name, sa.Double) for name in ("first", "last", "min", "max")),
    *(sa.Column(f"{name}_us", sa.BigInteger) for name in ("first", "last", "min", "max")),
    *(sa.Column(f"{name}_step", sa.BigInteger) for name in ("first", "last", "min", "max")),
    sa.Column("points", sa.BigInteger),
    *(sa.Column(name, sa.BigInteger) for name in ("low_us", "high_us", "low_step", "high_step")),
    sa.Index(None, "name_key", "column_key", "last"),
    sa.Index(GONE_BACK, *OF_GONE_BACK, sqlite_where=WENT_BACK, postgresql_where=WENT_BACK),
    sqlite_with_rowid=False,
)

# Digests of the newest batches that came without a journal (service/batches.py), newest first, 16 bytes each.
metric_batches = sa.Table(
    "metric_batches",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("digests", sa.LargeBinary, nullable=False),
)

metric_tails = sa.Table(
    "metric_tails",
    METADATA,
    sa.Column("run_key", Key, primary_key=True),
    sa.Column("piece", sa.BigInteger, primary_key=True),
    sa.Column("writer_key", Key, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

metric_chunks = sa.Table(
    "metric_chunks",
    METADATA,
    sa.Column("series_key", Key, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# A block of nodes of one level of one column; `start`: index of the first point below the first node.
metric_nodes = sa.Table(
    "metric_nodes",
    METADATA,
    sa.Column("series_key", Key, primary_key=True),
    sa.Column("column_key", Key, primary_key=True),
    sa.Column("level", sa.BigInteger, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
