"""Workspaces, by name."""

from collections.abc import Mapping

import sqlalchemy as sa

from runstead.domain.workspaces import Workspace
from runstead.store.engine import insert_if_absent
from runstead.store.tables import workspaces

_BY_NAME = sa.select(workspaces).where(workspaces.c.name == sa.bindparam("name"))


def find(connection: sa.Connection, name: str) -> Workspace | None:
    """The workspace of this name."""
    row = connection.execute(_BY_NAME, {"name": name}).mappings().first()
    return None if row is None else _workspace(row)


def add(
    connection: sa.Connection,
    name: str,
    *,
    subscription_id: str,
    resource_group: str,
    location: str,
    workspace_id: str,
    created_at_ms: int,
) -> bool:
    """Make a workspace unless one has the name; returns whether it was made."""
    row = {
        "name": name,
        "subscription_id": subscription_id,
        "resource_group": resource_group,
        "location": location,
        "workspace_id": workspace_id,
        "created_at_ms": created_at_ms,
        "tags": {},
    }
    return insert_if_absent(connection, workspaces, [row]) == 1


def update(connection: sa.Connection, key: int, values: Mapping[str, object]) -> None:
    """Set columns of one workspace; `values` by column name."""
    connection.execute(sa.update(workspaces).where(workspaces.c.workspace_key == key).values(**values))


def listed(connection: sa.Connection) -> list[Workspace]:
    """All of them, by name."""
    rows = connection.execute(sa.select(workspaces).order_by(workspaces.c.name)).mappings()
    return [_workspace(row) for row in rows]


def _workspace(row: Mapping[str, object] | sa.RowMapping) -> Workspace:
    fields = {str(k): v for k, v in row.items() if k != "workspace_key"}
    return Workspace(key=row["workspace_key"], **fields)  # type: ignore[arg-type]  # columns and fields have one list of names
