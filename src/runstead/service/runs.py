"""Runs: made once, moved through the status table, tagged, cancelled."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from runstead.domain import runs as rules
from runstead.domain.errors import Conflict, NotFound, TooLarge
from runstead.domain.names import checked_name, checked_run_id, checked_text
from runstead.domain.runs import CANCEL_REQUESTED, INTERACTIVE, Run, RunDraft, RunEdit, RunFilter, RunRef
from runstead.domain.stages import QUEUED, STAGE_OF_STATUS, moment, stages_of
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, feed, masks, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import counters, runs, stages
from runstead.store import experiments as experiment_rows

NUMBER = "run"
MOST_AT_ONCE = 1_000


def create(unit: Unit, workspace: str, draft: RunDraft) -> Run:
    """Make a run; a repeated request answers the run that is there."""
    with unit.write() as tx:
        return insert(unit, tx, workspaces.found(tx.connection, workspace), draft)


def create_many(unit: Unit, workspace: str, drafts: Sequence[RunDraft]) -> list[Run]:
    """The same of several at once: all of them, in this order, or none."""
    if len(drafts) > MOST_AT_ONCE:
        raise TooLarge(f"{len(drafts)} runs were sent; make at most {MOST_AT_ONCE} at a time")
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        return [insert(unit, tx, home, draft) for draft in drafts]


def insert_hidden(unit: Unit, tx: Tx, workspace: Workspace, draft: RunDraft) -> Run:
    """A run that only holds files: it has ended, is put away from the start, and counts nowhere."""
    return insert(unit, tx, workspace, replace(draft, status="Completed"), hidden=True)


def insert(unit: Unit, tx: Tx, workspace: Workspace, draft: RunDraft, *, hidden: bool = False) -> Run:
    """The same as `create` within a transaction, for services that make more than the run; hidden: as above."""
    there = runs.find(tx.connection, draft.run_id)
    if there is not None:
        return _same_run(there, workspace, draft)
    _check_draft(unit, draft)
    parent = None if draft.parent_id is None else found(tx.connection, workspace, draft.parent_id)
    experiment = experiments.ensured(unit, tx, workspace, draft.experiment)
    values = _values(draft, parent, tx.at_ms) | {
        "workspace_key": workspace.key,
        "experiment_key": experiment.key,
        "number": counters.take(tx.connection, workspace.key, NUMBER),
        "deleted_at_ms": tx.at_ms if hidden else None,
    }
    key = runs.insert(tx.connection, values)
    if key is None:  # somebody else made it this instant
        return _same_run(found(tx.connection, workspace, draft.run_id), workspace, draft)
    runs.set_tags(tx.connection, key, draft.tags)
    runs.add_properties(tx.connection, key, draft.properties)
    if not hidden:
        experiment_rows.count_run(tx.connection, experiment.key, tx.at_ms)
    feed.publish_experiment(tx, workspace, experiment.name)
    if parent is not None:
        runs.count_child(tx.connection, parent.key)
        feed.publish(tx, "run", parent)
    made = found(tx.connection, workspace, draft.run_id)
    feed.publish(tx, "run", made)
    return made


def load(unit: Unit, workspace: str, run_id: str) -> Run:
    """One run, or NotFound."""
    with unit.read() as connection:
        return found(connection, workspaces.found(connection, workspace), run_id)


def load_whole(unit: Unit, workspace: str, run_id: str) -> Run:
    """The same with its definition and its stages, which lists of runs leave out."""
    with unit.read() as connection:
        run = found(connection, workspaces.found(connection, workspace), run_id, with_definition=True)
        marks = stages.marks_of(connection, run.key)
    told = stages_of(
        marks,
        created_at_ms=run.created_at_ms,
        ended_at_ms=run.ended_at_ms,
        is_interactive=run.kind == INTERACTIVE,
    )
    return replace(run, stages=tuple(told))


def found(
    connection: sa.Connection,
    workspace: Workspace,
    run_id: str,
    *,
    with_definition: bool = False,
    for_update: bool = False,
) -> Run:
    """The same within a transaction."""
    run = runs.find(connection, run_id, with_definition=with_definition, for_update=for_update)
    if run is None or run.workspace_key != workspace.key:
        raise _missing(workspace.name, run_id)
    return run


def find(unit: Unit, workspace: str, run_id: str) -> RunRef | None:
    """The run of this id, or None."""
    with unit.read() as connection:
        return runs.locate(connection, workspace, run_id)


def located(connection: sa.Connection, workspace: str, run_id: str) -> RunRef:
    """The little of it that files, logs and metrics need, or NotFound; one cheap look."""
    run = runs.locate(connection, workspace, run_id)
    if run is None:
        workspaces.found(connection, workspace)
        raise _missing(workspace, run_id)
    return run


def listed(
    unit: Unit, workspace: str, wanted: RunFilter, *, before: int | None = None, limit: int = 100
) -> tuple[list[Run], int | None]:
    """(at most `limit` runs, newest first; where to go on, or None at the end)."""
    limit = max(1, min(limit, unit.settings.limits.page_rows))
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        page = runs.listed(connection, home.key, wanted, before=before, limit=limit + 1)
    return page[:limit], page[limit - 1].number if len(page) > limit else None


def edit(unit: Unit, workspace: str, run_id: str, change: RunEdit) -> Run:
    """Change what is given, all of it or nothing; Conflict if a property has another value."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        apply_edit(unit, tx, found(tx.connection, home, run_id, for_update=True), change)
        return found(tx.connection, home, run_id)


def apply_edit(unit: Unit, tx: Tx, run: Run, change: RunEdit) -> None:
    """The same within a transaction; load `run` with `for_update`."""
    limits = unit.settings.limits
    experiments.checked_tags({**run.tags, **change.tags}, limits)
    experiments.checked_tags({**run.properties, **change.properties}, limits)
    values: dict[str, object] = {}
    if change.display_name is not None:
        values["display_name"] = checked_text("display name", change.display_name, limits.description_chars)
    if change.description is not None:
        values["description"] = checked_text("description", change.description, limits.description_chars)
    if values:
        runs.update(tx.connection, run.key, values)
    runs.set_tags(tx.connection, run.key, change.tags)
    runs.remove_tags(tx.connection, run.key, change.remove_tags)
    runs.add_properties(tx.connection, run.key, rules.new_properties(run.run_id, run.properties, change.properties))
    feed.publish(tx, "run", run)


def set_status(
    unit: Unit,
    workspace: str,
    run_id: str,
    status: str,
    *,
    error: Mapping[str, Any] | None = None,
    warnings: Sequence[Any] = (),
    reached_at_ms: int | None = None,
) -> Run:
    """Move a run to `status` if the table allows it; the final state it already has is accepted and changes nothing.

    reached_at_ms: when it got there, if that was before now: a node may have been unable to tell us.
    """
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        run = found(tx.connection, home, run_id, for_update=True)
        told = masks.hidden(unit, tx.connection, home, {"error": error, "warnings": list(warnings)})
        return apply_status(tx, home, run, status, **told, reached_at_ms=reached_at_ms)


def apply_status(
    tx: Tx,
    workspace: Workspace,
    run: Run,
    status: str,
    *,
    error: Mapping[str, Any] | None = None,
    warnings: Sequence[Any] = (),
    reached_at_ms: int | None = None,
) -> Run:
    """The same within a transaction; load `run` with `for_update`."""
    values: dict[str, object] = {"status": status}
    if run.is_given_up and (status == rules.RUNNING or rules.is_final(status)):
        values |= {"error": None, "ended_at_ms": None}
    else:
        rules.check_transition(run.run_id, run.status, status)
        if run.is_final:
            return run
    at_ms = _mark_stage(tx, run, status, reached_at_ms)
    if status in ("Running", "Finalizing") and run.started_at_ms is None:
        values["started_at_ms"] = at_ms
    if rules.is_final(status):
        values["ended_at_ms"] = tx.at_ms
    if error is not None:
        values["error"] = dict(error)
    if warnings:
        values["warnings"] = [*run.warnings, *warnings]
    runs.update(tx.connection, run.key, values)
    feed.publish(tx, "run", run)
    return found(tx.connection, workspace, run.run_id)


def note_building(tx: Tx, run: Run, mark: str | None) -> None:
    """More is known of the run's environment; `mark`: it begins to be built (BUILDING), or is there (BUILT)."""
    if mark is not None:
        stages.mark(tx.connection, run.key, mark, tx.at_ms)
    feed.publish(tx, "run", run)


def cancel(unit: Unit, workspace: str, run_id: str) -> Run:
    """Ask a run to end: an interactive one is Canceled at once, others when the launcher has ended them."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        return apply_cancel(tx, home, found(tx.connection, home, run_id, for_update=True))


def apply_cancel(tx: Tx, workspace: Workspace, run: Run) -> Run:
    """The same within a transaction; load `run` with `for_update`."""
    if run.is_final or run.status == CANCEL_REQUESTED:
        return run
    return apply_status(tx, workspace, run, "Canceled" if run.kind == INTERACTIVE else CANCEL_REQUESTED)


def give_up_abandoned(
    unit: Unit, machine: str, *, is_alive: Callable[[str, int], bool], written: Collection[str]
) -> list[str]:
    """Fail this machine's interactive runs whose process is gone, but for those `written` to; returns their ids."""
    with unit.read() as connection:
        running = runs.writers_of_running(connection, machine)
    gone = [one for one in running if one.run_id not in written and not is_alive(one.node, one.pid)]
    given_up = []
    for one in gone:
        with unit.write() as tx:
            home = workspaces.found(tx.connection, one.workspace)
            run = found(tx.connection, home, one.run_id, for_update=True)
            if run.status == rules.RUNNING:
                told = f"its process {one.pid} has ended without run.complete() or run.fail()"
                apply_status(tx, home, run, "Failed", error={"code": rules.WRITER_GONE, "message": told})
                given_up.append(one.run_id)
    return given_up


def heartbeat(unit: Unit, workspace: str, run_id: str, *, node: str, pid: int) -> bool:
    """The run's process lives; returns whether it is asked to end. Not published: it changes nothing that is shown."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        run = found(tx.connection, home, run_id)
        runs.update(tx.connection, run.key, {"node": node, "pid": pid, "heartbeat_at_ms": tx.at_ms})
    return run.status in (CANCEL_REQUESTED, "Canceled")


def is_within(unit: Unit, run_id: str, ancestor_id: str) -> bool:
    """Whether `run_id` is `ancestor_id` or one of its descendants."""
    with unit.read() as connection:
        current: str | None = run_id
        while current is not None:
            if current == ancestor_id:
                return True
            run = runs.find(connection, current)
            current = None if run is None else run.parent_id
    return False


def _mark_stage(tx: Tx, run: Run, status: str, told_ms: int | None) -> int:
    """Notes that the run reached a stage; returns when."""
    stage = STAGE_OF_STATUS.get(status)
    if run.kind == INTERACTIVE or stage is None or stage == QUEUED:
        return tx.at_ms
    marks = stages.marks_of(tx.connection, run.key)
    at_ms = moment(told_ms, after_ms=max([run.created_at_ms, *marks.values()]), now_ms=tx.at_ms)
    stages.mark(tx.connection, run.key, stage, at_ms)
    return at_ms


def _missing(workspace: str, run_id: str) -> NotFound:
    return NotFound(f"there is no run {run_id!r} in workspace {workspace!r}", run_id=run_id)


def _same_run(there: Run, workspace: Workspace, draft: RunDraft) -> Run:
    if there.workspace_key != workspace.key:
        raise Conflict(f"the run id {draft.run_id!r} is taken; choose another")
    if (there.experiment, there.kind, there.parent_id) != (draft.experiment, draft.kind, draft.parent_id):
        raise Conflict(
            f"run {draft.run_id} exists, a {there.kind} run of experiment {there.experiment!r}; choose another id"
        )
    return there


def _check_draft(unit: Unit, draft: RunDraft) -> None:
    limits = unit.settings.limits
    checked_run_id(draft.run_id, limits)
    checked_name("kind", draft.kind, limits)
    rules.checked_status(draft.status or rules.first_status(draft.kind))
    for what, text in (
        ("display name", draft.display_name),
        ("description", draft.description),
        ("target", draft.target),
        ("script", draft.script),
        ("environment name", draft.environment_name),
        ("node", draft.node),
        *(("argument", argument) for argument in draft.arguments),
    ):
        checked_text(what, text or "", limits.description_chars)
    experiments.checked_tags(draft.tags, limits)
    experiments.checked_tags(draft.properties, limits)


def _values(draft: RunDraft, parent: Run | None, at_ms: int) -> dict[str, object]:
    status = draft.status or rules.first_status(draft.kind)
    return {
        "run_id": draft.run_id,
        "display_name": draft.display_name or rules.display_name_for(draft.run_id),
        "description": draft.description,
        "kind": draft.kind,
        "status": status,
        "parent_key": None if parent is None else parent.key,
        "parent_id": draft.parent_id,
        "root_id": draft.run_id if parent is None else parent.root_id,
        "created_at_ms": at_ms,
        "started_at_ms": at_ms if status == "Running" else None,
        "ended_at_ms": at_ms if rules.is_final(status) else None,
        "warnings": [],
        "target": draft.target,
        "script": draft.script,
        "arguments": list(draft.arguments),
        "environment_name": draft.environment_name,
        "environment_version": draft.environment_version,
        "snapshot_id": draft.snapshot_id,
        "submitted_by": draft.submitted_by,
        "child_count": 0,
        "definition": None if draft.definition is None else dict(draft.definition),
        "node": draft.node,
        "pid": draft.pid,
    }
