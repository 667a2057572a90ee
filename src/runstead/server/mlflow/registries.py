"""MLflow's registry: registered models and their versions, which are the models of the SDK."""

import re
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.models import ModelDraft, ModelEdit
from runstead.domain.paths import normalised_path
from runstead.domain.registries import Registered, Version, checked_stage
from runstead.server.auth import check_within, needs
from runstead.server.downloads import file_answer
from runstead.server.mlflow.artifacts import list_proxied, place_of
from runstead.server.mlflow.filters import Key, Plain, conditions_of, holds, orders_of, sorted_by
from runstead.server.mlflow.wire import BASE, MOUNT, Asked, AskedIn, answer, key_of, paged, router, tags_out, value_of
from runstead.service import logged_models, models, registries, runs
from runstead.service.registries import Source

routes = router()
NAMES, VERSIONS = BASE + "/registered-models", BASE + "/model-versions"
FILES = MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts/registered/{name}/{number}"
RUN_SOURCE = re.compile(r"runs:/+([^/]+)/(.+)", re.DOTALL)
PROXIED_SOURCE = re.compile(r"mlflow-artifacts:/+(.+)", re.DOTALL)
LOGGED_SOURCE = re.compile(r"models:/+(m-[0-9a-f]+)/?(.*)", re.DOTALL)
# Clients ask for what is no prompt by a tag that only prompts have.
UNSAID = {"mlflow.prompt.is_prompt": "false"}
NAME_KEYS = ("name", "timestamp", "last_updated_timestamp")
VERSION_KEYS = (
    "name",
    "version_number",
    "run_id",
    "source_path",
    "version",
    "creation_timestamp",
    "last_updated_timestamp",
)


@routes.post(NAMES + "/create")
@needs("run")
def create(asked: AskedIn) -> Response:
    """A name without versions."""
    made = registries.create(
        asked.unit,
        asked.workspace,
        asked.text("name"),
        tags=asked.pairs("tags"),
        description=asked.maybe("description") or "",
    )
    return answer({"registered_model": registered_out(made)})


@routes.get(NAMES + "/get")
@needs("read")
def get(asked: AskedIn) -> Response:
    """One name."""
    return answer({"registered_model": registered_out(_found(asked))})


@routes.post(NAMES + "/rename")
@needs("write")
def rename(asked: AskedIn) -> Response:
    """Another name."""
    there = registries.rename(asked.unit, asked.workspace, asked.text("name"), asked.text("new_name"))
    return answer({"registered_model": registered_out(there)})


@routes.patch(NAMES + "/update")
@needs("write")
def update(asked: AskedIn) -> Response:
    """Another description."""
    description = asked.maybe("description") or ""
    there = registries.edit(asked.unit, asked.workspace, asked.text("name"), description=description)
    return answer({"registered_model": registered_out(there)})


@routes.delete(NAMES + "/delete")
@needs("write")
def delete(asked: AskedIn) -> Response:
    """Forget a name with all its versions."""
    registries.delete(asked.unit, asked.workspace, asked.text("name"))
    return answer({})


@routes.get(NAMES + "/search")
@needs("read")
def search(asked: AskedIn) -> Response:
    """Names: filtered, sorted, by the page."""
    page = asked.page(100, 1_000)
    conditions, orders = conditions_of(asked.maybe("filter")), orders_of(asked.texts("order_by"))
    for key in [*(one.key for one in conditions), *(one.key for one in orders)]:
        _check_key(key, NAME_KEYS)
    there = registries.listed(asked.unit, asked.workspace)
    kept = [one for one in there if all(holds(c, _value_of_name(one, c.key)) for c in conditions)]
    some, token = paged(sorted_by(kept, orders, _value_of_name), page)
    return answer({"registered_models": [registered_out(one) for one in some], **token})


@routes.api_route(NAMES + "/get-latest-versions", methods=["GET", "POST"])
@needs("read")
def latest_versions(asked: AskedIn) -> Response:
    """The newest version of each stage, or of those asked for."""
    stages = [checked_stage(one) for one in asked.texts("stages")]
    newest: dict[str, Version] = {}
    for one in _found(asked).versions:
        if not stages or one.stage.stage in stages:
            newest.setdefault(one.stage.stage, one)
    return answer({"model_versions": [version_out(one) for one in newest.values()]})


@routes.post(NAMES + "/set-tag")
@needs("write")
def set_tag(asked: AskedIn) -> Response:
    """One tag of a name."""
    tags = {key_of(asked.fields, "tag"): value_of(asked.fields, "tag")}
    registries.edit(asked.unit, asked.workspace, asked.text("name"), tags=tags)
    return answer({})


@routes.delete(NAMES + "/delete-tag")
@needs("write")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    registries.edit(asked.unit, asked.workspace, asked.text("name"), remove_tag=key_of(asked.fields, "tag"))
    return answer({})


@routes.post(NAMES + "/alias")
@needs("write")
def set_alias(asked: AskedIn) -> Response:
    """Point an alias to a version."""
    registries.set_alias(asked.unit, asked.workspace, asked.text("name"), asked.text("alias"), number_of(asked))
    return answer({})


@routes.delete(NAMES + "/alias")
@needs("write")
def delete_alias(asked: AskedIn) -> Response:
    """Take an alias away."""
    registries.set_alias(asked.unit, asked.workspace, asked.text("name"), asked.text("alias"), None)
    return answer({})


@routes.get(NAMES + "/alias")
@needs("read")
def get_by_alias(asked: AskedIn) -> Response:
    """The version that an alias points to."""
    alias = asked.text("alias")
    for one in _found(asked).versions:
        if alias in one.aliases:
            return answer({"model_version": version_out(one)})
    raise InvalidArgument(f"Registered model alias {alias[:100]} not found.")


@routes.post(VERSIONS + "/create")
@needs("run")
def create_version(asked: AskedIn) -> Response:
    """A new version, of files that a run of this workspace has."""
    source = _source_of(asked)
    check_within(asked.unit, asked.caller, source.run_id)
    name = asked.text("name")
    draft = ModelDraft(name=name, description=asked.maybe("description") or "", tags=asked.pairs("tags"))
    made = registries.create_version(asked.unit, asked.workspace, name, source, draft, asked.maybe("run_link") or "")
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
    others = asked.fields.get("archive_existing_versions") is True
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
    conditions, orders = conditions_of(asked.maybe("filter")), orders_of(asked.texts("order_by"))
    for key in [*(one.key for one in conditions), *(one.key for one in orders)]:
        _check_key(key, VERSION_KEYS)
    there = [version for name in registries.listed(asked.unit, asked.workspace) for version in name.versions]
    there.sort(key=lambda one: -one.stage.updated_at_ms)
    kept = [one for one in there if all(holds(c, _value_of_version(one, c.key)) for c in conditions)]
    some, token = paged(sorted_by(kept, orders, _value_of_version), page)
    return answer({"model_versions": [version_out(one) for one in some], **token})


@routes.get(VERSIONS + "/get-download-uri")
@needs("read")
def download_uri(asked: AskedIn) -> Response:
    """Where a client finds the files of a version: with the version itself, whatever became of the run."""
    model = _version(asked).model
    return answer({"artifact_uri": f"mlflow-artifacts:/registered/{model.name}/{model.version}"})


@routes.post(VERSIONS + "/set-tag")
@needs("run")
def set_version_tag(asked: AskedIn) -> Response:
    """One tag of a version."""
    _edited(asked, ModelEdit(tags={key_of(asked.fields, "tag"): value_of(asked.fields, "tag")}))
    return answer({})


@routes.delete(VERSIONS + "/delete-tag")
@needs("run")
def delete_version_tag(asked: AskedIn) -> Response:
    """One tag less."""
    _edited(asked, ModelEdit(remove_tags=[key_of(asked.fields, "tag")]))
    return answer({})


@routes.get(FILES + "/{path:path}")
@needs("read")
def get_file(name: str, number: str, path: str, request: Request, asked: AskedIn) -> Response:
    """One file of a version."""
    version = number_of(asked.part({"version": number}))
    top = _top_of(asked, name, version)
    wanted = f"{top}{normalised_path(path)}"
    file, content = models.open_file(asked.unit, asked.workspace, name, version, wanted)
    return file_answer(
        content,
        file.path.rpartition("/")[2],
        etag=file.sha256,
        inline=False,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


@routes.get(MOUNT + "/{door}/{version}/mlflow-artifacts/artifacts", name="list of a version's files")
@needs("read")
def list_files(asked: AskedIn) -> Response:
    """Files and folders directly below a path of a version; all other paths are those of runs."""
    told = asked.maybe("path") or ""
    match told.strip("/").split("/"):
        case ["registered", name, number, *rest]:
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


def registered_out(one: Registered) -> dict[str, Any]:  # Any: JSON
    """MLflow's RegisteredModel."""
    newest: dict[str, Version] = {}
    for version in one.versions:
        newest.setdefault(version.stage.stage, version)
    return {
        "name": one.name,
        "creation_timestamp": one.created_at_ms,
        "last_updated_timestamp": max(one.updated_at_ms, *(v.model.created_at_ms for v in one.versions), 0),
        "description": one.description,
        "latest_versions": [version_out(version) for version in newest.values()],
        "tags": tags_out(one.tags),
        "aliases": [{"alias": alias, "version": str(version)} for alias, version in sorted(one.aliases.items())],
    }


def version_out(one: Version) -> dict[str, Any]:  # Any: JSON
    """MLflow's ModelVersion."""
    model, stage = one.model, one.stage
    return {
        "name": model.name,
        "version": str(model.version),
        "creation_timestamp": model.created_at_ms,
        "last_updated_timestamp": max(stage.updated_at_ms, model.created_at_ms),
        "user_id": model.created_by,
        "current_stage": stage.stage,
        "description": model.description,
        "source": stage.source or f"mlflow-artifacts:/registered/{model.name}/{model.version}",
        "run_id": model.run_id or "",
        "run_link": stage.run_link,
        "status": "READY",
        "tags": tags_out(model.tags),
        "aliases": list(one.aliases),
        **({} if stage.logged_model_id is None else {"model_id": stage.logged_model_id}),
    }


def number_of(asked: Asked) -> int:
    """The version that a call names."""
    told = asked.text("version")
    if not (told.isascii() and told.isdecimal()) or len(told) > 18:
        raise InvalidArgument(f"Parameter 'version' must be an integer, got '{told[:60]}'.")
    return int(told)


def _source_of(asked: Asked) -> Source:
    """Only files of this workspace's runs can become a model: nothing is opened by name, nothing is fetched."""
    told = asked.text("source")
    if found := RUN_SOURCE.fullmatch(told):
        run = runs.load(asked.unit, asked.workspace, found[1])
        return Source(run.run_id, normalised_path(found[2]), told, asked.maybe("model_id") or None)
    if found := LOGGED_SOURCE.fullmatch(told):
        model = logged_models.load(asked.unit, asked.workspace, found[1])
        path = f"{model.root}/{normalised_path(found[2])}" if found[2] else model.root
        return Source(model.holder_id, path, told, model.model_id)
    if found := PROXIED_SOURCE.fullmatch(told):
        place = place_of(asked, found[1])
        if place.path:
            return Source(place.run_id, place.path, told, asked.maybe("model_id") or None)
    raise InvalidArgument(
        f"Invalid model version source: '{told[:200]}'. It is a path within a run: runs:/<run id>/<path>, or below the "
        "artifact_uri of a run or a logged model of this workspace"
    )


def _found(asked: Asked) -> Registered:
    return registries.load(asked.unit, asked.workspace, asked.text("name"))


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


def _value_of_name(one: Registered, key: Key) -> Plain:
    if key.kind == "tag":
        return one.tags.get(key.name, UNSAID.get(key.name))
    return one.name if key.name == "name" else one.created_at_ms if key.name == "timestamp" else one.updated_at_ms


def _value_of_version(one: Version, key: Key) -> Plain:
    if key.kind == "tag":
        return one.model.tags.get(key.name, UNSAID.get(key.name))
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


def _check_key(key: Key, known: tuple[str, ...]) -> None:
    if key.kind != "tag" and (key.kind != "attribute" or key.name not in known):
        raise InvalidArgument(f"Invalid attribute name: {key.name}. Valid ones are {', '.join(known)}, and tags.<key>")
