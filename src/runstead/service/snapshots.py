"""Snapshots: their files are blobs, taken in once, whoever sends them."""

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from typing import BinaryIO

import sqlalchemy as sa

from runstead.blobs.contracts import BlobWriter
from runstead.domain.errors import Conflict, InvalidArgument, NotFound, TooLarge
from runstead.domain.snapshots import (
    SnapshotFile,
    SnapshotLimits,
    manifest_json,
    manifest_of,
    snapshot_id_of,
)
from runstead.domain.workspaces import Workspace
from runstead.service import workspaces
from runstead.service.unit import Unit
from runstead.store import snapshots

HASH_BYTES = 32
HEAD_BYTES = HASH_BYTES + 8


def missing_blobs(unit: Unit, workspace: str, sha256s: Sequence[str]) -> list[str]:
    """Those that have to be sent."""
    workspaces.load(unit, workspace)
    return unit.blobs.missing(sha256s)


def put(unit: Unit, workspace: str, snapshot_id: str, rows: object) -> str:
    """Keep a snapshot whose blobs are here; Conflict with `missing` if some are not. Again is fine."""
    files = manifest_of(rows, _limits(unit))
    if snapshot_id_of(files) != snapshot_id:
        raise InvalidArgument(f"these files are snapshot {snapshot_id_of(files)}, not {snapshot_id}")
    home = workspaces.load(unit, workspace)
    with unit.read() as connection:
        if snapshots.find_manifest(connection, home.key, snapshot_id) is not None:
            return snapshot_id
    if missing := unit.blobs.missing(file.sha256 for file in files):
        raise Conflict(f"{len(missing)} blobs of the snapshot have to be sent first", missing=missing)
    _check_sizes(unit, files)
    with unit.blobs.writer() as writer:
        writer.write(json.dumps(manifest_json(files)).encode())
        manifest = writer.commit()
    with unit.write() as tx:
        snapshots.insert(
            tx.connection,
            home.key,
            snapshot_id,
            manifest_sha256=manifest.sha256,
            file_count=len(files),
            size_bytes=sum(file.size_bytes for file in files),
            at_ms=tx.at_ms,
        )
    return snapshot_id


def load(unit: Unit, workspace: str, snapshot_id: str) -> tuple[SnapshotFile, ...]:
    """The files of a snapshot, by path."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        manifest = found(connection, home, snapshot_id)
    with unit.blobs.open(manifest) as content:
        return tuple(SnapshotFile(**row) for row in json.load(content))


def found(connection: sa.Connection, workspace: Workspace, snapshot_id: str) -> str:
    """The name of the blob that lists the files, within a transaction."""
    manifest = snapshots.find_manifest(connection, workspace.key, snapshot_id)
    if manifest is None:
        raise NotFound(f"there is no snapshot {snapshot_id!r} in workspace {workspace.name!r}")
    return manifest


def open_file(unit: Unit, workspace: str, snapshot_id: str, path: str) -> tuple[SnapshotFile, BinaryIO]:
    """One file of a snapshot and its bytes."""
    for file in load(unit, workspace, snapshot_id):
        if file.path == path:
            return file, unit.blobs.open(file.sha256)
    raise NotFound(f"snapshot {snapshot_id} has no file {path!r}")


class Intake:
    """Takes in blobs from one request body, `sha256 · length · bytes` again and again, however it is cut."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._head = bytearray()
        self._writer: BlobWriter | None = None
        self._open = ExitStack()
        self._left_bytes = 0
        self.stored = 0

    def close(self) -> None:
        """Throws away a blob that is not whole."""
        self._open.close()

    def take(self, chunk: bytes) -> None:
        """The next bytes of the body. InvalidArgument names a blob whose bytes have another hash."""
        rest = memoryview(chunk)
        while rest:
            if self._writer is None:
                used = min(len(rest), HEAD_BYTES - len(self._head))
                self._head += rest[:used]
                if len(self._head) == HEAD_BYTES:
                    self._begin()
            else:
                used = min(len(rest), self._left_bytes)
                self._writer.write(bytes(rest[:used]))
                self._left_bytes -= used
            rest = rest[used:]
            self._keep_if_whole()

    def finish(self) -> int:
        """How many blobs came in; InvalidArgument if the body ended within one."""
        if self._head:
            raise InvalidArgument(f"the body ends within a blob, {self._left_bytes} bytes too early; send it again")
        return self.stored

    def _begin(self) -> None:
        self._left_bytes = int.from_bytes(self._head[HASH_BYTES:], "little")
        if self._left_bytes > self._unit.settings.limits.upload_bytes:
            raise TooLarge(f"a blob of {self._left_bytes} bytes is more than this server takes")
        self._writer = self._open.enter_context(self._unit.blobs.writer())

    def _keep_if_whole(self) -> None:
        if self._writer is None or self._left_bytes:
            return
        self._writer.commit(self._head[:HASH_BYTES].hex())
        self._open.close()
        self._writer = None
        self._head.clear()
        self.stored += 1


def _limits(unit: Unit) -> SnapshotLimits:
    return SnapshotLimits(unit.settings.limits.snapshot_bytes, unit.settings.limits.snapshot_files)


def _check_sizes(unit: Unit, files: Sequence[SnapshotFile]) -> None:
    for file in files:
        with unit.blobs.open(file.sha256) as content:
            size_bytes = content.seek(0, os.SEEK_END)
        if size_bytes != file.size_bytes:
            raise InvalidArgument(f"{file.path} has {size_bytes} bytes, not {file.size_bytes} as the manifest says")
