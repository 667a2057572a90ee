"""Registered models: made of a run's files or of sent blobs, versioned per name, never changed in their content."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound, TooLarge
from runstead.domain.models import (
    Model,
    ModelDraft,
    ModelEdit,
    ModelFile,
    ModelFilter,
    checked_datasets,
    checked_model_name,
    files_of,
    path_in_model,
)
from runstead.domain.names import checked_text
from runstead.domain.paths import normalised_path
from runstead.domain.runs import new_properties
from runstead.domain.workspaces import Workspace
from runstead.service import artifacts, experiments, feed, runs, workspaces
from runstead.service.unit import Unit
from runstead.store import models
from runstead.store.artifacts import Artifact


@dataclass(frozen=True)
class Origin:
    """What a version is made of, and the experiment of its run."""

    files: Sequence[ModelFile]
    experiment: str | None


def register(unit: Unit, workspace: str, draft: ModelDraft) -> Model:
    """A new version. NotFound if the run has no such files; Conflict with `missing` if blobs have to be sent first."""
    checked_model_name(draft.name)
    return add(unit, workspace, draft, _origin(unit, workspace, draft))


def add(unit: Unit, workspace: str, draft: ModelDraft, origin: Origin) -> Model:
    """The same, where its name was checked and its files were found."""
    limits = unit.settings.limits
    tags = experiments.checked_tags(draft.tags, limits)
    properties = experiments.checked_tags(draft.properties, limits)
    if len(origin.files) > limits.snapshot_files:
        raise TooLarge(f"the model has {len(origin.files)} files; at most {limits.snapshot_files} are allowed")
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        version = models.next_version(tx.connection, home.key, draft.name)
        values = {
            "workspace_key": home.key,
            "name": draft.name,
            "version": version,
            "asset_id": unit.new_id(),
            "description": checked_text("description", draft.description, limits.description_chars),
            "framework": checked_text("framework", draft.framework, limits.name_chars),
            "framework_version": _optional("framework version", draft.framework_version, limits.name_chars),
            "tags": tags,
            "properties": properties,
            "run_id": draft.run_id,
            "experiment": origin.experiment,
            "datasets": checked_datasets(draft.datasets),
            "sample_input_id": _optional("sample input dataset", draft.sample_input_id, limits.name_chars),
            "sample_output_id": _optional("sample output dataset", draft.sample_output_id, limits.name_chars),
            "resource": draft.resource,
            "created_at_ms": tx.at_ms,
            "created_by": checked_text("user name", draft.created_by, limits.name_chars),
            "file_count": len(origin.files),
            "size_bytes": sum(file.size_bytes for file in origin.files),
        }
        models.insert(tx.connection, values, origin.files)
        feed.publish_model(tx, home, draft.name)
        return found(tx.connection, home, draft.name, version)


def load(unit: Unit, workspace: str, name: str, version: int | None = None) -> Model:
    """One version, by default the latest; or NotFound."""
    with unit.read() as connection:
        return found(connection, workspaces.found(connection, workspace), name, version)


def found(
    connection: sa.Connection, workspace: Workspace, name: str, version: int | None, *, for_update: bool = False
) -> Model:
    """The same within a transaction."""
    model = models.find(connection, workspace.key, name, version, for_update=for_update)
    if model is None:
        which = "" if version is None else f" with version {version}"
        raise NotFound(f"there is no model {name!r}{which} in workspace {workspace.name!r}")
    return model


def listed(unit: Unit, workspace: str, wanted: ModelFilter) -> list[Model]:
    """Newest first. `latest`: of each name that passes, its newest version that passes."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        some = models.listed(connection, home.key, name=wanted.name, run_id=wanted.run_id)
    passed = [model for model in some if wanted.takes(model)]
    if not wanted.latest:
        return passed
    newest: dict[str, Model] = {}
    for model in passed:
        there = newest.get(model.name)
        if there is None or model.version > there.version:
            newest[model.name] = model
    return list(newest.values())


def edit(unit: Unit, workspace: str, name: str, version: int, change: ModelEdit) -> Model:
    """Change what is given, all of it or nothing; Conflict if a property has another value."""
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        model = found(tx.connection, home, name, version, for_update=True)
        tags = {k: v for k, v in {**model.tags, **change.tags}.items() if k not in change.remove_tags}
        fresh = new_properties(f"{name}:{version}", model.properties, change.properties, noun="model")
        values: dict[str, Any] = {  # Any: columns
            "tags": experiments.checked_tags(tags, limits),
            "properties": experiments.checked_tags({**model.properties, **fresh}, limits),
            "datasets": [*model.datasets, *checked_datasets(change.datasets)],
        }
        given: Mapping[str, Any] = {  # Any: columns
            "description": _optional("description", change.description, limits.description_chars),
            "sample_input_id": _optional("sample input dataset", change.sample_input_id, limits.name_chars),
            "sample_output_id": _optional("sample output dataset", change.sample_output_id, limits.name_chars),
            "resource": change.resource,
        }
        values |= {column: value for column, value in given.items() if value is not None}
        models.update(tx.connection, model.key, values)
        feed.publish_model(tx, home, name)
        return found(tx.connection, home, name, version)


def delete(unit: Unit, workspace: str, name: str, version: int) -> None:
    """Forget one version; its number is not given again."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        model = found(tx.connection, home, name, version, for_update=True)
        models.delete(tx.connection, model.key)
        feed.publish_model(tx, home, name)


def files(unit: Unit, workspace: str, name: str, version: int) -> list[ModelFile]:
    """The files of a version, by path."""
    with unit.read() as connection:
        model = found(connection, workspaces.found(connection, workspace), name, version)
        return models.files_of(connection, model.key)


def open_file(unit: Unit, workspace: str, name: str, version: int, path: str) -> tuple[ModelFile, BinaryIO]:
    """One file of a version and its bytes."""
    for file in files(unit, workspace, name, version):
        if file.path == path:
            return file, unit.blobs.open(file.sha256)
    raise NotFound(f"model {name}:{version} has no file {path!r}")


def files_of_run(unit: Unit, workspace: str, run_id: str, run_path: str) -> list[ModelFile]:
    """The file at this path of a run, or all in the folder, as files of a model; NotFound if there is nothing.

    The empty path is the run itself: all its files but for logs.
    """
    if not run_path:
        _, there = artifacts.listed(unit, workspace, run_id)
        return [ModelFile(one.path, one.size_bytes, one.sha256) for one in there if one.sha256 is not None]
    wanted = normalised_path(run_path)
    _, there = artifacts.listed(unit, workspace, run_id, prefix=wanted)
    exact = [one for one in there if one.path == wanted]
    taken = exact or [one for one in there if one.path.startswith(f"{wanted}/")]
    if not taken:
        raise NotFound(f"run {run_id} has no file and no folder {wanted!r}")
    return [
        ModelFile(path_in_model(one.path, wanted), one.size_bytes, one.sha256)
        if one.sha256 is not None
        else _file_of_log(unit, run_id, one, path_in_model(one.path, wanted))
        for one in taken
    ]


def _origin(unit: Unit, workspace: str, draft: ModelDraft) -> Origin:
    experiment = None if draft.run_id is None else runs.load(unit, workspace, draft.run_id).experiment
    if draft.run_id is not None and draft.run_path is not None:
        return Origin(files_of_run(unit, workspace, draft.run_id, draft.run_path), experiment)
    given = files_of(draft.files)
    if not given:
        raise NotFound(f"the model {draft.name!r} has no files; give 'files', or 'run_id' and 'run_path'")
    if missing := unit.blobs.missing(given.values()):
        raise Conflict(f"{len(missing)} blobs of the model have to be sent first", missing=missing)
    return Origin([ModelFile(path, _size_of(unit, sha256), sha256) for path, sha256 in given.items()], experiment)


def _file_of_log(unit: Unit, run_id: str, log: Artifact, path: str) -> ModelFile:
    """A log as it is now: it may grow, a model does not."""
    with artifacts.opened(unit, run_id, log) as source, unit.blobs.writer() as writer:
        shutil.copyfileobj(source, writer)
        blob = writer.commit()
    return ModelFile(path, blob.size_bytes, blob.sha256)


def _size_of(unit: Unit, sha256: str) -> int:
    with unit.blobs.open(sha256) as content:
        return content.seek(0, os.SEEK_END)


def _optional(what: str, text: str | None, max_chars: int) -> str | None:
    return None if text is None else checked_text(what, text, max_chars)
