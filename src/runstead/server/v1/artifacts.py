"""Artifacts of a run, and everything of it as one zip."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import TooLarge
from runstead.domain.runs import RunRef
from runstead.server import uploads
from runstead.server.auth import UnitIn, needs, router
from runstead.server.downloads import ZipEntry, file_answer, page_answer, zip_answer
from runstead.server.v1.shapes import at
from runstead.service import artifacts
from runstead.service.unit import Unit
from runstead.store.artifacts import Artifact

routes = router()
RUN = "/api/v1/workspaces/{ws}/runs/{run_id}"


@dataclass(frozen=True)
class ArtifactShape:
    """One file of a run."""

    path: str
    size_bytes: int
    sha256: str | None
    created_at: str
    is_log: bool
    final: bool


@dataclass(frozen=True)
class ArtifactsShape:
    """By path."""

    artifacts: list[ArtifactShape]


@dataclass(frozen=True)
class StoredShape:
    """What was stored."""

    path: str
    size_bytes: int
    sha256: str | None


@routes.get(RUN + "/artifacts")
@needs("read")
def list_artifacts(ws: str, run_id: str, unit: UnitIn, prefix: str = "") -> ArtifactsShape:
    """Artifacts and logs."""
    run, found = artifacts.listed(unit, ws, run_id, prefix=prefix)
    return ArtifactsShape([_shape(run, artifact) for artifact in found])


@routes.put(RUN + "/artifacts/{path:path}")
@needs("run", body="stream")
async def put_artifact(
    ws: str, run_id: str, path: str, request: Request, unit: UnitIn, *, overwrite: bool = False
) -> StoredShape:
    """Store a file; the body is its bytes."""
    await run_in_threadpool(artifacts.check_free, unit, ws, run_id, path)
    blob = await uploads.stored(request, unit)
    made = await run_in_threadpool(artifacts.put, unit, ws, run_id, path, blob, overwrite=overwrite)
    return StoredShape(made.path, made.size_bytes, made.sha256)


@routes.get(RUN + "/artifacts/{path:path}", response_class=Response)
@needs("read")
def get_artifact(ws: str, run_id: str, path: str, request: Request, unit: UnitIn, *, inline: bool = False) -> Response:
    """The bytes of a file."""
    artifact = artifacts.find(unit, ws, run_id, path)
    return file_answer(
        artifacts.opened(unit, run_id, artifact),
        artifact.path.rpartition("/")[2],
        etag=artifact.sha256,
        inline=inline,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


@routes.get(RUN + "/pages/{path:path}", response_class=Response)
@needs("read")
def get_page(ws: str, run_id: str, path: str, unit: UnitIn, *, scripts: bool = False) -> Response:
    """An HTML or SVG file, to be looked at where it can reach nothing."""
    artifact = artifacts.find(unit, ws, run_id, path)
    return page_answer(artifacts.opened(unit, run_id, artifact), artifact.path.rpartition("/")[2], scripts=scripts)


@routes.get(RUN + "/zip", response_class=Response)
@needs("read")
def get_zip(
    ws: str, run_id: str, unit: UnitIn, prefix: str = "", path: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Artifacts and logs as they are now, in one zip; `path`: only these, a folder if it ends in a slash."""
    run, found = artifacts.listed(unit, ws, run_id, prefix=prefix)
    if path is not None:
        found = artifacts.chosen(found, path, run_id)
    if len(found) > unit.settings.limits.zip_files:
        raise TooLarge(f"run {run_id} has {len(found)} files here; give a prefix to zip a part of them")
    return zip_answer(_entries(unit, run, found), f"{run.run_id}.zip")


def _entries(unit: Unit, run: RunRef, found: list[Artifact]) -> Iterator[ZipEntry]:
    there = {artifact.path for artifact in found}
    for artifact in found:
        if artifact.alias_of in there:
            continue  # once is enough
        yield ZipEntry(
            artifact.path,
            artifact.size_bytes,
            artifact.created_at_ms,
            partial(artifacts.opened, unit, run.run_id, artifact),
        )


def _shape(run: RunRef, artifact: Artifact) -> ArtifactShape:
    return ArtifactShape(
        path=artifact.path,
        size_bytes=artifact.size_bytes,
        sha256=artifact.sha256,
        created_at=at(artifact.created_at_ms),
        is_log=artifact.is_log,
        final=run.is_final or not artifact.is_log,
    )
