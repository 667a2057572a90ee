"""Experiments: found by name, made on demand, archived rather than deleted."""

from collections.abc import Mapping

import sqlalchemy as sa

from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.experiments import Experiment, ExperimentEdit
from runstead.domain.names import checked_label, checked_name, checked_text
from runstead.domain.names import checked_tags as checked_tags
from runstead.domain.workspaces import Workspace
from runstead.service import feed, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import experiments, runs, scorers, views

DEFAULT_NAME, DEFAULT_ID = "Default", "0"


def load(unit: Unit, workspace: str, name: str) -> Experiment:
    """The experiment of this name, or NotFound."""
    with unit.read() as connection:
        return found(connection, workspaces.found(connection, workspace), name)


def find(unit: Unit, workspace: str, name: str) -> Experiment | None:
    """The experiment of this name, or None."""
    with unit.read() as connection:
        return experiments.find(connection, workspaces.found(connection, workspace).key, name)


def found(connection: sa.Connection, workspace: Workspace, name: str) -> Experiment:
    """The same within a transaction."""
    experiment = experiments.find(connection, workspace.key, name)
    if experiment is None:
        raise _missing(workspace.name, name)
    return experiment


def listed(unit: Unit, workspace: str, *, include_archived: bool = False) -> list[Experiment]:
    """Last active first."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        return experiments.listed(connection, home.key, include_archived=include_archived)


def ensure(unit: Unit, workspace: str, name: str) -> Experiment:
    """The experiment of this name; made if it is missing."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        there = experiments.find(connection, home.key, name)
    if there is not None:
        return there
    with unit.write() as tx:
        return ensured(unit, tx, home, name)


def ensured(unit: Unit, tx: Tx, workspace: Workspace, name: str) -> Experiment:
    """The same within a transaction."""
    there = experiments.find(tx.connection, workspace.key, name)
    if there is not None:
        return there
    return _made(unit, tx, workspace, checked_name("experiment", name, unit.settings.limits))


def _made(unit: Unit, tx: Tx, workspace: Workspace, name: str) -> Experiment:
    experiment_id = DEFAULT_ID if name == DEFAULT_NAME else unit.new_id()
    experiments.add(tx.connection, workspace.key, name, experiment_id=experiment_id, created_at_ms=tx.at_ms)
    feed.publish_experiment(tx, workspace, name)
    made = experiments.find(tx.connection, workspace.key, name)
    if made is None:
        raise _missing(workspace.name, name)
    return made


def load_by_id(unit: Unit, workspace: str, experiment_id: str) -> Experiment:
    """The experiment of this id, or NotFound."""
    with unit.read() as connection:
        return found_by_id(connection, workspaces.found(connection, workspace), experiment_id)


def found_by_id(connection: sa.Connection, workspace: Workspace, experiment_id: str) -> Experiment:
    """The same within a transaction."""
    there = experiments.find_by_id(connection, workspace.key, experiment_id)
    if there is None and experiment_id == DEFAULT_ID:
        there = experiments.find(connection, workspace.key, DEFAULT_NAME)  # made before it had that id
    if there is None:
        raise NotFound(f"No Experiment with id={experiment_id} exists")
    return there


def create(unit: Unit, workspace: str, name: str, *, tags: Mapping[str, str | None]) -> Experiment:
    """A new experiment; Conflict if there is one of this name. Unlike SDK v1, takes any visible text for a name."""
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        _check_free(tx, home, checked_label("experiment", name, limits))
        made = _made(unit, tx, home, name)
        experiments.update(tx.connection, made.key, {"tags": checked_tags(tags, limits)})
        return found_by_id(tx.connection, home, made.experiment_id)


def rename(unit: Unit, workspace: str, experiment_id: str, name: str) -> None:
    """Give an experiment another name; its runs stay."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = found_by_id(tx.connection, home, experiment_id)
        if there.archived:
            raise InvalidArgument(
                f"Cannot rename the experiment {there.name!r}, which is not active; restore it before it is renamed"
            )
        if name == there.name:
            return
        _check_free(tx, home, checked_label("experiment", name, unit.settings.limits))
        experiments.update(tx.connection, there.key, {"name": name})
        feed.publish_experiment(tx, home, name)


def set_deleted(unit: Unit, workspace: str, experiment_id: str, *, deleted: bool) -> None:
    """Archive an experiment and put its runs away with it, or bring both back."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = found_by_id(tx.connection, home, experiment_id)
        if there.archived == deleted:
            raise NotFound(f"No {'active' if deleted else 'deleted'} Experiment with id={experiment_id} exists")
        experiments.update(tx.connection, there.key, {"archived": deleted})
        runs.mark_deleted(tx.connection, there.key, tx.at_ms if deleted else None)
        feed.publish_experiment(tx, home, there.name)


def ensure_default(unit: Unit, workspace: str) -> Experiment:
    """The experiment that MLflow's clients expect in each workspace."""
    return ensure(unit, workspace, DEFAULT_NAME)


def _check_free(tx: Tx, workspace: Workspace, name: str) -> None:
    there = experiments.find(tx.connection, workspace.key, name)
    if there is not None:
        hint = " It is deleted: restore it, or choose another name." if there.archived else ""
        raise Conflict(f"Experiment(name={name}) already exists.{hint}")


def edit(unit: Unit, workspace: str, name: str, change: ExperimentEdit) -> Experiment:
    """Change what is given."""
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = experiments.find(tx.connection, home.key, name, for_update=True)
        if there is None:
            raise _missing(workspace, name)
        tags = {k: v for k, v in {**there.tags, **change.tags}.items() if k not in change.remove_tags}
        values: dict[str, object] = {"tags": checked_tags(tags, limits)}
        if change.archived is not None:
            values["archived"] = change.archived
            kept = (there.archived_at_ms or tx.at_ms) if change.archived else None
            values["archived_at_ms"] = kept
        if change.description is not None:
            values["description"] = checked_text("description", change.description, limits.description_chars)
        experiments.update(tx.connection, there.key, values)
        feed.publish_experiment(tx, home, name)
    return load(unit, workspace, name)


def delete(unit: Unit, workspace: str, name: str) -> None:
    """Forget an experiment; Conflict if it has runs."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = experiments.find(tx.connection, home.key, name, for_update=True)
        if there is None:
            raise _missing(workspace, name)
        if there.run_count:
            raise Conflict(
                f"experiment {name!r} has {there.run_count} runs; only an empty one can be deleted, others archived"
            )
        if experiments.has_files(tx.connection, there.key):
            raise Conflict(f"experiment {name!r} has traces or models of its own; it can be archived, not deleted")
        views.delete_of_experiment(tx.connection, there.key)
        scorers.delete(tx.connection, there.key, name=None, version=None)
        experiments.delete(tx.connection, there.key)
        feed.publish_experiment(tx, home, name)


def _missing(workspace: str, name: str) -> NotFound:
    return NotFound(f"there is no experiment {name!r} in workspace {workspace!r}")
