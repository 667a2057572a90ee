"""Sealed secrets of a workspace, by name."""

from typing import NamedTuple

import sqlalchemy as sa

from runstead.domain.secrets import Secret
from runstead.store.engine import insert_if_absent
from runstead.store.secret_tables import secrets


class Sealed(NamedTuple):
    """A secret with its sealed value."""

    secret: Secret
    sealed: bytes


def put(
    connection: sa.Connection, workspace_key: int, name: str, *, content_type: str, sealed: bytes, at_ms: int
) -> None:
    """Keep a secret; one of the same name is replaced and keeps its time of making."""
    value = {"content_type": content_type, "sealed": sealed, "updated_at_ms": at_ms}
    row = {"workspace_key": workspace_key, "name": name, "created_at_ms": at_ms, **value}
    if not insert_if_absent(connection, secrets, [row]):
        connection.execute(sa.update(secrets).where(_named(workspace_key, name)).values(**value))


def find(connection: sa.Connection, workspace_key: int, name: str) -> Sealed | None:
    """The secret of this name."""
    row = connection.execute(sa.select(secrets).where(_named(workspace_key, name))).mappings().first()
    return None if row is None else _sealed(row)


def listed(connection: sa.Connection, workspace_key: int) -> list[Sealed]:
    """All of a workspace, by name."""
    query = sa.select(secrets).where(secrets.c.workspace_key == workspace_key).order_by(secrets.c.name)
    return [_sealed(row) for row in connection.execute(query).mappings()]


def stamp(connection: sa.Connection, workspace_key: int) -> tuple[int, int]:
    """Another one whenever a secret was added, changed or taken away: how many there are, and the last change."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(secrets.c.updated_at_ms), 0))
    count, changed_at_ms = connection.execute(query.where(secrets.c.workspace_key == workspace_key)).one()
    return int(count), int(changed_at_ms)


def delete(connection: sa.Connection, workspace_key: int, name: str) -> bool:
    """Forget a secret; returns whether there was one."""
    return connection.execute(sa.delete(secrets).where(_named(workspace_key, name))).rowcount == 1


def _named(workspace_key: int, name: str) -> sa.ColumnElement[bool]:
    return (secrets.c.workspace_key == workspace_key) & (secrets.c.name == name)


def _sealed(row: sa.RowMapping) -> Sealed:
    made, changed = row["created_at_ms"], row["updated_at_ms"]
    return Sealed(Secret(row["name"], row["content_type"], made, changed), row["sealed"])
