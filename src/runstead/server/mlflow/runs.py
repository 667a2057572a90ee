"""MLflow's runs: ours under MLflow's words for status, name, note and parent."""

import math
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.runs import Run, RunDraft, RunEdit
from runstead.server.auth import check_within, needs
from runstead.server.mlflow.inputs import inputs_out
from runstead.server.mlflow.wire import (
    BASE,
    Asked,
    AskedIn,
    answer,
    compact,
    key_of,
    number_out,
    router,
    tags_out,
    value_of,
)
from runstead.service import batches, histories, inputs, lifecycles, runs
from runstead.service.batches import Batch
from runstead.service.inputs import Inputs
from runstead.service.metrics import Point

routes = router()
RUNS = BASE + "/runs"
NAME, NOTE, PARENT, USER = "mlflow.runName", "mlflow.note.content", "mlflow.parentRunId", "mlflow.user"
# What a status of ours is called there; the first of each is what theirs becomes here.
STATUSES: Mapping[str, str] = {
    "Running": "RUNNING",
    "Finalizing": "RUNNING",
    "CancelRequested": "RUNNING",
    "NotStarted": "SCHEDULED",
    "Queued": "SCHEDULED",
    "Preparing": "SCHEDULED",
    "Provisioning": "SCHEDULED",
    "Starting": "SCHEDULED",
    "Completed": "FINISHED",
    "Failed": "FAILED",
    "Canceled": "KILLED",
}
OURS = {theirs: ours for ours, theirs in reversed(list(STATUSES.items()))}
NUMBERED = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


@routes.post(RUNS + "/create")
@needs("run")
def create(asked: AskedIn) -> Response:
    """A new run; made with a run's token it is a child of that run."""
    tags = asked.pairs("tags")
    parent_id = _parent_of(asked, tags)
    name = asked.maybe("run_name") or tags.get(NAME)
    if asked.maybe("run_name") and tags.get(NAME, name) != name:
        raise InvalidArgument(
            f"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
            f"(run_name='{name}', mlflow.runName='{tags[NAME]}')."
        )
    draft = RunDraft(
        run_id=uuid.uuid4().hex,
        experiment="",
        display_name=name,
        description=tags.pop(NOTE, ""),
        parent_id=parent_id,
        tags={key: value for key, value in tags.items() if key != NAME},
        submitted_by=asked.maybe("user_id") or tags.get(USER, ""),
    )
    experiment_id = asked.maybe("experiment_id") or "0"
    started_at_ms = asked.whole("start_time")
    made = lifecycles.begin(
        asked.unit, asked.workspace, draft, experiment_id=experiment_id, started_at_ms=started_at_ms
    )
    return answer({"run": run_out(made, (), Inputs((), ()))})


@routes.get(RUNS + "/get")
@needs("read")
def get(asked: AskedIn) -> Response:
    """One run with the newest value of each metric."""
    run = runs.load(asked.unit, asked.workspace, asked.run_id())
    newest = histories.newest_by_step(asked.unit, asked.workspace, run.run_id)
    return answer({"run": run_out(run, newest, inputs.of_run(asked.unit, run.key))})


@routes.post(RUNS + "/update")
@needs("run")
def update(asked: AskedIn) -> Response:
    """Another status, end or name."""
    status = asked.fields.get("status")
    run = lifecycles.amend(
        asked.unit,
        asked.workspace,
        asked.own_run_id(),
        status=None if status is None else status_of(status),
        ended_at_ms=asked.whole("end_time"),
        name=asked.maybe("run_name") or None,
    )
    return answer({"run_info": info_out(run)})


@routes.post(RUNS + "/delete")
@needs("run")
def delete(asked: AskedIn) -> Response:
    """Put away; nothing is lost."""
    lifecycles.set_deleted(asked.unit, asked.workspace, asked.own_run_id(), deleted=True)
    return answer({})


@routes.post(RUNS + "/restore")
@needs("run")
def restore(asked: AskedIn) -> Response:
    """Bring back."""
    lifecycles.set_deleted(asked.unit, asked.workspace, asked.own_run_id(), deleted=False)
    return answer({})


@routes.post(RUNS + "/set-tag")
@needs("run")
def set_tag(asked: AskedIn) -> Response:
    """One tag."""
    run_id = asked.own_run_id()
    edit = edit_of({key_of(asked.fields): value_of(asked.fields)})
    batches.log(asked.unit, asked.workspace, run_id, Batch(edit=edit))
    return answer({})


@routes.post(RUNS + "/delete-tag")
@needs("run")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    run = runs.load(asked.unit, asked.workspace, asked.own_run_id())
    key = key_of(asked.fields)
    batches.check_active(run)
    if key == NOTE and run.description:
        edit = RunEdit(description="")
    elif key in run.tags:
        edit = RunEdit(remove_tags=(key,))
    else:
        raise NotFound(f"No tag with name: {key} in run with id {run.run_id}")
    batches.log(asked.unit, asked.workspace, run.run_id, Batch(edit=edit))
    return answer({})


@routes.post(RUNS + "/log-parameter")
@needs("run")
def log_param(asked: AskedIn) -> Response:
    """One param; a second value is refused, the same again is fine."""
    run_id = asked.own_run_id()
    param = {key_of(asked.fields): value_of(asked.fields)}
    batches.log(asked.unit, asked.workspace, run_id, Batch(params=param))
    return answer({})


def _parent_of(asked: Asked, tags: dict[str, str]) -> str | None:
    """The run that the tag names, which is then no tag; one that names no run of the workspace stays a tag."""
    told = tags.get(PARENT)
    parent_id = told if told and runs.find(asked.unit, asked.workspace, told) is not None else asked.caller.run_id
    check_within(asked.unit, asked.caller, parent_id)
    if told and told == parent_id:
        del tags[PARENT]
    return parent_id


def status_of(told: object) -> str:
    """Our word for theirs; clients send the name or, long ago, its number."""
    name: object = NUMBERED.get(told) if isinstance(told, int) else told
    if not isinstance(name, str) or name not in OURS:
        raise InvalidArgument(f"Invalid value {told!r:.60} for parameter 'status': it is one of {', '.join(OURS)}")
    return OURS[name]


def edit_of(tags: Mapping[str, str]) -> RunEdit:
    """Tags as they are kept: name and note are fields of the run."""
    others = {key: value for key, value in tags.items() if key not in (NAME, NOTE)}
    return RunEdit(display_name=tags.get(NAME) or None, description=tags.get(NOTE), tags=others)


def run_out(run: Run, metrics: Sequence[Point], found: Inputs) -> dict[str, Any]:  # Any: JSON
    """MLflow's Run."""
    tags = {**run.tags, NAME: run.display_name}
    if run.description:
        tags[NOTE] = run.description
    if run.parent_id is not None:
        tags[PARENT] = run.parent_id
    held = {
        "metrics": [metric_out(point) for point in metrics],
        "params": tags_out(run.params),
        "tags": tags_out(tags),
    }
    return {"info": info_out(run), "data": {name: value for name, value in held.items() if value}, **inputs_out(found)}


def run_text(run: Run, metrics: Sequence[Point], found: Inputs) -> str:
    """The same as JSON: its metrics by hand, since a page of runs has thousands."""
    told = run_out(run, (), found)
    data = told.pop("data")
    held = [f'"metrics":[{",".join([metric_text(point) for point in metrics])}]'] if metrics else []
    held += [f'"{name}":{compact(value)}' for name, value in data.items()]
    return f'{compact(told)[:-1]},"data":{{{",".join(held)}}}}}'


def info_out(run: Run) -> dict[str, Any]:  # Any: JSON
    """MLflow's RunInfo."""
    started = run.created_at_ms if run.started_at_ms is None else run.started_at_ms
    return {
        "run_id": run.run_id,
        "run_uuid": run.run_id,
        "run_name": run.display_name,
        "experiment_id": run.experiment_id,
        "user_id": run.submitted_by,
        "status": STATUSES[run.status],
        "start_time": started,
        **({} if run.ended_at_ms is None else {"end_time": run.ended_at_ms}),
        "artifact_uri": root_of(run),
        "lifecycle_stage": "active" if run.deleted_at_ms is None else "deleted",
    }


def root_of(run: Run) -> str:
    """Where a client sends the run's artifacts: to this server, which knows them by the run's id."""
    return f"mlflow-artifacts:/{run.experiment_id}/{run.run_id}/artifacts"


def metric_out(point: Point) -> dict[str, Any]:  # Any: JSON
    """MLflow's Metric."""
    return {"key": point.name, "value": number_out(point.value), "timestamp": point.time_ms, "step": point.step}


def metric_text(point: Point) -> str:
    """The same as JSON."""
    name, value, time_ms, step = point
    told = repr(value) if math.isfinite(value) else f'"{number_out(value)}"'
    return f'{{"key":{_quoted(name)},"value":{told},"timestamp":{time_ms},"step":{step}}}'


_quoted = lru_cache(maxsize=10_000)(compact)
