"""Names of the registry, and stages of versions."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.registries import Registered, Stage
from runstead.store.engine import upsert
from runstead.store.model_tables import models
from runstead.store.registry_tables import model_stages, registered_models
from runstead.store.series import chunks

TABLE = registered_models.c
VALUES = ("stage", "source", "run_link", "logged_model_id", "updated_at_ms")


def find(connection: sa.Connection, workspace_key: int, name: str) -> Registered | None:
    """What was said of a name."""
    query = sa.select(registered_models).where(TABLE.workspace_key == workspace_key, TABLE.name == name)
    row = connection.execute(query.with_for_update()).mappings().first()
    return None if row is None else _registered(row)


def listed(connection: sa.Connection, workspace_key: int) -> list[Registered]:
    """All names of which something was said."""
    rows = connection.execute(sa.select(registered_models).where(TABLE.workspace_key == workspace_key)).mappings()
    return [_registered(row) for row in rows]


def add(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """Make a name; `values` by column name."""
    connection.execute(sa.insert(registered_models).values(**values))


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of a name; `values` by column name."""
    connection.execute(sa.update(registered_models).where(TABLE.registered_key == key).values(**values))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget a name."""
    connection.execute(sa.delete(registered_models).where(TABLE.registered_key == key))


def rename_versions(connection: sa.Connection, workspace_key: int, name: str, new_name: str) -> None:
    """Give all versions of a name another."""
    mine = (models.c.workspace_key == workspace_key) & (models.c.name == name)
    connection.execute(sa.update(models).where(mine).values(name=new_name))


def stages_of(connection: sa.Connection, model_keys: Sequence[int]) -> dict[int, Stage]:
    """By the key of the version; versions of which nothing was said are left out."""
    found = {}
    for some in chunks(model_keys):
        query = sa.select(model_stages).where(model_stages.c.model_key.in_(some))
        for row in connection.execute(query).mappings():
            found[row["model_key"]] = Stage(*(row[name] for name in VALUES))
    return found


def set_stage(connection: sa.Connection, model_key: int, stage: Stage) -> None:
    """Say it of a version."""
    row = {"model_key": model_key, **{name: getattr(stage, name) for name in VALUES}}
    upsert(connection, model_stages, [row], keys=("model_key",), update=VALUES)


def _registered(row: sa.RowMapping) -> Registered:
    return Registered(
        key=row["registered_key"],
        name=row["name"],
        description=row["description"],
        tags=row["tags"],
        aliases=row["aliases"],
        created_at_ms=row["created_at_ms"],
        updated_at_ms=row["updated_at_ms"],
    )
