"""Metrics, params and tags of a run that come together and without a journal, as MLflow's clients send them."""

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.domain.runs import Run, RunEdit, RunRef
from runstead.service import experiments, feed, metrics, runs, workspaces
from runstead.service.metrics import Point
from runstead.service.unit import Tx, Unit
from runstead.store import batches
from runstead.store import runs as run_rows

NOTHING = RunEdit()


@dataclass(frozen=True)
class Batch:
    """What to log. A param is written once; the same value again is fine."""

    points: Sequence[Point] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    edit: RunEdit = NOTHING


def log(unit: Unit, workspace: str, run_id: str, batch: Batch) -> None:
    """All of it or nothing; points that were sent a moment ago, all the same, are taken for a repeated request."""
    unit.write_together(lambda tx: _store(unit, tx, workspace, run_id, batch))


def _store(unit: Unit, tx: Tx, workspace: str, run_id: str, batch: Batch) -> None:
    run = runs.located(tx.connection, workspace, run_id)
    check_active(run)
    if batch.params:
        _add_params(unit, tx, run, batch.params)
    if batch.points and batches.remember(tx.connection, run.key, _digest(batch.points)):
        metrics.append(tx, workspace, run, batch.points, unit.settings.limits)
    if batch.edit != NOTHING:
        home = workspaces.found(tx.connection, workspace)
        runs.apply_edit(unit, tx, runs.found(tx.connection, home, run_id, for_update=True), batch.edit)
    elif batch.params:
        feed.publish(tx, "run", run)


def check_active(run: RunRef | Run) -> None:
    """InvalidArgument if the run is deleted."""
    if run.deleted_at_ms is not None:
        raise InvalidArgument(f"The run {run.run_id} must be in the 'active' state. Current state is deleted.")


def _add_params(unit: Unit, tx: Tx, run: RunRef, params: Mapping[str, str]) -> None:
    there = run_rows.params_of(tx.connection, run.key)
    for key, value in params.items():
        if there.get(key, value) != value:
            raise InvalidArgument(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{there[key]}' for run ID='{run.run_id}'. Attempted logging new value '{value}'."
            )
    experiments.checked_tags({**there, **params}, unit.settings.limits)
    run_rows.add_params(tx.connection, run.key, params)


def _digest(points: Sequence[Point]) -> bytes:
    names, values, times_ms, steps = zip(*points, strict=True)
    count = len(points)
    told = hashlib.sha256(struct.pack(f"<{3 * count}q{count}d", *map(len, names), *times_ms, *steps, *values))
    told.update("".join(names).encode("utf-8", "surrogatepass"))
    return told.digest()[: batches.DIGEST_BYTES]
