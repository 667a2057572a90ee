"""Runs of a workspace."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Query, Request

from runstead.domain.errors import InvalidArgument
from runstead.domain.runs import RunDraft, RunEdit, RunFilter
from runstead.server.auth import CallerIn, UnitIn, check_within, needs, router
from runstead.server.tokens import Tokens
from runstead.server.v1.shapes import RunShape, at, ms_of, run_shape
from runstead.service import runs

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class DraftBody:
    """A run to be made."""

    run_id: str
    experiment: str
    kind: str = "interactive"
    display_name: str | None = None
    description: str = ""
    parent_id: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    status: str | None = None
    target: str | None = None
    script: str | None = None
    arguments: list[str] = field(default_factory=list)
    environment_name: str | None = None
    snapshot_id: str | None = None
    submitted_by: str = ""
    node: str | None = None
    pid: int | None = None


@dataclass(frozen=True)
class BatchBody:
    """Runs to be made together."""

    runs: list[DraftBody]


@dataclass(frozen=True)
class EditBody:
    """What to change."""

    display_name: str | None = None
    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StatusBody:
    """Where the run is now."""

    status: str
    error: dict[str, Any] | None = None  # {code, message, …}
    warnings: list[Any] | None = None  # any JSON
    reached_at: str | None = None


@dataclass(frozen=True)
class HeartbeatBody:
    """Who lives."""

    node: str = ""
    pid: int = 0


@dataclass(frozen=True)
class RunsShape:
    """One page, newest first."""

    runs: list[RunShape]
    next_cursor: str | None


@dataclass(frozen=True)
class BatchShape:
    """In the order of the request."""

    runs: list[RunShape]


@dataclass(frozen=True)
class HeartbeatShape:
    """What the server wants of the run."""

    cancel_requested: bool
    token: str | None = None


@dataclass(frozen=True)
class TokenShape:
    """A run's token."""

    token: str
    expires_at: str


def draft_of(body: DraftBody) -> RunDraft:
    """The domain's draft."""
    return RunDraft(
        run_id=body.run_id,
        experiment=body.experiment,
        kind=body.kind,
        display_name=body.display_name,
        description=body.description,
        parent_id=body.parent_id,
        tags=body.tags,
        properties=body.properties,
        status=body.status,
        target=body.target,
        script=body.script,
        arguments=tuple(body.arguments),
        environment_name=body.environment_name,
        snapshot_id=body.snapshot_id,
        submitted_by=body.submitted_by,
        node=body.node,
        pid=body.pid,
    )


@routes.post(W + "/runs")
@needs("run")
def post_run(ws: str, unit: UnitIn, caller: CallerIn, body: DraftBody) -> RunShape:
    """Make a run; a repeat answers the same run."""
    check_within(unit, caller, body.parent_id)
    return run_shape(runs.create(unit, ws, draft_of(body)))


@routes.post(W + "/runs/batch")
@needs("run")
def post_runs(ws: str, unit: UnitIn, caller: CallerIn, body: BatchBody) -> BatchShape:
    """Make several runs, all or none; a repeat answers the same runs."""
    for parent_id in dict.fromkeys(draft.parent_id for draft in body.runs):
        check_within(unit, caller, parent_id)
    return BatchShape([run_shape(run) for run in runs.create_many(unit, ws, [draft_of(d) for d in body.runs])])


@routes.get(W + "/runs")
@needs("read")
def list_runs(
    ws: str,
    unit: UnitIn,
    *,
    experiment: str | None = None,
    parent: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    tag: Annotated[list[str] | None, Query()] = None,
    property: Annotated[list[str] | None, Query()] = None,
    include_children: bool = False,
    recursive: bool = False,
    limit: int = 100,
    cursor: str | None = None,
) -> RunsShape:
    """Runs that pass every given filter."""
    wanted = RunFilter(
        experiment=experiment,
        parent_id=parent,
        kind=kind,
        status=status,
        tags=tuple(_pair(text) for text in tag or ()),
        properties=tuple(_pair(text) for text in property or ()),
        include_children=include_children,
        recursive=recursive,
    )
    page, following = runs.listed(unit, ws, wanted, before=_number(cursor), limit=limit)
    return RunsShape([run_shape(run) for run in page], None if following is None else str(following))


@routes.get(W + "/runs/{run_id}")
@needs("read")
def get_run(ws: str, run_id: str, unit: UnitIn) -> RunShape:
    """One run, with its definition and its stages."""
    return run_shape(runs.load_whole(unit, ws, run_id))


@routes.patch(W + "/runs/{run_id}")
@needs("run")
def patch_run(ws: str, run_id: str, unit: UnitIn, body: EditBody) -> RunShape:
    """Change what is given, all or nothing."""
    change = RunEdit(body.display_name, body.description, body.tags, tuple(body.remove_tags), body.properties)
    return run_shape(runs.edit(unit, ws, run_id, change))


@routes.post(W + "/runs/{run_id}/status")
@needs("run")
def post_status(ws: str, run_id: str, unit: UnitIn, body: StatusBody) -> RunShape:
    """Move the run; the state table decides."""
    moved = runs.set_status(
        unit,
        ws,
        run_id,
        body.status,
        error=body.error,
        warnings=body.warnings or (),
        reached_at_ms=None if body.reached_at is None else ms_of("reached_at", body.reached_at),
    )
    return run_shape(moved)


@routes.post(W + "/runs/{run_id}/cancel")
@needs("run")
def post_cancel(ws: str, run_id: str, unit: UnitIn) -> RunShape:
    """Ask the run to end."""
    return run_shape(runs.cancel(unit, ws, run_id))


@routes.post(W + "/runs/{run_id}/heartbeat")
@needs("run")
def post_heartbeat(
    ws: str, run_id: str, request: Request, unit: UnitIn, caller: CallerIn, body: HeartbeatBody
) -> HeartbeatShape:
    """The run lives; learn whether it should go on."""
    asked = runs.heartbeat(unit, ws, run_id, node=body.node, pid=body.pid)
    if caller.is_owner:
        return HeartbeatShape(asked)
    tokens: Tokens = request.app.state.tokens
    return HeartbeatShape(asked, tokens.renewed(request.headers["authorization"].partition(" ")[2].strip()))


@routes.post(W + "/runs/{run_id}/token")
@needs("run")
def post_token(ws: str, run_id: str, request: Request, unit: UnitIn) -> TokenShape:
    """A token for this run."""
    run = runs.load(unit, ws, run_id)
    tokens: Tokens = request.app.state.tokens
    token, ends_at_ms = tokens.run_token(ws, run.run_id)
    return TokenShape(token, at(ends_at_ms))


def _pair(text: str) -> tuple[str, str | None]:
    key, equals, value = text.partition("=")
    return key, value if equals else None


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdecimal()):
        raise InvalidArgument(f"{cursor!r} is no cursor; send back the next_cursor of the page before")
    return int(cursor)
