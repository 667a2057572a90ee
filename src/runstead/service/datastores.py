"""Datastores: two of each workspace hold files here; the others are registered as facts and reached by clients."""

import json
from collections.abc import Sequence
from typing import BinaryIO

import sqlalchemy as sa

from runstead.blobs.contracts import Blob
from runstead.domain.datastores import (
    OWN,
    Datastore,
    DatastoreDraft,
    StoredFile,
    checked_datastore_name,
    checked_draft,
)
from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.paths import normalised_path, normalised_prefix
from runstead.domain.workspaces import Workspace
from runstead.service import seals, workspaces
from runstead.service.unit import Unit
from runstead.store import datastores

PAGE_FILES = 5_000


def listed(unit: Unit, workspace: str) -> list[Datastore]:
    """All datastores of a workspace, by name."""
    with unit.read() as connection:
        return datastores.listed(connection, workspaces.found(connection, workspace).key)


def load(unit: Unit, workspace: str, name: str) -> Datastore:
    """The datastore of this name, or NotFound."""
    with unit.read() as connection:
        return found(connection, workspaces.found(connection, workspace), name)


def load_default(unit: Unit, workspace: str) -> Datastore:
    """The one that is used where none is named."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        default = datastores.find_default(connection, home.key)
    if default is None:
        raise NotFound(f"the workspace {workspace!r} has no default datastore; set one")
    return default


def found(connection: sa.Connection, home: Workspace, name: str, *, for_update: bool = False) -> Datastore:
    """The same within a transaction."""
    there = datastores.find(connection, home.key, name, for_update=for_update)
    if there is None:
        known = ", ".join(d.name for d in datastores.listed(connection, home.key)[:20])
        raise NotFound(f"there is no datastore {name!r} in workspace {home.name!r}; it has {known}")
    return there


def register(unit: Unit, workspace: str, name: str, draft: DatastoreDraft, *, overwrite: bool = False) -> Datastore:
    """Keep where a datastore is. Conflict if the name is taken by another one and `overwrite` is not asked for."""
    checked_datastore_name(name)
    checked_draft(draft)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = datastores.find(tx.connection, home.key, name, for_update=True)
        if there is None:
            if not datastores.insert(
                tx.connection, home.key, name, kind=draft.kind, settings=draft.settings, at_ms=tx.at_ms
            ):
                raise Conflict(f"the datastore {name!r} was registered at the same moment; try again")
        elif there.kind == OWN:
            raise Conflict(f"{there.name} is the workspace's own datastore; choose another name")
        elif not overwrite and not _is_same(unit, tx.connection, home, there, draft):
            raise Conflict(f"the datastore {there.name} is registered with other settings; pass overwrite to change it")
        else:
            datastores.update(tx.connection, there.key, kind=draft.kind, settings=draft.settings)
        made = found(tx.connection, home, name)
        told = json.dumps(dict(draft.secrets)).encode()
        sealed = seals.sealed(unit.settings, told, place=_place(home, made)) if draft.secrets else None
        datastores.seal(tx.connection, made.key, sealed)
        return made


def load_secrets(unit: Unit, workspace: str, name: str) -> dict[str, str]:
    """A datastore's credentials, for those who read and write it; empty if it has none. Conflict: another key."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        return _secrets(unit, connection, home, found(connection, home, name))


def unregister(unit: Unit, workspace: str, name: str) -> None:
    """Forget a datastore; what it points to stays as it is."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = found(tx.connection, home, name, for_update=True)
        if there.kind == OWN:
            raise Conflict(f"{there.name} is the workspace's own datastore and cannot be unregistered")
        if there.is_default:
            raise Conflict(f"{there.name} is the workspace's default datastore; set another one first")
        datastores.delete(tx.connection, there.key)


def set_default(unit: Unit, workspace: str, name: str) -> Datastore:
    """Make it the one that is used where none is named."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = found(tx.connection, home, name, for_update=True)
        datastores.set_default(tx.connection, home.key, there.key)
        return found(tx.connection, home, name)


def check_file(unit: Unit, workspace: str, name: str, path: str, *, overwrite: bool) -> None:
    """NotFound, InvalidArgument or Conflict, as far as that can be told before the bytes have arrived."""
    wanted = normalised_path(path)
    with unit.read() as connection:
        store = _own(connection, workspace, name)
        if not overwrite and datastores.find_file(connection, store.key, wanted) is not None:
            raise _taken(store.name, wanted)


def put_file(unit: Unit, workspace: str, name: str, path: str, blob: Blob, *, overwrite: bool) -> StoredFile:
    """Name a blob that is stored; Conflict if the path is taken and `overwrite` is not asked for."""
    file = StoredFile(normalised_path(path), blob.size_bytes, blob.sha256, unit.now_ms())
    with unit.write() as tx:
        store = _own(tx.connection, workspace, name)
        if not overwrite and datastores.find_file(tx.connection, store.key, file.path) is not None:
            raise _taken(store.name, file.path)
        datastores.put_file(tx.connection, store.key, file)
    return file


def files(
    unit: Unit, workspace: str, name: str, *, prefix: str | None, after: str
) -> tuple[Sequence[StoredFile], str | None]:
    """(a page of files whose path begins with `prefix`, the cursor of the next page)."""
    with unit.read() as connection:
        store = _own(connection, workspace, name)
        wanted = normalised_prefix(prefix)
        return datastores.files(connection, store.key, prefix=wanted, after=after, limit=PAGE_FILES)


def open_file(unit: Unit, workspace: str, name: str, path: str) -> tuple[StoredFile, BinaryIO]:
    """A file and its bytes, seekable."""
    wanted = normalised_path(path)
    with unit.read() as connection:
        store = _own(connection, workspace, name)
        file = datastores.find_file(connection, store.key, wanted)
    if file is None:
        raise NotFound(f"the datastore {store.name} has no file {wanted!r}")
    return file, unit.blobs.open(file.sha256)


def _is_same(unit: Unit, connection: sa.Connection, home: Workspace, there: Datastore, draft: DatastoreDraft) -> bool:
    said = (there.kind, dict(there.settings), _secrets(unit, connection, home, there))
    return said == (draft.kind, dict(draft.settings), dict(draft.secrets))


def _secrets(unit: Unit, connection: sa.Connection, home: Workspace, store: Datastore) -> dict[str, str]:
    sealed = datastores.sealed_of(connection, store.key)
    if sealed is None:
        return {}
    told = json.loads(seals.unsealed(unit.settings, sealed, place=_place(home, store)))
    return {str(key): str(value) for key, value in told.items()}


def _place(home: Workspace, store: Datastore) -> str:
    """A sealed value that is copied to another row of the database cannot be read there."""
    return f"{home.workspace_id}/datastore {store.name}"


def _own(connection: sa.Connection, workspace: str, name: str) -> Datastore:
    store = found(connection, workspaces.found(connection, workspace), name)
    if store.kind != OWN:
        raise InvalidArgument(f"the files of {store.name}, of kind {store.kind}, are not on this server")
    return store


def _taken(name: str, path: str) -> Conflict:
    return Conflict(f"{path!r} is in the datastore {name} already; pass overwrite to replace it")
