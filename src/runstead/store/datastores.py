"""Datastores by name, and the files of the server's own ones by path."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from runstead.domain.datastores import BLOB_STORE, OWN, OWN_STORES, Datastore, StoredFile
from runstead.store.datastore_tables import datastore_files, datastores
from runstead.store.engine import insert_if_absent, upsert
from runstead.store.hashes import key_of

_FILE = (datastore_files.c.datastore_key == sa.bindparam("of_store")) & (
    datastore_files.c.path_key == sa.bindparam("at_path")
)
_FIND_FILE = sa.select(datastore_files).where(_FILE)


def add_own(connection: sa.Connection, workspace_key: int, *, at_ms: int) -> None:
    """The two that every workspace has, unless they are there."""
    rows = [
        {
            "workspace_key": workspace_key,
            "name": name,
            "kind": OWN,
            "settings": {},
            "is_default": name == BLOB_STORE,
            "created_at_ms": at_ms,
        }
        for name in OWN_STORES
    ]
    insert_if_absent(connection, datastores, rows)


def find(connection: sa.Connection, workspace_key: int, name: str, *, for_update: bool = False) -> Datastore | None:
    """The datastore of this name, whatever its case."""
    query = _of(workspace_key).where(sa.func.lower(datastores.c.name) == name.lower())
    row = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    return None if row is None else _datastore(row)


def find_default(connection: sa.Connection, workspace_key: int) -> Datastore | None:
    """The workspace's default datastore."""
    row = connection.execute(_of(workspace_key).where(datastores.c.is_default)).mappings().first()
    return None if row is None else _datastore(row)


def listed(connection: sa.Connection, workspace_key: int) -> list[Datastore]:
    """All of a workspace, by name."""
    return sorted((_datastore(r) for r in connection.execute(_of(workspace_key)).mappings()), key=lambda d: d.name)


def insert(
    connection: sa.Connection, workspace_key: int, name: str, *, kind: str, settings: Mapping[str, object], at_ms: int
) -> bool:
    """A datastore, unless the name is taken; returns whether it was made."""
    row = {"name": name, "kind": kind, "settings": dict(settings), "is_default": False, "created_at_ms": at_ms}
    return insert_if_absent(connection, datastores, [{"workspace_key": workspace_key, **row}]) == 1


def seal(connection: sa.Connection, datastore_key: int, sealed: bytes | None) -> None:
    """Keep credentials, or forget them."""
    mine = datastores.c.datastore_key == datastore_key
    connection.execute(sa.update(datastores).where(mine).values(sealed=sealed))


def sealed_of(connection: sa.Connection, datastore_key: int) -> bytes | None:
    """The credentials, as they were sealed; None if there are none."""
    mine = datastores.c.datastore_key == datastore_key
    return connection.execute(sa.select(datastores.c.sealed).where(mine)).scalar()


def update(connection: sa.Connection, datastore_key: int, *, kind: str, settings: Mapping[str, object]) -> None:
    """What a name stands for from now on."""
    mine = datastores.c.datastore_key == datastore_key
    connection.execute(sa.update(datastores).where(mine).values(kind=kind, settings=dict(settings)))


def set_default(connection: sa.Connection, workspace_key: int, datastore_key: int) -> None:
    """This one, and no other."""
    chosen = sa.update(datastores).where(datastores.c.workspace_key == workspace_key)
    connection.execute(chosen.values(is_default=datastores.c.datastore_key == datastore_key))


def delete(connection: sa.Connection, datastore_key: int) -> None:
    """The name goes; it has no files here."""
    connection.execute(sa.delete(datastores).where(datastores.c.datastore_key == datastore_key))


def find_file(connection: sa.Connection, datastore_key: int, path: str) -> StoredFile | None:
    """The file at this path."""
    row = connection.execute(_FIND_FILE, {"of_store": datastore_key, "at_path": key_of(path)}).mappings().first()
    return None if row is None else _file(row)


def put_file(connection: sa.Connection, datastore_key: int, file: StoredFile) -> None:
    """Name a file, or give the path its new content."""
    row = {
        "datastore_key": datastore_key,
        "path_key": key_of(file.path),
        "path": file.path,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "changed_at_ms": file.changed_at_ms,
    }
    changed = ("size_bytes", "sha256", "changed_at_ms")
    upsert(connection, datastore_files, [row], keys=("datastore_key", "path_key"), update=changed)


def files(
    connection: sa.Connection, datastore_key: int, *, prefix: str, after: str, limit: int
) -> tuple[Sequence[StoredFile], str | None]:
    """(at most `limit` files whose path begins with `prefix`, the cursor to go on from), in no order of use.

    after: a cursor of an earlier call, or empty.
    """
    query = (
        sa.select(datastore_files)
        .where(datastore_files.c.datastore_key == datastore_key, datastore_files.c.path_key > after)
        .order_by(datastore_files.c.path_key)
        .limit(limit)
    )
    if prefix:
        query = query.where(datastore_files.c.path.startswith(prefix, autoescape=True))
    rows = connection.execute(query).mappings().all()
    cursor = str(rows[-1]["path_key"]) if len(rows) == limit else None
    # Compared once more: SQLite's LIKE knows no case.
    return [_file(row) for row in rows if row["path"].startswith(prefix)], cursor


def _of(workspace_key: int) -> sa.Select[tuple[object, ...]]:
    return sa.select(datastores).where(datastores.c.workspace_key == workspace_key)


def _datastore(row: sa.RowMapping) -> Datastore:
    return Datastore(
        key=row["datastore_key"],
        name=row["name"],
        kind=row["kind"],
        settings=row["settings"],
        is_default=row["is_default"],
        created_at_ms=row["created_at_ms"],
    )


def _file(row: sa.RowMapping) -> StoredFile:
    return StoredFile(row["path"], row["size_bytes"], row["sha256"], row["changed_at_ms"])
