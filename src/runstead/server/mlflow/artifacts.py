"""MLflow's artifacts: the files of our runs, listed, and sent through this server."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.paths import normalised_path
from runstead.server import uploads
from runstead.server.auth import CallerIn, UnitIn, check_within, needs
from runstead.server.downloads import file_answer
from runstead.server.mlflow.runs import root_of
from runstead.server.mlflow.wire import BASE, MOUNT, Asked, AskedIn, answer, paged, router
from runstead.service import artifacts, runs
from runstead.service.unit import Unit
from runstead.store.artifacts import Artifact

routes = router()
PROXY = MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts"
MOST_FILES = 100_000
HOW = "it is <experiment id>/<run id>/artifacts/<path>, as in a run's artifact_uri"


@dataclass(frozen=True)
class Place:
    """Where a proxied path leads; `path` is empty for the root of the run."""

    run_id: str
    path: str


@routes.get(BASE + "/artifacts/list")
@needs("read")
def list_artifacts(asked: AskedIn) -> Response:
    """The files and folders directly below a path of a run."""
    run = runs.load(asked.unit, asked.workspace, asked.run_id())
    path = asked.maybe("path")
    folder = normalised_path(path) if path and path != "." else ""
    some, token = paged(
        _below(asked.unit, asked.workspace, run.run_id, folder, whole=True), asked.page(MOST_FILES, 1 << 31)
    )
    return answer({"root_uri": root_of(run), "files": some, **token})


@routes.get(PROXY)
@needs("read")
def list_proxied(asked: AskedIn) -> Response:
    """The same through the artifact proxy: names are relative to the path that is listed."""
    told = asked.maybe("path") or ""
    place = place_of(asked, told)
    return answer({"files": _below(asked.unit, asked.workspace, place.run_id, place.path, whole=False)})


@routes.get(PROXY + "/{path:path}")
@needs("read")
def download(path: str, request: Request, asked: AskedIn) -> Response:
    """The bytes of a file."""
    return send(request, asked, file_at(asked, path))


@routes.put(PROXY + "/{path:path}")
@needs("run", body="stream")
async def upload(ws: str, path: str, request: Request, unit: UnitIn, caller: CallerIn) -> Response:
    """Store a file; the body is its bytes. What was at this path is replaced, as MLflow does."""
    place = await run_in_threadpool(_writable, Asked(unit, caller, ws, {}), path)
    await run_in_threadpool(artifacts.check_free, unit, ws, place.run_id, place.path)
    blob = await uploads.stored(request, unit)
    await run_in_threadpool(artifacts.put, unit, ws, place.run_id, place.path, blob, overwrite=True)
    return answer({})


@routes.delete(PROXY + "/{path:path}")
@needs("run")
def delete(path: str, asked: AskedIn) -> Response:
    """A file, or all below a folder. Logs of a job stay."""
    place = _writable(asked, path)
    artifacts.remove(asked.unit, asked.workspace, place.run_id, place.path)
    return answer({})


@routes.get(MOUNT + "/get-artifact")
@needs("read")
def get_artifact(request: Request, asked: AskedIn) -> Response:
    """A file of a run, as MLflow's own pages ask for it."""
    found = artifacts.find(asked.unit, asked.workspace, asked.run_id(), asked.text("path"))
    return send(request, asked, (asked.run_id(), found))


def place_of(asked: Asked, path: str) -> Place:
    """The run and the path in it that a proxied path names; nothing else can be reached through the proxy."""
    parts = path.strip("/").split("/")
    if len(parts) < 3 or parts[2] != "artifacts":
        raise InvalidArgument(f"Invalid path: {path[:200]!r} leads to no run; {HOW}")
    rest = "/".join(parts[3:])
    run = runs.load(asked.unit, asked.workspace, parts[1])
    if run.experiment_id != parts[0]:
        raise NotFound(f"run {run.run_id} is not of experiment {parts[0][:64]!r}")
    return Place(run.run_id, normalised_path(rest) if rest else "")


def send(request: Request, asked: Asked, found: tuple[str, Artifact]) -> Response:
    """A file as a download."""
    run_id, artifact = found
    return file_answer(
        artifacts.opened(asked.unit, run_id, artifact),
        artifact.path.rpartition("/")[2],
        etag=artifact.sha256,
        inline=False,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


def file_at(asked: Asked, path: str) -> tuple[str, Artifact]:
    """(the run, its file) that a proxied path names."""
    place = place_of(asked, path)
    if not place.path:
        raise InvalidArgument(f"Invalid path: {path[:200]!r} names no file")
    return place.run_id, artifacts.find(asked.unit, asked.workspace, place.run_id, place.path)


def _writable(asked: Asked, path: str) -> Place:
    place = place_of(asked, path)
    check_within(asked.unit, asked.caller, place.run_id)
    if not place.path:
        raise InvalidArgument(f"Invalid path: {path[:200]!r} names no file")
    return place


def _below(unit: Unit, workspace: str, run_id: str, folder: str, *, whole: bool) -> list[dict[str, Any]]:
    """Files and folders directly below, by name; `whole`: with paths from the root. A file has nothing below it."""
    prefix = f"{folder}/" if folder else ""
    _, found = artifacts.listed(unit, workspace, run_id, prefix=prefix)
    rows: dict[str, dict[str, Any]] = {}
    for artifact in found:
        name, slash, _ = artifact.path.removeprefix(prefix).partition("/")
        path = prefix + name if whole else name
        rows[path] = (
            {"path": path, "is_dir": True}
            if slash
            else {
                "path": path,
                "is_dir": False,
                "file_size": artifact.size_bytes,
            }
        )
    return [rows[path] for path in sorted(rows)]
