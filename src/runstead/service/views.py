"""Saved views: a team's names for what a run table shows."""

import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.names import checked_label, checked_text
from runstead.domain.views import MOST_CHARS, View, ViewEdit
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, feed, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import views


def listed(unit: Unit, workspace: str) -> list[View]:
    """All of a workspace, by name."""
    with unit.read() as connection:
        return views.listed(connection, workspaces.found(connection, workspace).key)


def create(unit: Unit, workspace: str, name: str, *, experiment: str | None, search: str, is_default: bool) -> View:
    """Keep a view under a name; Conflict if the table has one of this name."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment_key = _experiment_key(tx.connection, home, experiment)
        _check_free(unit, tx, home, experiment_key, name)
        if is_default:
            views.clear_default(tx.connection, home.key, experiment_key)
        view_id = unit.new_id()
        row = {
            "workspace_key": home.key,
            "experiment_key": experiment_key,
            "view_id": view_id,
            "name": name,
            "search": checked_text("view", search, MOST_CHARS),
            "is_default": is_default,
            "created_at_ms": tx.at_ms,
            "changed_at_ms": tx.at_ms,
        }
        views.add(tx.connection, row)
        made = _found(tx.connection, home, view_id)
        feed.publish_view(tx, home, made)
        return made


def edit(unit: Unit, workspace: str, view_id: str, change: ViewEdit) -> View:
    """Change what is given."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _found(tx.connection, home, view_id, for_update=True)
        experiment_key = _experiment_key(tx.connection, home, there.experiment)
        values: dict[str, object] = {"changed_at_ms": tx.at_ms}
        if change.name is not None and change.name != there.name:
            _check_free(unit, tx, home, experiment_key, change.name)
            values["name"] = change.name
        if change.search is not None:
            values["search"] = checked_text("view", change.search, MOST_CHARS)
        if change.is_default is not None:
            if change.is_default:
                views.clear_default(tx.connection, home.key, experiment_key)
            values["is_default"] = change.is_default
        views.update(tx.connection, there.key, values)
        feed.publish_view(tx, home, there)
        return _found(tx.connection, home, view_id)


def delete(unit: Unit, workspace: str, view_id: str) -> None:
    """Forget a view."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _found(tx.connection, home, view_id, for_update=True)
        views.delete(tx.connection, there.key)
        feed.publish_view(tx, home, there)


def _found(connection: sa.Connection, workspace: Workspace, view_id: str, *, for_update: bool = False) -> View:
    there = views.find(connection, workspace.key, view_id, for_update=for_update)
    if there is None:
        raise NotFound(f"there is no view {view_id!r:.80} in workspace {workspace.name!r}")
    return there


def _experiment_key(connection: sa.Connection, workspace: Workspace, experiment: str | None) -> int | None:
    return None if experiment is None else experiments.found(connection, workspace, experiment).key


def _check_free(unit: Unit, tx: Tx, workspace: Workspace, experiment_key: int | None, name: str) -> None:
    checked_label("view", name, unit.settings.limits)
    if views.find_named(tx.connection, workspace.key, experiment_key, name) is not None:
        raise Conflict(f"there is a view {name!r} already; change that one, or choose another name")
