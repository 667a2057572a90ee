"""Experiments of a workspace, by name."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from runstead.domain.experiments import Experiment
from runstead.store.engine import insert_if_absent
from runstead.store.tables import experiments, runs


def find(connection: sa.Connection, workspace_key: int, name: str, *, for_update: bool = False) -> Experiment | None:
    """The experiment of this name."""
    query = sa.select(experiments).where(_named(workspace_key, name))
    row = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    return None if row is None else _experiment(row)


def find_by_id(connection: sa.Connection, workspace_key: int, experiment_id: str) -> Experiment | None:
    """The experiment of this id."""
    mine = (experiments.c.workspace_key == workspace_key) & (experiments.c.experiment_id == experiment_id)
    row = connection.execute(sa.select(experiments).where(mine)).mappings().first()
    return None if row is None else _experiment(row)


def add(connection: sa.Connection, workspace_key: int, name: str, *, experiment_id: str, created_at_ms: int) -> bool:
    """Make an experiment unless one has the name; returns whether it was made."""
    row = {
        "workspace_key": workspace_key,
        "name": name,
        "experiment_id": experiment_id,
        "description": "",
        "tags": {},
        "archived": False,
        "created_at_ms": created_at_ms,
        "run_count": 0,
    }
    return insert_if_absent(connection, experiments, [row]) == 1


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one experiment; `values` by column name."""
    connection.execute(sa.update(experiments).where(experiments.c.experiment_key == key).values(**values))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget an experiment that has no runs."""
    connection.execute(sa.delete(experiments).where(experiments.c.experiment_key == key))


def has_files(connection: sa.Connection, key: int) -> bool:
    """Whether there are runs of it, also the hidden ones that hold files of models and traces."""
    return (
        connection.execute(sa.select(runs.c.run_key).where(runs.c.experiment_key == key).limit(1)).first() is not None
    )


def count_run(connection: sa.Connection, key: int, at_ms: int) -> None:
    """One run more, begun now."""
    more = {"run_count": experiments.c.run_count + 1, "last_run_at_ms": at_ms}
    connection.execute(sa.update(experiments).where(experiments.c.experiment_key == key).values(more))


def listed(connection: sa.Connection, workspace_key: int, *, include_archived: bool) -> list[Experiment]:
    """Last active first."""
    active = sa.func.coalesce(experiments.c.last_run_at_ms, experiments.c.created_at_ms)
    query = sa.select(experiments).where(experiments.c.workspace_key == workspace_key)
    if not include_archived:
        query = query.where(sa.not_(experiments.c.archived))
    rows = connection.execute(query.order_by(active.desc(), experiments.c.experiment_key.desc())).mappings()
    return [_experiment(row) for row in rows]


def _named(workspace_key: int, name: str) -> sa.ColumnElement[bool]:
    return (experiments.c.workspace_key == workspace_key) & (experiments.c.name == name)


def _experiment(row: sa.RowMapping) -> Experiment:
    return Experiment(
        key=row["experiment_key"],
        name=row["name"],
        experiment_id=row["experiment_id"],
        description=row["description"],
        tags=row["tags"],
        archived=row["archived"],
        created_at_ms=row["created_at_ms"],
        run_count=row["run_count"],
        last_run_at_ms=row["last_run_at_ms"],
        archived_at_ms=row["archived_at_ms"],
    )
