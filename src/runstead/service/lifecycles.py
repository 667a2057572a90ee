"""Runs that a client moves in its own time, as MLflow's do: begun, ended, taken up again, deleted, restored."""

from collections.abc import Mapping

from runstead.domain import runs as rules
from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.runs import INTERACTIVE, Run, RunDraft, RunEdit
from runstead.service import experiments, feed, runs, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import runs as rows

LATEST_MS = 1 << 52  # later than any clock; a float holds it exactly


def begin(unit: Unit, workspace: str, draft: RunDraft, *, experiment_id: str, started_at_ms: int | None) -> Run:
    """Make a run in the experiment of this id; `started_at_ms`: when its client began it."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, experiment_id)
        if experiment.archived:
            raise InvalidArgument(f"The experiment {experiment_id} must be in the 'active' state. It is deleted.")
        made = runs.insert(unit, tx, home, rules.in_experiment(draft, experiment.name))
        if started_at_ms is not None:
            rows.update(tx.connection, made.key, {"started_at_ms": _checked_ms(started_at_ms)})
        return runs.found(tx.connection, home, draft.run_id)


def amend(
    unit: Unit, workspace: str, run_id: str, *, status: str | None, ended_at_ms: int | None, name: str | None
) -> Run:
    """Move a run, or give it a name. What a job's script says of its own run's end is not heeded: its driver knows."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        run = runs.found(tx.connection, home, run_id, for_update=True)
        if run.deleted_at_ms is not None:
            raise InvalidArgument(f"The run {run_id} must be in the 'active' state. Current state is deleted.")
        values = {} if status is None or run.kind != INTERACTIVE else _moved(run, status, tx, ended_at_ms)
        if values:
            rows.update(tx.connection, run.key, values)
        runs.apply_edit(unit, tx, run, RunEdit(display_name=name))
        return runs.found(tx.connection, home, run_id)


def set_deleted(unit: Unit, workspace: str, run_id: str, *, deleted: bool) -> None:
    """Put a run away, or bring it back; nothing of it is lost."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        run = runs.found(tx.connection, home, run_id, for_update=True)
        put_away(tx, run, deleted=deleted)


def put_away(tx: Tx, run: Run, *, deleted: bool) -> None:
    """The same within a transaction; load `run` with `for_update`."""
    if deleted and run.kind != INTERACTIVE and not run.is_final:
        raise Conflict(f"run {run.run_id} is {run.status}; cancel it before it is archived or deleted")
    if (run.deleted_at_ms is not None) == deleted:
        return
    rows.update(tx.connection, run.key, {"deleted_at_ms": tx.at_ms if deleted else None})
    feed.publish(tx, "run", run)


def _moved(run: Run, status: str, tx: Tx, ended_at_ms: int | None) -> Mapping[str, object]:
    """The columns to set; docs/notes/run-states.md."""
    if not rules.is_final(status):
        return {"status": status, "ended_at_ms": None}
    ended = tx.at_ms if ended_at_ms is None else _checked_ms(ended_at_ms)
    return {"ended_at_ms": ended} if run.status == "Canceled" else {"status": status, "ended_at_ms": ended}


def _checked_ms(time_ms: int) -> int:
    if not 0 <= time_ms < LATEST_MS:
        raise InvalidArgument(f"{time_ms} is no time in milliseconds since 1970")
    return time_ms
