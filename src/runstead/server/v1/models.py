"""Registered models of a workspace, and their files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.domain.models import DEFAULT_FRAMEWORK, Model, ModelDraft, ModelEdit, ModelFilter
from runstead.server.auth import CallerIn, UnitIn, check_within, needs, router
from runstead.server.downloads import ZipEntry, file_answer, zip_answer
from runstead.server.v1.shapes import at
from runstead.service import models

routes = router()
W = "/api/v1/workspaces/{ws}"
VERSION = W + "/models/{name}/versions/{version}"
LATEST = "latest"
Words = Annotated[list[str] | None, Query()]


@dataclass(frozen=True)
class ResourceBody:
    """What a service of the model needs."""

    cpu: float | None = None
    memory_gb: float | None = None
    gpu: int | None = None


@dataclass(frozen=True)
class ModelBody:
    """A version to be made: of a run's files (run_id, run_path) or of blobs that are here (files)."""

    name: str
    description: str = ""
    framework: str = DEFAULT_FRAMEWORK
    framework_version: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    run_id: str | None = None
    run_path: str | None = None
    files: list[dict[str, Any]] = field(default_factory=list)  # {path, sha256}
    datasets: list[dict[str, str]] = field(default_factory=list)
    sample_input_id: str | None = None
    sample_output_id: str | None = None
    resource: ResourceBody | None = None
    created_by: str = ""


@dataclass(frozen=True)
class ModelEditBody:
    """What to change; `datasets` are added."""

    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    datasets: list[dict[str, str]] = field(default_factory=list)
    sample_input_id: str | None = None
    sample_output_id: str | None = None
    resource: ResourceBody | None = None


@dataclass(frozen=True)
class ModelShape:
    """Model."""

    model_id: str
    asset_id: str
    name: str
    version: int
    description: str
    framework: str
    framework_version: str | None
    tags: Mapping[str, str | None]
    properties: Mapping[str, str]
    run_id: str | None
    experiment: str | None
    datasets: list[Mapping[str, str]]
    sample_input_id: str | None
    sample_output_id: str | None
    resource: Mapping[str, Any] | None  # {cpu, memory_gb, gpu}
    created_at: str
    created_by: str
    file_count: int
    size_bytes: int


@dataclass(frozen=True)
class ModelsShape:
    """Newest first."""

    models: list[ModelShape]


@dataclass(frozen=True)
class ModelFileShape:
    """One file of a model."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ModelFilesShape:
    """By path."""

    files: list[ModelFileShape]


@routes.post(W + "/models")
@needs("run")
def post_model(ws: str, unit: UnitIn, caller: CallerIn, body: ModelBody) -> ModelShape:
    """Make the next version of a name. A run's token registers what its own run made."""
    check_within(unit, caller, body.run_id)
    draft = ModelDraft(
        name=body.name,
        description=body.description,
        framework=body.framework,
        framework_version=body.framework_version,
        tags=body.tags,
        properties=body.properties,
        run_id=body.run_id,
        run_path=body.run_path,
        files=body.files,
        datasets=body.datasets,
        sample_input_id=body.sample_input_id,
        sample_output_id=body.sample_output_id,
        resource=_resource(body.resource),
        created_by=body.created_by,
    )
    return model_shape(models.register(unit, ws, draft))


@routes.get(W + "/models")
@needs("read")
def list_models(
    ws: str,
    unit: UnitIn,
    *,
    name: str | None = None,
    run_id: str | None = None,
    framework: str | None = None,
    dataset_id: str | None = None,
    tag: Words = None,
    property: Words = None,
    latest: bool = False,
) -> ModelsShape:
    """Models that pass every given filter."""
    wanted = ModelFilter(
        name=name,
        run_id=run_id,
        framework=framework,
        dataset_id=dataset_id,
        tags=[_pair(text) for text in tag or ()],
        properties=[_pair(text) for text in property or ()],
        latest=latest,
    )
    return ModelsShape([model_shape(model) for model in models.listed(unit, ws, wanted)])


@routes.get(VERSION)
@needs("read")
def get_model(ws: str, name: str, version: str, unit: UnitIn) -> ModelShape:
    """One version; `latest` is one, too."""
    return model_shape(models.load(unit, ws, name, None if version == LATEST else _number(version)))


@routes.patch(VERSION)
@needs("run")
def patch_model(ws: str, name: str, version: str, unit: UnitIn, caller: CallerIn, body: ModelEditBody) -> ModelShape:
    """Change what is given, all or nothing."""
    check_within(unit, caller, models.load(unit, ws, name, _number(version)).run_id)
    change = ModelEdit(
        description=body.description,
        tags=body.tags,
        remove_tags=body.remove_tags,
        properties=body.properties,
        datasets=body.datasets,
        sample_input_id=body.sample_input_id,
        sample_output_id=body.sample_output_id,
        resource=_resource(body.resource),
    )
    return model_shape(models.edit(unit, ws, name, _number(version), change))


@routes.delete(VERSION)
@needs("run")
def delete_model(ws: str, name: str, version: str, unit: UnitIn, caller: CallerIn) -> dict[str, str]:
    """Forget one version."""
    check_within(unit, caller, models.load(unit, ws, name, _number(version)).run_id)
    models.delete(unit, ws, name, _number(version))
    return {}


@routes.get(VERSION + "/files")
@needs("read")
def list_files(ws: str, name: str, version: str, unit: UnitIn) -> ModelFilesShape:
    """The files of a version."""
    found = models.files(unit, ws, name, _number(version))
    return ModelFilesShape([ModelFileShape(f.path, f.size_bytes, f.sha256) for f in found])


@routes.get(VERSION + "/zip", response_class=Response)
@needs("read")
def get_model_zip(ws: str, name: str, version: str, unit: UnitIn) -> Response:
    """All files of a version in one zip."""
    model = models.load(unit, ws, name, _number(version))
    found = models.files(unit, ws, name, model.version)
    entries = (ZipEntry(f.path, f.size_bytes, model.created_at_ms, partial(unit.blobs.open, f.sha256)) for f in found)
    return zip_answer(entries, f"{name}-{model.version}.zip")


@routes.get(VERSION + "/files/{path:path}", response_class=Response)
@needs("read")
def get_file(
    ws: str, name: str, version: str, path: str, request: Request, unit: UnitIn, *, inline: bool = False
) -> Response:
    """The bytes of one file of a version."""
    file, content = models.open_file(unit, ws, name, _number(version), path)
    return file_answer(
        content,
        file.path.rpartition("/")[2],
        etag=file.sha256,
        inline=inline,
        range_header=request.headers.get("range"),
        if_range=request.headers.get("if-range"),
    )


def model_shape(model: Model) -> ModelShape:
    """A model as JSON."""
    return ModelShape(
        model_id=model.model_id,
        asset_id=model.asset_id,
        name=model.name,
        version=model.version,
        description=model.description,
        framework=model.framework,
        framework_version=model.framework_version,
        tags=model.tags,
        properties=model.properties,
        run_id=model.run_id,
        experiment=model.experiment,
        datasets=list(model.datasets),
        sample_input_id=model.sample_input_id,
        sample_output_id=model.sample_output_id,
        resource=model.resource,
        created_at=at(model.created_at_ms),
        created_by=model.created_by,
        file_count=model.file_count,
        size_bytes=model.size_bytes,
    )


def _resource(body: ResourceBody | None) -> dict[str, Any] | None:  # Any: numbers or null
    return None if body is None else {"cpu": body.cpu, "memory_gb": body.memory_gb, "gpu": body.gpu}


def _pair(text: str) -> tuple[str, str | None]:
    key, equals, value = text.partition("=")
    return key, value if equals else None


def _number(version: str) -> int:
    if not (version.isascii() and version.isdecimal() and len(version) < 19):
        raise InvalidArgument(f"{version[:40]!r} is no version of a model; versions are 1, 2, 3 …")
    return int(version)
