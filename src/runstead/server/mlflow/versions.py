"""Versions of registered models, which are the models of the SDK: made, staged, tagged, searched, read file by file."""

import json
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.models import ModelDraft, ModelEdit
from runstead.domain.paths import normalised_path
from runstead.domain.registries import Version
from runstead.server.auth import check_within, needs
from runstead.server.downloads import file_answer
from runstead.server.mlflow.artifacts import list_proxied, media_type_of, safe_path
from runstead.server.mlflow.filters import Condition, Key, Plain, holds, sorted_by
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.sources import IS_PROMPT, copied, source_of
from runstead.server.mlflow.wire import (
    BASE,
    MOUNT,
    Asked,
    AskedIn,
    answer,
    filled,
    key_of,
    paged,
    router,
    tags_out,
    value_of,
)
from runstead.service import logged_models, models, registries

routes = router()
VERSIONS = BASE + "/model-versions"
FILES = MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts/registered/{name}/{number}"
FILTERS = Grammar(
    texts=("name", "run_id", "source_path"),
    numbers=("version_number", "version", "creation_timestamp", "last_updated_timestamp"),
)
MOST_COPIES = 20
OF_MODEL = "mlflow.modelVersions"


@routes.post(VERSIONS + "/create")
@needs("run")
def create_version(asked: AskedIn) -> Response:
    """A new version, of files that a run of this workspace has."""
    name, told, tags = asked.text("name"), asked.text("source"), asked.pairs("tags")
    registries.load(asked.unit, asked.workspace, name)
    source = source_of(asked, told, tags)
    run_id = asked.maybe("run_id") or source.run_id
    draft = ModelDraft(name=name, description=asked.maybe("description") or "", tags=tags, run_id=run_id or None)
    model_id = source.logged_model_id
    model = None if model_id is None else logged_models.load(asked.unit, asked.workspace, model_id)
    for one in {run_id, source.run_id, *([] if model is None else [model.source_run_id])}:
        check_within(asked.unit, asked.caller, one)
    made = registries.create_version(asked.unit, asked.workspace, name, source, draft, asked.maybe("run_link") or "")
    if model is not None:
        made_of = [*json.loads(model.tags.get(OF_MODEL) or "[]"), {"name": name, "version": made.model.version}]
        logged_models.edit(asked.unit, asked.workspace, model.model_id, tags={OF_MODEL: json.dumps(made_of)})
    return answer({"model_version": version_out(made)})


@routes.get(VERSIONS + "/get")
@needs("read")
def get_version(asked: AskedIn) -> Response:
    """One version."""
    return answer({"model_version": version_out(_version(asked))})


@routes.patch(VERSIONS + "/update")
@needs("run")
def update_version(asked: AskedIn) -> Response:
    """Another description."""
    return _edited(asked, ModelEdit(description=asked.maybe("description") or ""))


@routes.delete(VERSIONS + "/delete")
@needs("run")
def delete_version(asked: AskedIn) -> Response:
    """Forget one version."""
    there = _own(asked)
    registries.delete_version(asked.unit, asked.workspace, there.model.name, there.model.version)
    return answer({})


@routes.post(VERSIONS + "/transition-stage")
@needs("run")
def transition(asked: AskedIn) -> Response:
    """Another stage."""
    there = _own(asked)
    others = asked.flag("archive_existing_versions")
    if others:
        asked.check_owner()
    stage = asked.text("stage")
    moved = registries.transition(
        asked.unit, asked.workspace, there.model.name, there.model.version, stage, archive_others=others
    )
    return answer({"model_version": version_out(moved)})


@routes.get(VERSIONS + "/search")
@needs("read")
def search_versions(asked: AskedIn) -> Response:
    """Versions: filtered, sorted, by the page; newest first."""
    page = asked.page(10_000, 200_000)
    conditions, orders = FILTERS.conditions(asked.maybe("filter")), FILTERS.orders(asked.texts("order_by"))
    prompts = is_asked_for(conditions)
    there = [
        version
        for name in registries.listed(asked.unit, asked.workspace)
        for version in name.versions
        if prompts or version.model.tags.get(IS_PROMPT.name) != "true"
    ]
    there.sort(key=lambda one: (0 if orders else -one.stage.updated_at_ms, one.model.name, -one.model.version))
    kept = [one for one in there if all(holds(c, _value_of_version(one, c.key)) for c in conditions)]
    some, token = paged(sorted_by(kept, orders, _value_of_version), page)
    return answer({**filled({"model_versions": [version_out(one) for one in some]}), **token})


@routes.get(VERSIONS + "/get-download-uri")
@needs("read")
def download_uri(asked: AskedIn) -> Response:
    """Where a client finds the files of a version: with the version itself, whatever became of the run.

    Of a version that had no files when it was made, it is where they were to be.
    """
    there = _version(asked)
    for _ in range(MOST_COPIES):
        origin = None if there.model.file_count else _origin(asked, there)
        if origin is None:
            break
        there = origin
    return answer({"artifact_uri": root_of(there) if there.model.file_count else there.stage.source or root_of(there)})


def _origin(asked: Asked, one: Version) -> Version | None:
    """The version that this one was copied from, if it is still there."""
    try:
        return copied(asked, one.stage.source)
    except (NotFound, InvalidArgument):
        return None


@routes.post(VERSIONS + "/set-tag")
@needs("run")
def set_version_tag(asked: AskedIn) -> Response:
    """One tag of a version."""
    _edited(asked, ModelEdit(tags={key_of(asked.fields): value_of(asked.fields)}))
    return answer({})


@routes.delete(VERSIONS + "/delete-tag")
@needs("run")
def delete_version_tag(asked: AskedIn) -> Response:
    """One tag less."""
    _edited(asked, ModelEdit(remove_tags=[key_of(asked.fields)]))
    return answer({})


@routes.get(FILES + "/{path:path}")
@needs("read")
def get_file(name: str, number: str, path: str, request: Request, asked: AskedIn) -> Response:
    """One file of a version."""
    return _file_answer(asked, request, name, number_of(asked.part({"version": number})), normalised_path(path))


def _file_answer(asked: Asked, request: Request, name: str, version: int, path: str) -> Response:
    wanted = f"{_top_of(asked, name, version)}{path}"
    file, content = models.open_file(asked.unit, asked.workspace, name, version, wanted)
    return file_answer(
        content,
        file.path.rpartition("/")[2],
        etag=file.sha256,
        inline=False,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
        media_type=media_type_of(file.path),
    )


@routes.get(MOUNT + "/model-versions/get-artifact")
@needs("read")
def get_artifact(request: Request, asked: AskedIn) -> Response:
    """One file of a version, as MLflow's own pages ask for it."""
    path = safe_path(asked.text("path"))
    return _file_answer(asked, request, asked.text("name"), number_of(asked), path)


@routes.get(MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts", name="list of a version's files")
@needs("read")
def list_files(asked: AskedIn) -> Response:
    """Files and folders directly below a path of a version; all other paths are those of runs."""
    told = asked.maybe("path") or ""
    match told.strip("/").split("/"):
        case ["registered", quoted, number, *rest]:
            name = unquote(quoted)  # as it was told in the URI of the version: clients send it on as it is
            version = number_of(asked.part({"version": number}))
            inner = "/".join(rest)
            prefix = _top_of(asked, name, version) + (f"{normalised_path(inner)}/" if inner else "")
            found = models.files(asked.unit, asked.workspace, name, version)
            rows: dict[str, dict[str, Any]] = {}  # Any: JSON
            for file in (one for one in found if one.path.startswith(prefix)):
                part, slash, _ = file.path.removeprefix(prefix).partition("/")
                rows[part] = {"path": part, "is_dir": bool(slash), **({} if slash else {"file_size": file.size_bytes})}
            return answer({"files": [rows[part] for part in sorted(rows)]})
    return list_proxied(asked)


def version_out(one: Version) -> dict[str, Any]:  # Any: JSON
    """MLflow's ModelVersion."""
    model, stage = one.model, one.stage
    return {
        "name": model.name,
        "version": str(model.version),
        "creation_timestamp": model.created_at_ms,
        "last_updated_timestamp": max(stage.updated_at_ms, model.created_at_ms),
        "current_stage": stage.stage,
        "description": model.description,
        "source": stage.source or root_of(one),
        "run_id": model.run_id or "",
        "run_link": stage.run_link,
        "status": "READY",
        **filled({"user_id": model.created_by or None, "tags": tags_out(model.tags), "aliases": list(one.aliases)}),
        **({} if stage.logged_model_id is None else {"model_id": stage.logged_model_id}),
    }


def root_of(one: Version) -> str:
    """Where a client reads the files of a version."""
    return f"mlflow-artifacts:/registered/{quote(one.model.name, safe='')}/{one.model.version}"


def is_asked_for(conditions: list[Condition]) -> bool:
    """Whether a search is for prompts: they are shown only where they are asked for."""
    return any((one.op, one.value) in (("=", "true"), ("!=", "false")) for one in conditions if one.key == IS_PROMPT)


def number_of(asked: Asked) -> int:
    """The version that a call names."""
    told = asked.text("version")
    if not (told.isascii() and told.isdecimal()) or len(told) > 18:
        raise InvalidArgument(f"Parameter 'version' must be an integer, got '{told[:60]}'.")
    return int(told)


def _version(asked: Asked) -> Version:
    return registries.load_version(asked.unit, asked.workspace, asked.text("name"), number_of(asked))


def _own(asked: Asked) -> Version:
    there = _version(asked)
    check_within(asked.unit, asked.caller, there.model.run_id)
    return there


def _edited(asked: Asked, change: ModelEdit) -> Response:
    model = _own(asked).model
    changed = registries.edit_version(asked.unit, asked.workspace, model.name, model.version, change)
    return answer({"model_version": version_out(changed)})


def _top_of(asked: Asked, name: str, version: int) -> str:
    """The folder that all files of a version share, as `path/` or empty: what was registered is then at the root."""
    found = models.files(asked.unit, asked.workspace, name, version)
    tops = {file.path.partition("/")[0] if "/" in file.path else "" for file in found}
    if not found:
        raise NotFound(f"Model Version (name={name}, version={version}) not found")
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""


def _value_of_version(one: Version, key: Key) -> Plain:
    if key.kind == "tag":
        return one.model.tags.get(key.name, "false" if key == IS_PROMPT else None)
    values: dict[str, Plain] = {
        "name": one.model.name,
        "version_number": one.model.version,
        "version": one.model.version,
        "run_id": one.model.run_id,
        "source_path": one.stage.source,
        "creation_timestamp": one.model.created_at_ms,
        "last_updated_timestamp": one.stage.updated_at_ms,
    }
    return values[key.name]
