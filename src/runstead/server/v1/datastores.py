"""Datastores, and the files of the server's own ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.datastores import Datastore, DatastoreDraft, StoredFile
from runstead.server import uploads
from runstead.server.auth import UnitIn, needs, router
from runstead.server.downloads import file_answer
from runstead.server.v1.shapes import at
from runstead.service import datastores

routes = router()
W = "/api/v1/workspaces/{ws}"
STORE = W + "/datastores/{name}"


@dataclass(frozen=True)
class DatastoreBody:
    """Where a datastore is."""

    kind: str
    settings: dict[str, str | None] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    overwrite: bool = False


@dataclass(frozen=True)
class DatastoreShape:
    """Datastore."""

    name: str
    kind: str
    settings: Mapping[str, str | None]
    is_default: bool
    created_at: str


@dataclass(frozen=True)
class DatastoresShape:
    """By name."""

    datastores: list[DatastoreShape]


@dataclass(frozen=True)
class StoredFileShape:
    """One file."""

    path: str
    size_bytes: int
    sha256: str
    changed_at: str


@dataclass(frozen=True)
class StoredFilesShape:
    """A page of files; `next_cursor` null: the last one."""

    files: list[StoredFileShape]
    next_cursor: str | None


@dataclass(frozen=True)
class DatastoreSecretsShape:
    """Credentials by name."""

    secrets: Mapping[str, str]


@dataclass(frozen=True)
class ForgottenShape:
    """Nothing more to say."""


@routes.get(W + "/datastores")
@needs("read")
def list_datastores(ws: str, unit: UnitIn) -> DatastoresShape:
    """All datastores of the workspace."""
    return DatastoresShape([_shape(one) for one in datastores.listed(unit, ws)])


@routes.get(W + "/default-datastore")
@needs("read")
def get_default_datastore(ws: str, unit: UnitIn) -> DatastoreShape:
    """The one that is used where none is named."""
    return _shape(datastores.load_default(unit, ws))


@routes.put(STORE)
@needs("write")
def put_datastore(ws: str, name: str, unit: UnitIn, body: DatastoreBody) -> DatastoreShape:
    """Keep where a datastore is."""
    draft = DatastoreDraft(body.kind, body.settings, body.secrets)
    return _shape(datastores.register(unit, ws, name, draft, overwrite=body.overwrite))


@routes.get(STORE)
@needs("read")
def get_datastore(ws: str, name: str, unit: UnitIn) -> DatastoreShape:
    """One datastore."""
    return _shape(datastores.load(unit, ws, name))


@routes.get(STORE + "/secrets")
@needs("run")
def get_secrets(ws: str, name: str, unit: UnitIn) -> DatastoreSecretsShape:
    """Credentials, for who reads and writes the datastore: the owner, and jobs of the workspace."""
    return DatastoreSecretsShape(datastores.load_secrets(unit, ws, name))


@routes.delete(STORE)
@needs("write")
def delete_datastore(ws: str, name: str, unit: UnitIn) -> ForgottenShape:
    """Forget a datastore; what it points to stays."""
    datastores.unregister(unit, ws, name)
    return ForgottenShape()


@routes.post(STORE + "/default")
@needs("write")
def post_default(ws: str, name: str, unit: UnitIn) -> DatastoreShape:
    """Make it the default."""
    return _shape(datastores.set_default(unit, ws, name))


@routes.get(STORE + "/files")
@needs("read")
def list_files(ws: str, name: str, unit: UnitIn, prefix: str = "", after: str = "") -> StoredFilesShape:
    """A page of files."""
    page, cursor = datastores.files(unit, ws, name, prefix=prefix, after=after)
    return StoredFilesShape([_file_shape(file) for file in page], cursor)


@routes.put(STORE + "/files/{path:path}")
@needs("run", body="stream")
async def put_file(
    ws: str, name: str, path: str, request: Request, unit: UnitIn, *, overwrite: bool = False
) -> StoredFileShape:
    """Store a file; the body is its bytes."""
    await run_in_threadpool(datastores.check_file, unit, ws, name, path, overwrite=overwrite)
    blob = await uploads.stored(request, unit)
    return _file_shape(await run_in_threadpool(datastores.put_file, unit, ws, name, path, blob, overwrite=overwrite))


@routes.get(STORE + "/files/{path:path}", response_class=Response)
@needs("read")
def get_file(ws: str, name: str, path: str, request: Request, unit: UnitIn, *, inline: bool = False) -> Response:
    """The bytes of a file."""
    file, content = datastores.open_file(unit, ws, name, path)
    return file_answer(
        content,
        file.path.rpartition("/")[2],
        etag=file.sha256,
        inline=inline,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


def _shape(store: Datastore) -> DatastoreShape:
    return DatastoreShape(store.name, store.kind, store.settings, store.is_default, at(store.created_at_ms))


def _file_shape(file: StoredFile) -> StoredFileShape:
    return StoredFileShape(file.path, file.size_bytes, file.sha256, at(file.changed_at_ms))
