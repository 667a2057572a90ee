"""The JSON objects of REST v1 (docs/notes/rest-v1.md), made from the domain's nouns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from runstead.domain.errors import InvalidArgument
from runstead.domain.experiments import Experiment
from runstead.domain.runs import Run
from runstead.domain.stages import Stage
from runstead.domain.workspaces import Workspace


@lru_cache(maxsize=4096)  # a run's metrics share most of their times, and one answer may have a hundred thousand
def at(ms: int) -> str:
    """A time as REST v1 writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def at_or_none(ms: int | None) -> str | None:
    """The same, of a time that may not have come yet."""
    return None if ms is None else at(ms)


def ms_of(field: str, text: str) -> int:
    """A time that a client wrote; InvalidArgument names the field."""
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(f"{field!r} is {text[:40]!r}; write a time like 2026-01-31T12:00:00.000Z") from error


@dataclass(frozen=True)
class WorkspaceShape:
    """Workspace."""

    name: str
    subscription_id: str
    resource_group: str
    location: str
    workspace_id: str
    created_at: str
    tags: Mapping[str, str | None]
    description: str
    friendly_name: str


@dataclass(frozen=True)
class ExperimentShape:
    """Experiment."""

    name: str
    experiment_id: str
    description: str
    tags: Mapping[str, str | None]
    archived: bool
    created_at: str
    run_count: int
    last_run_at: str | None
    archived_at: str | None


@dataclass(frozen=True)
class StageShape:
    """A stage of a run; `within`: the stage that it is a part of."""

    name: str
    within: str | None
    started_at: str
    ended_at: str | None
    duration_ms: int | None


@dataclass(frozen=True)
class RunShape:
    """Run."""

    run_id: str
    number: int
    workspace: str
    experiment: str
    display_name: str
    description: str
    kind: str
    status: str
    parent_id: str | None
    root_id: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None
    tags: Mapping[str, str | None]
    properties: Mapping[str, str]
    error: Mapping[str, Any] | None  # {code, message, …} as the client sent it
    warnings: list[Any]  # JSON values as the client sent them
    target: str | None
    script: str | None
    arguments: list[str]
    environment_name: str | None
    environment_version: str | None
    snapshot_id: str | None
    submitted_by: str
    child_count: int
    definition: Mapping[str, Any] | None  # v1 runDefinition
    params: Mapping[str, str]
    stages: list[StageShape] | None  # of one run only; lists leave them out
    archived_at: str | None


def workspace_shape(workspace: Workspace) -> WorkspaceShape:
    """A workspace as JSON."""
    return WorkspaceShape(
        name=workspace.name,
        subscription_id=workspace.subscription_id,
        resource_group=workspace.resource_group,
        location=workspace.location,
        workspace_id=workspace.workspace_id,
        created_at=at(workspace.created_at_ms),
        tags=workspace.tags,
        description=workspace.description,
        friendly_name=workspace.friendly_name,
    )


def experiment_shape(experiment: Experiment) -> ExperimentShape:
    """An experiment as JSON."""
    return ExperimentShape(
        name=experiment.name,
        experiment_id=experiment.experiment_id,
        description=experiment.description,
        tags=experiment.tags,
        archived=experiment.archived,
        created_at=at(experiment.created_at_ms),
        run_count=experiment.run_count,
        last_run_at=at_or_none(experiment.last_run_at_ms),
        archived_at=at_or_none(experiment.archived_at_ms),
    )


def run_shape(run: Run) -> RunShape:
    """A run as JSON."""
    started, ended = run.started_at_ms, run.ended_at_ms
    return RunShape(
        run_id=run.run_id,
        number=run.number,
        workspace=run.workspace,
        experiment=run.experiment,
        display_name=run.display_name,
        description=run.description,
        kind=run.kind,
        status=run.status,
        parent_id=run.parent_id,
        root_id=run.root_id,
        created_at=at(run.created_at_ms),
        started_at=at_or_none(started),
        ended_at=at_or_none(ended),
        duration_ms=None if started is None or ended is None else max(0, ended - started),
        tags=run.tags,
        properties=run.properties,
        error=run.error,
        warnings=list(run.warnings),
        target=run.target,
        script=run.script,
        arguments=list(run.arguments),
        environment_name=run.environment_name,
        environment_version=run.environment_version,
        snapshot_id=run.snapshot_id,
        submitted_by=run.submitted_by,
        child_count=run.child_count,
        definition=run.definition,
        params=run.params,
        stages=None if run.stages is None else [_stage_shape(one) for one in run.stages],
        archived_at=at_or_none(run.deleted_at_ms),
    )


def _stage_shape(stage: Stage) -> StageShape:
    began, ended = stage.began_at_ms, stage.ended_at_ms
    took_ms = None if ended is None else max(0, ended - began)
    return StageShape(stage.name, stage.within, at(began), at_or_none(ended), took_ms)
