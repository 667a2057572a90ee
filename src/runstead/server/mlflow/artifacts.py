"""MLflow's artifacts: the files of our runs, listed, and sent through this server."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import PurePosixPath
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
from runstead.server.mlflow.wire import BASE, MOUNT, Asked, AskedIn, answer, filled, paged, router
from runstead.service import artifacts, logged_models, runs, traces
from runstead.service.unit import Unit
from runstead.store.artifacts import Artifact

routes = router()
PROXY = MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts"
MOST_FILES = 100_000
# Endings, and names without one, of files that are text.
TEXTS = re.compile(
    r"txt|log|err|cfg|conf|cnf|cf|ini|properties|prop|hocon|toml|ya?ml|xml|json|js|py3?|[ct]sv|md|rst|ipynb|MLmodel|"
    r"(ML|ml)project"
)
HOW = "it is <experiment id>/<run id>/artifacts/<path>, as in a run's artifact_uri"


@dataclass(frozen=True)
class Place:
    """Where a proxied path leads: `path` in a run; `root` is the folder of a logged model or trace, empty for its own.

    `owner_id`: the run whose token may write here.
    """

    run_id: str
    path: str
    root: str = ""
    owner_id: str | None = None


@routes.get(BASE + "/artifacts/list")
@needs("read")
def list_artifacts(asked: AskedIn) -> Response:
    """The files and folders directly below a path of a run."""
    run = runs.load(asked.unit, asked.workspace, asked.run_id())
    path = asked.maybe("path")
    folder = safe_path(path) if path and path != "." else ""
    files = below(asked.unit, asked.workspace, Place(run.run_id, folder))
    some, token = paged(files, asked.page(MOST_FILES, 1 << 31))
    return answer({"root_uri": root_of(run), **filled({"files": some}), **token})


def list_proxied(asked: Asked) -> Response:
    """The same through the artifact proxy: names are relative to the path that is listed."""
    files = below(asked.unit, asked.workspace, place_of(asked, asked.maybe("path") or ""))
    return answer(filled({"files": [{**one, "path": one["path"].rpartition("/")[2]} for one in files]}))


@routes.get(PROXY + "/{path:path}")
@needs("read")
def download(path: str, request: Request, asked: AskedIn) -> Response:
    """The bytes of a file."""
    place = _file_of(place_of(asked, path), path)
    found = artifacts.find(asked.unit, asked.workspace, place.run_id, place.path)
    return send(request, asked.unit, place.run_id, found)


@routes.put(PROXY + "/{path:path}")
@needs("run", body="stream")
async def upload(ws: str, path: str, request: Request, unit: UnitIn, caller: CallerIn) -> Response:
    """Store a file; the body is its bytes. What was at this path is replaced, as MLflow does."""
    place = await run_in_threadpool(writable, Asked(unit, caller, ws, {}), path)
    await run_in_threadpool(artifacts.check_free, unit, ws, place.run_id, place.path)
    blob = await uploads.stored(request, unit)
    await run_in_threadpool(artifacts.put, unit, ws, place.run_id, place.path, blob, overwrite=True)
    return answer({})


@routes.delete(PROXY + "/{path:path}")
@needs("run")
def delete(path: str, asked: AskedIn) -> Response:
    """A file, or all below a folder. Logs of a job stay."""
    place = writable(asked, path)
    artifacts.remove(asked.unit, asked.workspace, place.run_id, place.path)
    return answer({})


@routes.get(MOUNT + "/get-artifact")
@needs("read")
def get_artifact(request: Request, asked: AskedIn) -> Response:
    """A file of a run, as MLflow's own pages ask for it."""
    run_id, path = asked.run_id(), safe_path(asked.text("path"))
    return send(request, asked.unit, run_id, artifacts.find(asked.unit, asked.workspace, run_id, path))


def safe_path(path: str) -> str:
    """A path within a run; InvalidArgument in the two words that MLflow has for one that is none."""
    try:
        return normalised_path(path)
    except InvalidArgument as error:
        raise InvalidArgument("Invalid path") from error


def place_of(asked: Asked, path: str) -> Place:
    """The run and the path in it that a proxied path names; nothing else can be reached through the proxy."""
    match path.strip("/").split("/"):
        case [experiment_id, "models", model_id, "artifacts", *rest]:
            model = logged_models.load(asked.unit, asked.workspace, model_id)
            if model.experiment_id != experiment_id:
                raise NotFound(f"logged model {model.model_id} is not of experiment {experiment_id[:64]!r}")
            inner = _inner(rest)
            path = f"{model.root}/{inner}" if inner else model.root
            return Place(model.holder_id, path, model.root, model.holder_id)
        case [experiment_id, "traces", trace_id, "artifacts", *rest]:
            trace = traces.load(asked.unit, asked.workspace, trace_id)
            if trace.experiment_id != experiment_id:
                raise NotFound(f"trace {trace.trace_id} is not of experiment {experiment_id[:64]!r}")
            inner = _inner(rest)
            path = f"{trace.trace_id}/{inner}" if inner else trace.trace_id
            return Place(trace.holder_id, path, trace.trace_id, trace.source_run_id)
        case [experiment_id, run_id, "artifacts", *rest]:
            run = runs.load(asked.unit, asked.workspace, run_id)
            if run.experiment_id != experiment_id:
                raise NotFound(f"run {run.run_id} is not of experiment {experiment_id[:64]!r}")
            return Place(run.run_id, _inner(rest), "", run.run_id)
    raise InvalidArgument(f"Invalid path: {path[:200]!r} leads to no run; {HOW}")


def _inner(parts: Sequence[str]) -> str:
    """The path below a root, which clients also call `.`."""
    path = "/".join(parts)
    return "" if path in ("", ".") else normalised_path(path)


def send(request: Request, unit: Unit, run_id: str, artifact: Artifact) -> Response:
    """A file as a download."""
    return file_answer(
        artifacts.opened(unit, run_id, artifact),
        artifact.path.rpartition("/")[2],
        etag=artifact.sha256,
        inline=False,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
        media_type=media_type_of(artifact.path),
    )


def media_type_of(path: str) -> str:
    """What the name tells, as MLflow does; what a browser would run is plain text or plain bytes."""
    suffix = PurePosixPath(path).suffix.removeprefix(".") or PurePosixPath(path).name
    told = guess_type(path)[0] or ""
    if TEXTS.fullmatch(suffix) or told.startswith("text/"):
        return "text/plain"
    return told if told and not told.endswith("xml") else "application/octet-stream"


def below(unit: Unit, workspace: str, place: Place) -> list[dict[str, Any]]:  # Any: JSON
    """Files and folders directly below a place, by path from its root. A file has nothing below it.

    What is inside a logged model is listed with the model only: clients put both lists together.
    """
    if not place.root:
        roots = logged_models.roots_of(unit, workspace, place.run_id)
        if any(place.path == root or place.path.startswith(f"{root}/") for root in roots):
            return []
    start = f"{place.root}/" if place.root else ""
    prefix = f"{place.path}/" if place.path else ""
    _, found = artifacts.listed(unit, workspace, place.run_id, prefix=prefix)
    rows: dict[str, dict[str, Any]] = {}  # Any: JSON
    for artifact in found:
        name, slash, _ = artifact.path.removeprefix(prefix).partition("/")
        path = (prefix + name).removeprefix(start)
        rows[path] = {"path": path, "is_dir": bool(slash), **({} if slash else {"file_size": artifact.size_bytes})}
    return [rows[path] for path in sorted(rows)]


def writable(asked: Asked, path: str) -> Place:
    """The file that a proxied path names, to be written to; Forbidden for the token of another run."""
    place = place_of(asked, path)
    check_within(asked.unit, asked.caller, place.owner_id)
    return _file_of(place, path)


def _file_of(place: Place, path: str) -> Place:
    if place.path == place.root:
        raise InvalidArgument(f"Invalid path: {path[:200]!r} names no file")
    return place
