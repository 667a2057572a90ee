"""Saved views of a workspace."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from runstead.domain.views import View
from runstead.store.tables import experiments
from runstead.store.view_tables import views

_ALL = sa.select(views, experiments.c.name.label("experiment")).join(
    experiments, experiments.c.experiment_key == views.c.experiment_key, isouter=True
)


def listed(connection: sa.Connection, workspace_key: int) -> list[View]:
    """All of a workspace, by name."""
    rows = connection.execute(_ALL.where(views.c.workspace_key == workspace_key).order_by(views.c.name)).mappings()
    return [_view(row) for row in rows]


def find(connection: sa.Connection, workspace_key: int, view_id: str, *, for_update: bool = False) -> View | None:
    """The view of this id."""
    query = _ALL.where(views.c.workspace_key == workspace_key, views.c.view_id == view_id)
    row = connection.execute(query.with_for_update(of=views) if for_update else query).mappings().first()
    return None if row is None else _view(row)


def find_named(connection: sa.Connection, workspace_key: int, experiment_key: int | None, name: str) -> View | None:
    """The view of this name of one table."""
    query = _ALL.where(_of_table(workspace_key, experiment_key), views.c.name == name)
    row = connection.execute(query).mappings().first()
    return None if row is None else _view(row)


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Make one; `values` by column name."""
    connection.execute(sa.insert(views).values(**values))


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one; `values` by column name."""
    connection.execute(sa.update(views).where(views.c.view_key == key).values(**values))


def clear_default(connection: sa.Connection, workspace_key: int, experiment_key: int | None) -> None:
    """No view of this table is the default one any more."""
    mine = _of_table(workspace_key, experiment_key)
    connection.execute(sa.update(views).where(mine).values(is_default=False))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget one."""
    connection.execute(sa.delete(views).where(views.c.view_key == key))


def delete_of_experiment(connection: sa.Connection, experiment_key: int) -> None:
    """Forget those of an experiment."""
    connection.execute(sa.delete(views).where(views.c.experiment_key == experiment_key))


def _of_table(workspace_key: int, experiment_key: int | None) -> sa.ColumnElement[bool]:
    its = views.c.experiment_key
    mine = its.is_(None) if experiment_key is None else its == experiment_key
    return (views.c.workspace_key == workspace_key) & mine


def _view(row: sa.RowMapping) -> View:
    return View(
        key=row["view_key"],
        view_id=row["view_id"],
        name=row["name"],
        experiment=row["experiment"],
        search=row["search"],
        is_default=row["is_default"],
        created_at_ms=row["created_at_ms"],
        changed_at_ms=row["changed_at_ms"],
    )
