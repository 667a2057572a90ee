"""Scorers of experiments, in versions."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.scorers import Scorer
from runstead.store.evaluation_tables import scorers
from runstead.store.tables import experiments

TABLE = scorers.c


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep one version; `values` by column name."""
    connection.execute(sa.insert(scorers).values(**values))


def listed(connection: sa.Connection, experiment_keys: Sequence[int], name: str | None = None) -> list[Scorer]:
    """All versions of those of some experiments, or of the one of this name: by name, then version."""
    query = (
        sa.select(scorers, experiments.c.experiment_id)
        .join(experiments, experiments.c.experiment_key == TABLE.experiment_key)
        .where(TABLE.experiment_key.in_(experiment_keys))
        .order_by(TABLE.experiment_key, TABLE.name, TABLE.version)
    )
    rows = connection.execute(query if name is None else query.where(TABLE.name == name)).mappings()
    return [
        Scorer(
            scorer_id=row["scorer_id"],
            experiment_id=row["experiment_id"],
            name=row["name"],
            version=row["version"],
            told=row["told"],
            created_at_ms=row["created_at_ms"],
        )
        for row in rows
    ]


def delete(connection: sa.Connection, experiment_key: int, *, name: str | None, version: int | None) -> int:
    """Forget a version, all of a name, or all of an experiment; returns how many."""
    query = sa.delete(scorers).where(TABLE.experiment_key == experiment_key)
    if name is not None:
        query = query.where(TABLE.name == name)
    if version is not None:
        query = query.where(TABLE.version == version)
    return connection.execute(query).rowcount
