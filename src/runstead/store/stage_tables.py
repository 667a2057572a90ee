"""The table of stages: when a run reached each."""

import sqlalchemy as sa

from runstead.store.tables import METADATA, runs

run_stages = sa.Table(
    "run_stages",
    METADATA,
    sa.Column("run_key", sa.ForeignKey(runs.c.run_key), primary_key=True),
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("began_at_ms", sa.BigInteger, nullable=False),
)
