"""Experiments: found by name, made on demand, archived rather than deleted."""

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.experiments import Experiment, ExperimentEdit
from runstead.domain.names import checked_name, checked_text
from runstead.domain.names import checked_tags as checked_tags
from runstead.domain.workspaces import Workspace
from runstead.service import feed, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import experiments


def load(unit: Unit, workspace: str, name: str) -> Experiment:
    """The experiment of this name, or NotFound."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        experiment = experiments.find(connection, home.key, name)
    if experiment is None:
        raise _missing(workspace, name)
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
    checked_name("experiment", name, unit.settings.limits)
    experiments.add(tx.connection, workspace.key, name, experiment_id=unit.new_id(), created_at_ms=tx.at_ms)
    feed.publish_experiment(tx, workspace, name)
    made = experiments.find(tx.connection, workspace.key, name)
    if made is None:
        raise _missing(workspace.name, name)
    return made


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
        experiments.delete(tx.connection, there.key)
        feed.publish_experiment(tx, home, name)


def _missing(workspace: str, name: str) -> NotFound:
    return NotFound(f"there is no experiment {name!r} in workspace {workspace!r}")
