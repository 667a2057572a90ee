"""Logged models of a workspace, by id."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.logged_models import LoggedModel
from runstead.store.input_tables import logged_models
from runstead.store.tables import experiments, runs

TABLE = logged_models.c
_ALL = (
    sa.select(logged_models, experiments.c.experiment_id, runs.c.run_id.label("holder_id"))
    .join(experiments, experiments.c.experiment_key == TABLE.experiment_key)
    .join(runs, runs.c.run_key == TABLE.holder_key)
    .where(TABLE.deleted_at_ms.is_(None))
)


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Make one; `values` by column name."""
    connection.execute(sa.insert(logged_models).values(**values))


def find(
    connection: sa.Connection, workspace_key: int, model_id: str, *, for_update: bool = False
) -> LoggedModel | None:
    """The one of this id."""
    query = _ALL.where(TABLE.workspace_key == workspace_key, TABLE.model_id == model_id)
    row = connection.execute(query.with_for_update(of=logged_models) if for_update else query).mappings().first()
    return None if row is None else _model(row)


def listed(connection: sa.Connection, workspace_key: int, experiment_ids: Sequence[str]) -> list[LoggedModel]:
    """Those of these experiments, newest first."""
    mine = (TABLE.workspace_key == workspace_key) & experiments.c.experiment_id.in_(experiment_ids)
    rows = connection.execute(_ALL.where(mine).order_by(TABLE.logged_key.desc())).mappings()
    return [_model(row) for row in rows]


def roots(connection: sa.Connection, run_key: int) -> list[str]:
    """Below which paths of a run the files of logged models are."""
    query = sa.select(TABLE.root).where(TABLE.holder_key == run_key)
    return list(connection.execute(query).scalars())


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one; `values` by column name."""
    connection.execute(sa.update(logged_models).where(TABLE.logged_key == key).values(**values))


def _model(row: sa.RowMapping) -> LoggedModel:
    return LoggedModel(
        key=row["logged_key"],
        model_id=row["model_id"],
        experiment_id=row["experiment_id"],
        name=row["name"],
        model_type=row["model_type"],
        status=row["status"],
        source_run_id=row["source_run_id"],
        holder_id=row["holder_id"],
        root=row["root"],
        created_at_ms=row["created_at_ms"],
        updated_at_ms=row["updated_at_ms"],
        tags=row["tags"],
        params=row["params"],
        metrics=tuple(row["metrics"]),
    )
