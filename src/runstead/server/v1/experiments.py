"""Experiments of a workspace."""

from dataclasses import dataclass, field

from runstead.domain.experiments import ExperimentEdit
from runstead.server.auth import CallerIn, UnitIn, needs, router
from runstead.server.v1.shapes import ExperimentShape, experiment_shape
from runstead.service import experiments

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class ExperimentBody:
    """What to change."""

    archived: bool | None = None
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ExperimentsShape:
    """Last active first."""

    experiments: list[ExperimentShape]


@routes.get(W + "/experiments")
@needs("read")
def list_experiments(ws: str, unit: UnitIn, *, include_archived: bool = False) -> ExperimentsShape:
    """The workspace's experiments."""
    found = experiments.listed(unit, ws, include_archived=include_archived)
    return ExperimentsShape([experiment_shape(e) for e in found])


# A path, since MLflow's clients give names with slashes; written as %2F or as they are.
@routes.put(W + "/experiments/{name:path}")
@needs("run")
def put_experiment(ws: str, name: str, unit: UnitIn, caller: CallerIn) -> ExperimentShape:
    """The experiment; made if missing. A run's token finds, but does not make."""
    made = experiments.ensure(unit, ws, name) if caller.is_owner else experiments.load(unit, ws, name)
    return experiment_shape(made)


@routes.get(W + "/experiments/{name:path}")
@needs("read")
def get_experiment(ws: str, name: str, unit: UnitIn) -> ExperimentShape:
    """One experiment."""
    return experiment_shape(experiments.load(unit, ws, name))


@routes.delete(W + "/experiments/{name:path}")
@needs("write")
def delete_experiment(ws: str, name: str, unit: UnitIn) -> dict[str, str]:
    """Forget an experiment without runs."""
    experiments.delete(unit, ws, name)
    return {}


@routes.patch(W + "/experiments/{name:path}")
@needs("write")
def patch_experiment(ws: str, name: str, unit: UnitIn, body: ExperimentBody) -> ExperimentShape:
    """Change what is given."""
    change = ExperimentEdit(body.archived, body.description, body.tags, tuple(body.remove_tags))
    return experiment_shape(experiments.edit(unit, ws, name, change))
