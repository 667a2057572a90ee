"""Many runs archived, restored, tagged, cancelled or deleted for good: in slices, each in one transaction."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from runstead.domain.errors import Conflict, InvalidArgument, RunsteadError, TooLarge
from runstead.domain.jobs import ENDED
from runstead.domain.run_selections import (
    ARCHIVE,
    CANCEL,
    DELETE,
    MOST_RUNS,
    MOST_STEPS,
    RESTORE,
    TAG,
    Failure,
    Outcome,
    Step,
    joined,
    undo_of_tags,
)
from runstead.domain.runs import CANCEL_REQUESTED, Run, RunEdit
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, feed, lifecycles, runs, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import deletions, run_tables
from runstead.store import runs as rows

SLICE, DELETED_SLICE = 500, 50  # runs in one transaction: nobody else writes to SQLite meanwhile


def apply(unit: Unit, workspace: str, steps: Sequence[Step]) -> Outcome:
    """Do the steps one after the other; a run that cannot be changed stays as it is and is told by name."""
    if len(steps) > MOST_STEPS:
        raise TooLarge(f"{len(steps)} steps were sent; send at most {MOST_STEPS} at a time")
    selections = [(step, _selected(unit, workspace, step)) for step in steps]
    outcome = Outcome()
    for step, run_ids in selections:
        size = DELETED_SLICE if step.action == DELETE else SLICE
        gone: set[str] = set()  # children that went with a run of an earlier slice
        for start in range(0, len(run_ids), size):
            some = [run_id for run_id in run_ids[start : start + size] if run_id not in gone]
            if step.action == DELETE:
                one = _deleted(unit, workspace, some)
                gone.update(one.done)
            else:
                one = _changed(unit, workspace, step, some)
            outcome = joined(outcome, one)
    return outcome


def _selected(unit: Unit, workspace: str, step: Step) -> list[str]:
    """The ids of the runs that a step is about, checked before anything is done."""
    if step.action == TAG:
        experiments.checked_tags(step.tags, unit.settings.limits)
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        if step.query is None:
            run_ids = list(dict.fromkeys(step.run_ids))
        else:
            wanted = replace(step.query, limit=MOST_RUNS + 1, offset=0)
            run_ids = rows.ids_of(connection, run_tables.page(connection, home.key, wanted).run_keys)
    if len(run_ids) > MOST_RUNS:
        raise TooLarge(f"{len(run_ids)} runs are selected; change at most {MOST_RUNS} at a time")
    if step.expected is not None and step.expected != len(run_ids):
        raise Conflict(f"{len(run_ids)} runs are selected now, not {step.expected}; look at them and select again")
    return run_ids


def _changed(unit: Unit, workspace: str, step: Step, run_ids: Sequence[str]) -> Outcome:
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        found = rows.find_of_ids(tx.connection, home.key, run_ids, for_update=True)
        done: list[Run] = []
        failed = _missing(workspace, run_ids, found)
        for run in found:
            try:
                ACTIONS[step.action](unit, tx, home, run, step)
            except (Conflict, InvalidArgument, TooLarge) as error:
                failed.append(_failure(run, error))
            else:
                done.append(run)
    return Outcome(tuple(run.run_id for run in done), tuple(failed), _undo(step, done))


def _archive(_unit: Unit, tx: Tx, _home: Workspace, run: Run, _step: Step) -> None:
    lifecycles.put_away(tx, run, deleted=True)


def _restore(_unit: Unit, tx: Tx, _home: Workspace, run: Run, _step: Step) -> None:
    lifecycles.put_away(tx, run, deleted=False)


def _tag(unit: Unit, tx: Tx, _home: Workspace, run: Run, step: Step) -> None:
    runs.apply_edit(unit, tx, run, RunEdit(tags=step.tags, remove_tags=step.remove_tags))


def _cancel(_unit: Unit, tx: Tx, home: Workspace, run: Run, _step: Step) -> None:
    if run.is_final or run.status == CANCEL_REQUESTED:
        raise Conflict(f"run {run.run_id} is {run.status} already")
    runs.apply_cancel(tx, home, run)


ACTIONS: Mapping[str, Callable[[Unit, Tx, Workspace, Run, Step], None]] = {
    ARCHIVE: _archive,
    RESTORE: _restore,
    TAG: _tag,
    CANCEL: _cancel,
}


def _undo(step: Step, done: Sequence[Run]) -> tuple[Step, ...]:
    """`done`: the runs as they were."""
    if step.action == TAG:
        return undo_of_tags({run.run_id: run.tags for run in done}, step)
    if step.action in (ARCHIVE, RESTORE):
        is_archiving = step.action == ARCHIVE
        moved = tuple(run.run_id for run in done if (run.deleted_at_ms is None) == is_archiving)
        return (Step(RESTORE if is_archiving else ARCHIVE, moved),) if moved else ()
    return ()


def _deleted(unit: Unit, workspace: str, run_ids: Sequence[str]) -> Outcome:
    """Runs with all that is below them and all that they hold, but for blobs, which others may share."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        found = rows.find_of_ids(tx.connection, home.key, run_ids, for_update=True)
        failed = _missing(workspace, run_ids, found)
        going: dict[str, Run] = {}
        for run in found:
            family = [run, *rows.below(tx.connection, run.key)]
            busy = [one for one in family if not one.is_final]
            busy_jobs = deletions.busy_runs(tx.connection, [one.key for one in family], ENDED)
            if busy or busy_jobs:
                open_id = busy[0].run_id if busy else busy_jobs[0]
                error = Conflict(f"run {open_id} has not ended; cancel it and wait for its end before it is deleted")
                failed.append(_failure(run, error))
            else:
                going |= {one.run_id: one for one in family}
        deletions.delete_runs(tx.connection, [run.key for run in going.values()])
        for run in going.values():
            feed.publish(tx, "run", run)
        for experiment in {run.experiment for run in going.values()}:
            feed.publish_experiment(tx, home, experiment)
    for run_id in going:
        for folder in (unit.settings.logs, unit.settings.jobs):
            shutil.rmtree(folder / run_id, ignore_errors=True)
    return Outcome(tuple(going), tuple(failed))


def _missing(workspace: str, run_ids: Sequence[str], found: Sequence[Run]) -> list[Failure]:
    there = {run.run_id for run in found}
    told = f"there is no such run in workspace {workspace!r}"
    return [Failure(run_id, run_id, "not_found", told) for run_id in run_ids if run_id not in there]


def _failure(run: Run, error: RunsteadError) -> Failure:
    return Failure(run.run_id, run.display_name, error.code, error.message)
