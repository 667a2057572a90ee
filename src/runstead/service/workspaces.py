"""Workspaces: found by name, made on demand."""

import shutil

import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.jobs import ENDED
from runstead.domain.names import checked_name, checked_tags, checked_text
from runstead.domain.workspaces import (
    DEFAULT_LOCATION,
    DEFAULT_RESOURCE_GROUP,
    DEFAULT_SUBSCRIPTION_ID,
    DEFAULT_WORKSPACE,
    Workspace,
    WorkspaceEdit,
)
from runstead.service.unit import Unit
from runstead.store import datastores, deletions, workspaces


def load(unit: Unit, name: str) -> Workspace:
    """The workspace of this name, or NotFound."""
    with unit.read() as connection:
        return found(connection, name)


def found(connection: sa.Connection, name: str) -> Workspace:
    """The same within a transaction."""
    workspace = workspaces.find(connection, name)
    if workspace is None:
        known = ", ".join(w.name for w in workspaces.listed(connection)[:20])
        raise NotFound(f"there is no workspace {name!r}; this server has {known}")
    return workspace


def listed(unit: Unit) -> list[Workspace]:
    """All workspaces, by name."""
    with unit.read() as connection:
        return workspaces.listed(connection)


def ensure(
    unit: Unit,
    name: str,
    *,
    subscription_id: str | None = None,
    resource_group: str | None = None,
    location: str | None = None,
) -> Workspace:
    """The workspace of this name; made if it is missing. What it was made with stays."""
    with unit.read() as connection:
        there = workspaces.find(connection, name)
    if there is not None:
        return there
    checked_name("workspace", name, unit.settings.limits)
    texts = [
        checked_text(what, given or default, 1000)
        for what, given, default in (
            ("subscription id", subscription_id, DEFAULT_SUBSCRIPTION_ID),
            ("resource group", resource_group, DEFAULT_RESOURCE_GROUP),
            ("location", location, DEFAULT_LOCATION),
        )
    ]
    with unit.write() as tx:
        workspaces.add(
            tx.connection,
            name,
            subscription_id=texts[0],
            resource_group=texts[1],
            location=texts[2],
            workspace_id=unit.new_id(),
            created_at_ms=tx.at_ms,
        )
        made = found(tx.connection, name)
        datastores.add_own(tx.connection, made.key, at_ms=tx.at_ms)
        return made


def edit(unit: Unit, name: str, change: WorkspaceEdit) -> Workspace:
    """Change what is given."""
    limits = unit.settings.limits
    values: dict[str, object] = {}
    if change.tags is not None:
        values["tags"] = checked_tags(change.tags, limits)
    for column, text in (("description", change.description), ("friendly_name", change.friendly_name)):
        if text is not None:
            values[column] = checked_text(column.replace("_", " "), text, limits.description_chars)
    with unit.write() as tx:
        there = found(tx.connection, name)
        if values:
            workspaces.update(tx.connection, there.key, values)
        return found(tx.connection, name)


def delete(unit: Unit, name: str) -> None:
    """Delete a workspace with everything in it; Conflict while a job of it has not ended, and for the default one.

    Blobs stay: they are shared by content with whatever else has the same bytes.
    """
    if name == DEFAULT_WORKSPACE:
        raise Conflict(f"the workspace {name!r} is always there and cannot be deleted; others can")
    with unit.write() as tx:
        there = found(tx.connection, name)
        busy = deletions.open_jobs(tx.connection, there.key, ENDED)
        if busy:
            raise Conflict(
                f"workspace {name!r} has jobs that have not ended ({', '.join(busy[:5])}); cancel them first"
            )
        run_ids = deletions.run_ids(tx.connection, there.key)
        deletions.delete_workspace(tx.connection, there.key)
    for run_id in run_ids:
        for folder in (unit.settings.logs, unit.settings.arrivals, unit.settings.jobs):
            shutil.rmtree(folder / run_id, ignore_errors=True)


def ensure_default(unit: Unit) -> Workspace:
    """The workspace that is always there."""
    return ensure(unit, DEFAULT_WORKSPACE)
