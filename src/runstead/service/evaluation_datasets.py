"""Evaluation datasets: made, filled with records, found, deleted."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.evaluation_datasets import (
    EvaluationDataset,
    Record,
    RecordDraft,
    spelled,
    user_of,
    widened,
)
from runstead.domain.names import checked_text
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import evaluation_datasets
from runstead.store.hashes import key_of

MOST_EXPERIMENTS = 1_000


class Kept(NamedTuple):
    """How many records are new, and how many were there."""

    inserted: int
    updated: int


def create(
    unit: Unit, workspace: str, name: str, *, experiment_ids: Sequence[str], tags: Mapping[str, str]
) -> EvaluationDataset:
    """A new one, without records; names may be there twice."""
    limits, dataset_id = unit.settings.limits, f"d-{uuid.uuid4().hex}"
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        values = {
            "workspace_key": home.key,
            "dataset_id": dataset_id,
            "name": checked_text("name", name, limits.name_chars),
            "experiment_ids": _ids(tx, home, experiment_ids),
            "tags": experiments.checked_tags(tags, limits),
            "schema": None,
            "record_count": 0,
            "created_by": user_of(tags),
            "updated_by": user_of(tags),
            **dict.fromkeys(("created_at_ms", "updated_at_ms"), tx.at_ms),
        }
        evaluation_datasets.add(tx.connection, values)
        return _found(tx.connection, home, dataset_id)


def load(unit: Unit, workspace: str, dataset_id: str) -> EvaluationDataset:
    """One, or NotFound."""
    with unit.read() as connection:
        return _found(connection, workspaces.found(connection, workspace), dataset_id)


def listed(unit: Unit, workspace: str) -> list[EvaluationDataset]:
    """All, newest first."""
    with unit.read() as connection:
        return evaluation_datasets.listed(connection, workspaces.found(connection, workspace).key)


def delete(unit: Unit, workspace: str, dataset_id: str) -> None:
    """Forget one with its records; nothing, if there is none."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = evaluation_datasets.find(tx.connection, home.key, dataset_id, for_update=True)
        if there is not None:
            evaluation_datasets.delete(tx.connection, there.key)


def edit(
    unit: Unit, workspace: str, dataset_id: str, *, tags: Mapping[str, str], remove_tag: str | None = None
) -> EvaluationDataset:
    """Set tags, or take one away."""
    with unit.write() as tx:
        home, there = _held(tx, workspace, dataset_id)
        kept = {key: value for key, value in {**there.tags, **tags}.items() if key != remove_tag}
        checked = experiments.checked_tags(kept, unit.settings.limits)
        evaluation_datasets.update(tx.connection, there.key, {"tags": checked, **_touched(tx, user_of(tags))})
        return _found(tx.connection, home, dataset_id)


def associate(
    unit: Unit, workspace: str, dataset_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> EvaluationDataset:
    """Say that it is of more experiments, or of fewer."""
    with unit.write() as tx:
        home, there = _held(tx, workspace, dataset_id)
        ids = [*there.experiment_ids, *_ids(tx, home, add)]
        kept = [one for one in dict.fromkeys(ids) if one not in remove]
        evaluation_datasets.update(tx.connection, there.key, {"experiment_ids": kept, **_touched(tx, None)})
        return _found(tx.connection, home, dataset_id)


def keep_records(unit: Unit, workspace: str, dataset_id: str, records: Sequence[RecordDraft]) -> Kept:
    """Keep records; one with inputs that are there is merged into the one that has them."""
    with unit.write() as tx:
        _, there = _held(tx, workspace, dataset_id)
        keys = [key_of(spelled(one.inputs)) for one in records]
        known = evaluation_datasets.records_by_input(tx.connection, there.key, list(dict.fromkeys(keys)))
        rows: dict[str, dict[str, Any]] = {}
        updated = 0
        for key, one in zip(keys, records, strict=True):
            updated += key in rows or key in known
            rows[key] = _merged(tx, rows.get(key) or _row(known.get(key)), one)
        for key, row in rows.items():
            row.update(evaluation_key=there.key, input_key=key)
        evaluation_datasets.keep_records(tx.connection, list(rows.values()))
        values = {
            "schema": widened(there.schema, records),
            "record_count": evaluation_datasets.count_records(tx.connection, there.key),
            **_touched(tx, next((one.user for one in reversed(records) if one.user), None)),
        }
        evaluation_datasets.update(tx.connection, there.key, values)
        return Kept(len(records) - updated, updated)


def records(unit: Unit, workspace: str, dataset_id: str, *, offset: int, limit: int) -> list[Record]:
    """Some in the order in which they came."""
    with unit.read() as connection:
        there = _found(connection, workspaces.found(connection, workspace), dataset_id)
        return evaluation_datasets.records(connection, there.key, offset=offset, limit=limit)


def delete_records(unit: Unit, workspace: str, dataset_id: str, record_ids: Sequence[str]) -> int:
    """Forget some; returns how many."""
    with unit.write() as tx:
        _, there = _held(tx, workspace, dataset_id)
        evaluation_datasets.delete_records(tx.connection, there.key, record_ids)
        count = evaluation_datasets.count_records(tx.connection, there.key)
        evaluation_datasets.update(tx.connection, there.key, {"record_count": count, **_touched(tx, None)})
        return there.record_count - count


def _row(there: Record | None) -> dict[str, Any]:  # Any: columns' values
    return {} if there is None else dict(vars(there))


def _merged(tx: Tx, there: Mapping[str, Any], one: RecordDraft) -> dict[str, Any]:  # Any: columns' values
    """A row after a record was told; `there` is empty where it is new."""
    fresh = {
        "record_id": f"dr-{uuid.uuid4().hex}",
        "inputs": one.inputs,
        "outputs": None,
        "expectations": None,
        "tags": None,
        "source": one.source,
        "created_at_ms": tx.at_ms,
        "created_by": one.user,
        "updated_by": None,
    }
    row = {**fresh, **there, "updated_at_ms": tx.at_ms}
    row["updated_by"] = one.user or row["updated_by"]
    if one.has_outputs:
        row["outputs"] = one.outputs
    for name, told in (("expectations", one.expectations), ("tags", one.tags)):
        row[name] = row[name] if told is None else {**(row[name] or {}), **told}
    return row


def _touched(tx: Tx, user: str | None) -> dict[str, Any]:  # Any: columns' values
    return {"updated_at_ms": tx.at_ms, **({"updated_by": user} if user else {})}


def _held(tx: Tx, workspace: str, dataset_id: str) -> tuple[Workspace, EvaluationDataset]:
    home = workspaces.found(tx.connection, workspace)
    there = evaluation_datasets.find(tx.connection, home.key, dataset_id, for_update=True)
    if there is None:
        raise _missing(dataset_id)
    return home, there


def _found(connection: sa.Connection, home: Workspace, dataset_id: str) -> EvaluationDataset:
    there = evaluation_datasets.find(connection, home.key, dataset_id)
    if there is None:
        raise _missing(dataset_id)
    return there


def _ids(tx: Tx, home: Workspace, experiment_ids: Sequence[str]) -> list[str]:
    if len(experiment_ids) > MOST_EXPERIMENTS:
        raise InvalidArgument(f"at most {MOST_EXPERIMENTS} experiments are named at once")
    return [experiments.found_by_id(tx.connection, home, one).experiment_id for one in dict.fromkeys(experiment_ids)]


def _missing(dataset_id: str) -> NotFound:
    return NotFound(f"Evaluation dataset with id '{dataset_id[:100]}' not found")
