"""Datasets: saved once per definition, registered under names in versions."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from runstead.domain.datasets import Dataset, Definition, definition_json
from runstead.store.dataset_tables import dataset_versions, datasets
from runstead.store.engine import insert_if_absent
from runstead.store.hashes import key_of

_REGISTERED = tuple(dataset_versions.c[name] for name in ("name", "version", "description", "tags"))


def save(connection: sa.Connection, workspace_key: int, definition: Definition, *, dataset_id: str, at_ms: int) -> int:
    """The store's number of this definition, kept if it is new; then under `dataset_id`."""
    row = {
        "workspace_key": workspace_key,
        "dataset_id": dataset_id,
        "kind": definition["kind"],
        "definition_key": key_of(definition_json(definition)),
        "definition": dict(definition),
        "created_at_ms": at_ms,
    }
    insert_if_absent(connection, datasets, [row])
    mine = (datasets.c.workspace_key == workspace_key) & (datasets.c.definition_key == row["definition_key"])
    return int(connection.execute(sa.select(datasets.c.dataset_key).where(mine)).scalar_one())


def find(connection: sa.Connection, workspace_key: int, dataset_id: str) -> Dataset | None:
    """The dataset of this id, with the name it was registered under last."""
    query = (
        sa.select(datasets, *_REGISTERED)
        .join(dataset_versions, dataset_versions.c.dataset_key == datasets.c.dataset_key, isouter=True)
        .where(datasets.c.workspace_key == workspace_key, datasets.c.dataset_id == dataset_id)
        .order_by(dataset_versions.c.created_at_ms.desc(), dataset_versions.c.version.desc())
    )
    return _first(connection, query)


def find_saved(connection: sa.Connection, dataset_key: int) -> Dataset | None:
    """The dataset of this number, without any name."""
    return _first(connection, sa.select(datasets).where(datasets.c.dataset_key == dataset_key))


def find_named(
    connection: sa.Connection, workspace_key: int, name: str, version: int | None
) -> tuple[int, Dataset] | None:
    """(the store's number, the dataset) of this name; the newest version where none is named."""
    query = _named(workspace_key).where(dataset_versions.c.name == name)
    if version is not None:
        query = query.where(dataset_versions.c.version == version)
    row = connection.execute(query.order_by(dataset_versions.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else (row["dataset_key"], _dataset(row))


def listed(connection: sa.Connection, workspace_key: int) -> list[Dataset]:
    """The newest version of every name, by name."""
    newest = (
        sa.select(dataset_versions.c.name, sa.func.max(dataset_versions.c.version).label("version"))
        .where(dataset_versions.c.workspace_key == workspace_key)
        .group_by(dataset_versions.c.name)
        .subquery()
    )
    same = (newest.c.name == dataset_versions.c.name) & (newest.c.version == dataset_versions.c.version)
    rows = connection.execute(_named(workspace_key).join(newest, same)).mappings()
    return sorted((_dataset(row) for row in rows), key=lambda dataset: dataset.name or "")


def add_version(
    connection: sa.Connection, workspace_key: int, name: str, version: int, values: Mapping[str, Any]
) -> bool:
    """Register a saved dataset unless the version is taken; values: dataset_key, description, tags, created_at_ms."""
    row = {"workspace_key": workspace_key, "name": name, "version": version, **values}
    return insert_if_absent(connection, dataset_versions, [row]) == 1


def update_version(
    connection: sa.Connection, workspace_key: int, name: str, version: int, values: Mapping[str, Any]
) -> None:
    """Set columns of one version."""
    mine = _mine(workspace_key, name) & (dataset_versions.c.version == version)
    connection.execute(sa.update(dataset_versions).where(mine).values(**values))


def delete_versions(connection: sa.Connection, workspace_key: int, name: str) -> int:
    """Forget a name; how many versions it had. What was saved stays, for runs name it by id."""
    return connection.execute(sa.delete(dataset_versions).where(_mine(workspace_key, name))).rowcount


def _mine(workspace_key: int, name: str) -> sa.ColumnElement[bool]:
    return (dataset_versions.c.workspace_key == workspace_key) & (dataset_versions.c.name == name)


def _named(workspace_key: int) -> sa.Select[Any]:
    return (
        sa.select(datasets, *_REGISTERED)
        .join(dataset_versions, dataset_versions.c.dataset_key == datasets.c.dataset_key)
        .where(dataset_versions.c.workspace_key == workspace_key)
    )


def _first(connection: sa.Connection, query: sa.Select[Any]) -> Dataset | None:
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else _dataset(row)


def _dataset(row: sa.RowMapping) -> Dataset:
    return Dataset(
        dataset_id=row["dataset_id"],
        kind=row["kind"],
        definition=row["definition"],
        created_at_ms=row["created_at_ms"],
        name=row.get("name"),
        version=row.get("version"),
        description=row.get("description") or "",
        tags=row.get("tags"),
    )
