"""Registered environments of a workspace, by name and version."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from runstead.domain.environments import Environment
from runstead.store.engine import upsert
from runstead.store.environment_tables import environment_labels, environments

_E, _L = environments.c, environment_labels.c


def newest(connection: sa.Connection, workspace_key: int, name: str) -> Environment | None:
    """The newest version of a name."""
    return _first(connection, _of(workspace_key, name).order_by(_E.version.desc()).limit(1))


def find(connection: sa.Connection, workspace_key: int, name: str, version: int) -> Environment | None:
    """One version of a name."""
    return _first(connection, _of(workspace_key, name).where(_E.version == version))


def labelled(connection: sa.Connection, workspace_key: int, name: str, label: str) -> Environment | None:
    """The version of a name that has the label."""
    here = (_L.workspace_key == workspace_key) & (_L.name == name) & (_L.label == label)
    return _first(
        connection, _of(workspace_key, name).where(_E.version == sa.select(_L.version).where(here).scalar_subquery())
    )


def versions(connection: sa.Connection, workspace_key: int, name: str) -> list[Environment]:
    """All versions of a name, newest first."""
    return _all(connection, _of(workspace_key, name).order_by(_E.version.desc()))


def listed(connection: sa.Connection, workspace_key: int) -> list[Environment]:
    """The newest version of every name, by name."""
    last = (
        sa.select(_E.name, sa.func.max(_E.version).label("version"))
        .where(_E.workspace_key == workspace_key)
        .group_by(_E.name)
        .subquery()
    )
    rows = sa.select(environments).join(last, (_E.name == last.c.name) & (_E.version == last.c.version))
    return _all(connection, rows.where(_E.workspace_key == workspace_key).order_by(_E.name))


def add(connection: sa.Connection, workspace_key: int, environment: Environment) -> None:
    """Keep a version; its labels are set by `set_labels`."""
    row = {
        "workspace_key": workspace_key,
        "name": environment.name,
        "version": environment.version,
        "definition": json.dumps(environment.definition),
        "content_hash": environment.content_hash,
        "created_at_ms": environment.created_at_ms,
    }
    connection.execute(sa.insert(environments).values(row))


def set_labels(connection: sa.Connection, workspace_key: int, name: str, version: int, labels: Iterable[str]) -> None:
    """Put the labels on this version; one that another version of the name has moves here."""
    rows = [{"workspace_key": workspace_key, "name": name, "label": one, "version": version} for one in labels]
    upsert(connection, environment_labels, rows, keys=("workspace_key", "name", "label"), update=("version",))


def _of(workspace_key: int, name: str) -> sa.Select[tuple[object, ...]]:
    return sa.select(environments).where(_E.workspace_key == workspace_key, _E.name == name)


def _first(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Environment | None:
    found = _all(connection, query)
    return found[0] if found else None


def _all(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[Environment]:
    rows = connection.execute(query).mappings().all()
    labels = _labels_of(connection, rows)
    return [_environment(row, labels[row["name"], row["version"]]) for row in rows]


def _labels_of(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    if rows:
        mine = _L.workspace_key == rows[0]["workspace_key"]
        one = len({row["name"] for row in rows}) == 1
        query = sa.select(_L.name, _L.version, _L.label).where(mine).order_by(_L.label)
        for name, version, label in connection.execute(query.where(_L.name == rows[0]["name"]) if one else query):
            found[name, version].append(label)
    return found


def _environment(row: sa.RowMapping, labels: Sequence[str]) -> Environment:
    return Environment(
        name=row["name"],
        version=row["version"],
        definition=json.loads(row["definition"]),
        content_hash=row["content_hash"],
        created_at_ms=row["created_at_ms"],
        labels=tuple(labels),
    )
