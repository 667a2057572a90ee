"""Evaluation datasets of a workspace, and their records."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.evaluation_datasets import EvaluationDataset, Record
from runstead.store.engine import upsert
from runstead.store.evaluation_tables import evaluation_datasets, evaluation_records

TABLE, RECORDS = evaluation_datasets.c, evaluation_records.c
KEYS_AT_ONCE = 500
CHANGED = ("outputs", "expectations", "tags", "updated_at_ms", "updated_by")


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Keep one; `values` by column name."""
    connection.execute(sa.insert(evaluation_datasets).values(**values))


def find(
    connection: sa.Connection, workspace_key: int, dataset_id: str, *, for_update: bool = False
) -> EvaluationDataset | None:
    """The one of this id."""
    query = sa.select(evaluation_datasets).where(TABLE.workspace_key == workspace_key, TABLE.dataset_id == dataset_id)
    row = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    return None if row is None else _dataset(row)


def listed(connection: sa.Connection, workspace_key: int) -> list[EvaluationDataset]:
    """All of a workspace, newest first."""
    query = sa.select(evaluation_datasets).where(TABLE.workspace_key == workspace_key)
    rows = connection.execute(query.order_by(TABLE.evaluation_key.desc())).mappings()
    return [_dataset(row) for row in rows]


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one; `values` by column name."""
    connection.execute(sa.update(evaluation_datasets).where(TABLE.evaluation_key == key).values(**values))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget one with its records."""
    connection.execute(sa.delete(evaluation_records).where(RECORDS.evaluation_key == key))
    connection.execute(sa.delete(evaluation_datasets).where(TABLE.evaluation_key == key))


def records_by_input(connection: sa.Connection, key: int, input_keys: Sequence[str]) -> dict[str, Record]:
    """Those records that have these inputs."""
    found: dict[str, Record] = {}
    for start in range(0, len(input_keys), KEYS_AT_ONCE):
        some = input_keys[start : start + KEYS_AT_ONCE]
        query = sa.select(evaluation_records).where(RECORDS.evaluation_key == key, RECORDS.input_key.in_(some))
        found |= {row["input_key"]: _record(row) for row in connection.execute(query).mappings()}
    return found


def keep_records(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep records, by column name; where one has the same inputs, it is changed."""
    upsert(connection, evaluation_records, rows, keys=("evaluation_key", "input_key"), update=CHANGED)


def records(connection: sa.Connection, key: int, *, offset: int, limit: int) -> list[Record]:
    """Some in the order in which they came."""
    query = sa.select(evaluation_records).where(RECORDS.evaluation_key == key).order_by(RECORDS.record_key)
    return [_record(row) for row in connection.execute(query.offset(offset).limit(limit)).mappings()]


def delete_records(connection: sa.Connection, key: int, record_ids: Sequence[str]) -> None:
    """Forget some."""
    for start in range(0, len(record_ids), KEYS_AT_ONCE):
        some = record_ids[start : start + KEYS_AT_ONCE]
        connection.execute(
            sa.delete(evaluation_records).where(RECORDS.evaluation_key == key, RECORDS.record_id.in_(some))
        )


def count_records(connection: sa.Connection, key: int) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(evaluation_records).where(RECORDS.evaluation_key == key)
    return connection.execute(query).scalar_one()


def _dataset(row: sa.RowMapping) -> EvaluationDataset:
    values = {name: value for name, value in row.items() if name not in ("evaluation_key", "workspace_key")}
    return EvaluationDataset(key=row["evaluation_key"], **values)


def _record(row: sa.RowMapping) -> Record:
    values = {name: value for name, value in row.items() if not name.endswith("_key")}
    return Record(**values)
