"""Snapshots and the blobs they are made of."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from runstead.domain.snapshots import SnapshotFile, manifest_json
from runstead.server import uploads
from runstead.server.auth import UnitIn, needs, router
from runstead.server.downloads import ZipEntry, file_answer, zip_answer
from runstead.service import snapshots
from runstead.service.snapshots import Intake
from runstead.service.unit import Unit

routes = router()
W = "/api/v1/workspaces/{ws}"
EPOCH_MS = 315_532_800_000  # 1980-01-01, the first time a zip can hold: a snapshot keeps no times


@dataclass(frozen=True)
class NamesBody:
    """Blobs by name."""

    sha256: list[str]


@dataclass(frozen=True)
class MissingShape:
    """Blobs that have to be sent."""

    missing: list[str]


@dataclass(frozen=True)
class TakenShape:
    """How many blobs came in."""

    stored: int


@dataclass(frozen=True)
class ManifestBody:
    """The files of a snapshot; checked by the domain."""

    files: list[dict[str, Any]]  # {path, sha256, size_bytes, executable}


@dataclass(frozen=True)
class SnapshotShape:
    """A snapshot that is kept."""

    snapshot_id: str


@dataclass(frozen=True)
class ManifestShape:
    """A snapshot and its files."""

    snapshot_id: str
    files: list[dict[str, Any]]  # {path, sha256, size_bytes, executable}


@routes.post(W + "/blobs/missing")
@needs("run")
def post_missing(ws: str, unit: UnitIn, body: NamesBody) -> MissingShape:
    """Which of these blobs have to be sent."""
    return MissingShape(snapshots.missing_blobs(unit, ws, body.sha256))


@routes.post(W + "/blobs")
@needs("run", body="stream")
async def post_blobs(ws: str, request: Request, unit: UnitIn) -> TakenShape:
    """Blobs, one after the other: sha256 (32 bytes), length (u64, little-endian), bytes."""
    with closing(Intake(unit)) as intake:
        await uploads.written(request, unit, intake.take)
        return TakenShape(intake.finish())


@routes.put(W + "/snapshots/{snapshot_id}")
@needs("run")
def put_snapshot(ws: str, snapshot_id: str, unit: UnitIn, body: ManifestBody) -> SnapshotShape:
    """Keep a snapshot; Conflict with `missing` if blobs have to be sent first."""
    return SnapshotShape(snapshots.put(unit, ws, snapshot_id, body.files))


@routes.get(W + "/snapshots/{snapshot_id}")
@needs("read")
def get_snapshot(ws: str, snapshot_id: str, unit: UnitIn) -> ManifestShape:
    """The files of a snapshot, by path."""
    return ManifestShape(snapshot_id, manifest_json(snapshots.load(unit, ws, snapshot_id)))


@routes.get(W + "/snapshots/{snapshot_id}/zip", response_class=Response)
@needs("read")
def get_snapshot_zip(ws: str, snapshot_id: str, unit: UnitIn) -> Response:
    """The whole snapshot as a zip."""
    return zip_answer(_entries(unit, snapshots.load(unit, ws, snapshot_id)), f"{snapshot_id}.zip")


@routes.get(W + "/snapshots/{snapshot_id}/files/{path:path}", response_class=Response)
@needs("read")
def get_snapshot_file(
    ws: str, snapshot_id: str, path: str, request: Request, unit: UnitIn, *, inline: bool = False
) -> Response:
    """One file of a snapshot."""
    file, content = snapshots.open_file(unit, ws, snapshot_id, path)
    return file_answer(
        content,
        file.path.rpartition("/")[2],
        etag=file.sha256,
        inline=inline,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


def _entries(unit: Unit, files: tuple[SnapshotFile, ...]) -> Iterator[ZipEntry]:
    for file in files:
        opened = partial(unit.blobs.open, file.sha256)
        yield ZipEntry(file.path, file.size_bytes, EPOCH_MS, opened, executable=file.executable)
