"""What changed last, one row per object with its newest cursor: a reader who was away sees each object once."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from runstead.store import counters
from runstead.store.engine import upsert
from runstead.store.hashes import key_of
from runstead.store.tables import changes

COUNTER = "change"


_AFTER = (
    sa.select(changes)
    .where(changes.c.workspace_key == sa.bindparam("in_workspace"), changes.c.cursor > sa.bindparam("after"))
    .order_by(changes.c.cursor)
    .limit(sa.bindparam("at_most", type_=sa.Integer))
)


@dataclass(frozen=True)
class Change:
    """One object that changed: `noun` is run, experiment, metrics, artifact, log, model or view; `key` names it within
    its run, or is a model's name or a view's id."""

    noun: str
    run_id: str | None = None
    parent_id: str | None = None
    experiment: str | None = None
    key: str | None = None


def append(connection: sa.Connection, workspace_key: int, news: Sequence[Change]) -> int:
    """Give each change its cursor; returns the last one. Call it last in a transaction: it holds the counter's row."""
    fresh = list(dict.fromkeys(news))
    first = counters.take(connection, workspace_key, COUNTER, len(fresh))
    rows = [
        {
            "workspace_key": workspace_key,
            "object_key": key_of(c.noun, c.run_id or c.experiment or "", c.key or ""),
            "cursor": first + place,
            "noun": c.noun,
            "run_id": c.run_id,
            "parent_id": c.parent_id,
            "experiment": c.experiment,
            "key": c.key,
        }
        for place, c in enumerate(fresh)
    ]
    moved = ("cursor", "noun", "run_id", "parent_id", "experiment", "key")
    upsert(connection, changes, rows, keys=("workspace_key", "object_key"), update=moved)
    return first + len(fresh) - 1


def after(connection: sa.Connection, workspace_key: int, cursor: int, *, limit: int) -> list[tuple[int, Change]]:
    """Changes with a later cursor, oldest first."""
    wanted = {"in_workspace": workspace_key, "after": cursor, "at_most": limit}
    rows = connection.execute(_AFTER, wanted).mappings()
    return [
        (
            row["cursor"],
            Change(row["noun"], row["run_id"], row["parent_id"], row["experiment"], row["key"]),
        )
        for row in rows
    ]


def newest(connection: sa.Connection, workspace_key: int) -> int:
    """The cursor of the last change; 0 before the first."""
    return counters.current(connection, workspace_key, COUNTER)
