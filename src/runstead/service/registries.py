"""MLflow's view of registered models: names that exist before their first version, aliases, tags, stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.models import Model, ModelDraft, ModelEdit, ModelFile, checked_registered_name
from runstead.domain.names import checked_text
from runstead.domain.registries import ARCHIVED, Registered, Stage, Version, checked_alias, checked_stage
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, feed, models, runs, workspaces
from runstead.service.models import Origin
from runstead.service.unit import Tx, Unit
from runstead.store import counters, registries
from runstead.store import models as model_rows
from runstead.store.hashes import key_of


class Source(NamedTuple):
    """What a version is made of: files of a run, or another version; nothing, if the run has none or is not there.

    `told` is how the client named it.
    """

    told: str
    run_id: str | None = None
    path: str = ""
    logged_model_id: str | None = None
    version: Model | None = None


def create(unit: Unit, workspace: str, name: str, *, tags: Mapping[str, str], description: str) -> Registered:
    """A name without versions; Conflict if there is one, also one that the SDK made."""
    checked_registered_name(name)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        if _maybe(tx.connection, home, name) is not None:
            raise Conflict(f"Registered Model (name={name}) already exists.")
        _insert(unit, tx, home, name, tags=tags, description=description)
        return _found(tx.connection, home, name)


def load(unit: Unit, workspace: str, name: str) -> Registered:
    """One name with its versions, or NotFound."""
    with unit.read() as connection:
        return _found(connection, workspaces.found(connection, workspace), name)


def listed(unit: Unit, workspace: str) -> list[Registered]:
    """All names, in order."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        said = {one.name: one for one in registries.listed(connection, home.key)}
        by_name: dict[str, list[Model]] = {name: [] for name in said}
        for model in model_rows.listed(connection, home.key, name=None, run_id=None):
            by_name.setdefault(model.name, []).append(model)
        return [_joined(connection, said.get(name), name, by_name[name]) for name in sorted(by_name)]


def edit(
    unit: Unit,
    workspace: str,
    name: str,
    *,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    remove_tag: str | None = None,
) -> Registered:
    """Change what is given."""
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _settled(unit, tx, home, name)
        kept = {key: value for key, value in {**there.tags, **(tags or {})}.items() if key != remove_tag}
        values: dict[str, object] = {"tags": experiments.checked_tags(kept, limits)}
        if description is not None:
            values["description"] = checked_text("description", description, limits.description_chars)
        _update(tx, home, there, values)
        return _found(tx.connection, home, name)


def rename(unit: Unit, workspace: str, name: str, new_name: str) -> Registered:
    """Another name for all versions."""
    checked_registered_name(new_name)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _settled(unit, tx, home, name)
        if _maybe(tx.connection, home, new_name) is not None:
            raise Conflict(f"Registered Model (name={new_name}) already exists.")
        highest = max((version.model.version for version in there.versions), default=0)
        if highest:  # a number is never given twice, under the new name either
            counters.take(tx.connection, home.key, key_of("model", new_name), highest)
        registries.rename_versions(tx.connection, home.key, name, new_name)
        _update(tx, home, there, {"name": new_name})
        feed.publish_model(tx, home, new_name)
        return _found(tx.connection, home, new_name)


def delete(unit: Unit, workspace: str, name: str) -> None:
    """Forget a name with all its versions."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _settled(unit, tx, home, name)
        for version in there.versions:
            model_rows.delete(tx.connection, version.model.key)
        if there.key is not None:
            registries.delete(tx.connection, there.key)
        feed.publish_model(tx, home, name)


def set_alias(unit: Unit, workspace: str, name: str, alias: str, version: int | None) -> None:
    """Point an alias to a version, or (None) take it away."""
    checked_alias(alias)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _settled(unit, tx, home, name)
        aliases = {key: value for key, value in there.aliases.items() if key != alias}
        if version is not None:
            aliases[alias] = models.found(tx.connection, home, name, version).version
        _update(tx, home, there, {"aliases": aliases})


def create_version(unit: Unit, workspace: str, name: str, source: Source, draft: ModelDraft, run_link: str) -> Version:
    """A new version of a name that is there; `draft.run_id` is the run it is said to come from."""
    load(unit, workspace, name)
    experiment = None
    if draft.run_id is not None and (run := runs.find(unit, workspace, draft.run_id)) is not None:
        experiment = run.experiment
    made = models.add(unit, workspace, draft, Origin(_files_of(unit, workspace, source), experiment))
    stage = Stage(source=source.told, run_link=run_link, logged_model_id=source.logged_model_id)
    return _staged(unit, workspace, made, stage, touch=True)


def _files_of(unit: Unit, workspace: str, source: Source) -> Sequence[ModelFile]:
    if source.version is not None:
        return models.files(unit, workspace, source.version.name, source.version.version)
    if source.run_id is None or runs.find(unit, workspace, source.run_id) is None:
        return ()
    try:
        return models.files_of_run(unit, workspace, source.run_id, source.path)
    except NotFound:  # they may come later: clients are then led to the run
        return ()


def load_version(unit: Unit, workspace: str, name: str, version: int) -> Version:
    """One version, or NotFound."""
    with unit.read() as connection:
        there = _maybe(connection, workspaces.found(connection, workspace), name)
    for one in () if there is None else there.versions:
        if one.model.version == version:
            return one
    raise NotFound(f"Model Version (name={name}, version={version}) not found")


def edit_version(unit: Unit, workspace: str, name: str, version: int, change: ModelEdit) -> Version:
    """Change description and tags."""
    there = load_version(unit, workspace, name, version)
    models.edit(unit, workspace, name, version, change)
    return _staged(unit, workspace, there.model, there.stage)


def transition(unit: Unit, workspace: str, name: str, version: int, stage: str, *, archive_others: bool) -> Version:
    """Another stage; `archive_others`: what has it now is archived."""
    wanted = checked_stage(stage)
    there = load(unit, workspace, name)
    version_there = load_version(unit, workspace, name, version)
    if archive_others and wanted not in ("Staging", "Production"):
        raise InvalidArgument(
            f"Model version transition cannot archive existing model versions because '{wanted}' is not an Active "
            "stage. Valid stages are Staging, Production"
        )
    for one in there.versions if archive_others else ():
        if one.stage.stage == wanted and one.model.version != version:
            _staged(unit, workspace, one.model, replace(one.stage, stage=ARCHIVED))
    return _staged(unit, workspace, version_there.model, replace(version_there.stage, stage=wanted), touch=True)


def delete_version(unit: Unit, workspace: str, name: str, version: int) -> None:
    """Forget one version, and the aliases that point to it."""
    for alias in load_version(unit, workspace, name, version).aliases:
        set_alias(unit, workspace, name, alias, None)
    models.delete(unit, workspace, name, version)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _maybe(tx.connection, home, name)
        if there is not None:
            _update(tx, home, there, {})


def _staged(unit: Unit, workspace: str, model: Model, stage: Stage, *, touch: bool = False) -> Version:
    """`touch`: the name counts as changed, too."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _settled(unit, tx, home, model.name)
        if touch:
            _update(tx, home, there, {})
        registries.set_stage(tx.connection, model.key, replace(stage, updated_at_ms=tx.at_ms))
        feed.publish_model(tx, home, model.name)
    return load_version(unit, workspace, model.name, model.version)


def _maybe(connection: sa.Connection, home: Workspace, name: str) -> Registered | None:
    said = registries.find(connection, home.key, name)
    versions = model_rows.listed(connection, home.key, name=name, run_id=None)
    return None if said is None and not versions else _joined(connection, said, name, versions)


def _found(connection: sa.Connection, home: Workspace, name: str) -> Registered:
    there = _maybe(connection, home, name)
    if there is None:
        raise NotFound(f"Registered Model with name={name[:255]} not found")
    return there


def _settled(unit: Unit, tx: Tx, home: Workspace, name: str) -> Registered:
    """The name, with a row of its own: one that the SDK made has none at first."""
    there = _found(tx.connection, home, name)
    if there.key is not None:
        return there
    _insert(unit, tx, home, name, tags={}, description="")
    return _found(tx.connection, home, name)


def _insert(unit: Unit, tx: Tx, home: Workspace, name: str, *, tags: Mapping[str, str], description: str) -> None:
    limits = unit.settings.limits
    values = {
        "workspace_key": home.key,
        "name": name,
        "description": checked_text("description", description, limits.description_chars),
        "tags": experiments.checked_tags(tags, limits),
        "aliases": {},
        "created_at_ms": tx.at_ms,
        "updated_at_ms": tx.at_ms,
    }
    registries.add(tx.connection, values)
    feed.publish_model(tx, home, name)


def _update(tx: Tx, home: Workspace, there: Registered, values: Mapping[str, Any]) -> None:
    if there.key is not None:
        registries.update(tx.connection, there.key, {**values, "updated_at_ms": tx.at_ms})
    feed.publish_model(tx, home, there.name)


def _joined(connection: sa.Connection, said: Registered | None, name: str, made: Sequence[Model]) -> Registered:
    first = min((model.created_at_ms for model in made), default=0)
    there = said or Registered(None, name, created_at_ms=first, updated_at_ms=first)
    stages = registries.stages_of(connection, [model.key for model in made])
    versions = [
        Version(
            model,
            stages.get(model.key, Stage(updated_at_ms=model.created_at_ms)),
            sorted(alias for alias, number in there.aliases.items() if number == model.version),
        )
        for model in sorted(made, key=lambda one: -one.version)
    ]
    return replace(there, versions=versions)
