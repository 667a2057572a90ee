"""Numbers that only grow, per workspace. Taking one locks its row until the transaction ends: they commit in order."""

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent
from runstead.store.tables import counters

_MINE = (counters.c.workspace_key == sa.bindparam("in_workspace")) & (counters.c.name == sa.bindparam("of"))
_TAKE = (
    sa.update(counters).where(_MINE).values(value=counters.c.value + sa.bindparam("count")).returning(counters.c.value)
)
_CURRENT = sa.select(counters.c.value).where(_MINE)


def take(connection: sa.Connection, workspace_key: int, name: str, count: int = 1) -> int:
    """Reserve `count` numbers; returns the first of them. Numbers begin with 1."""
    mine = {"in_workspace": workspace_key, "of": name, "count": count}
    last = connection.execute(_TAKE, mine).scalar()
    if last is None:
        insert_if_absent(connection, counters, [{"workspace_key": workspace_key, "name": name, "value": 0}])
        last = connection.execute(_TAKE, mine).scalar_one()
    return int(last) - count + 1


def current(connection: sa.Connection, workspace_key: int, name: str) -> int:
    """The last number taken; 0 if none was."""
    mine = {"in_workspace": workspace_key, "of": name}
    return int(connection.execute(_CURRENT, mine).scalar() or 0)
