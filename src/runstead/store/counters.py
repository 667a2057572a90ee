"""Numbers that only grow, per workspace. Taking one locks its row until the transaction ends: they commit in order."""

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent
from runstead.store.tables import counters


def take(connection: sa.Connection, workspace_key: int, name: str, count: int = 1) -> int:
    """Reserve `count` numbers; returns the first of them. Numbers begin with 1."""
    mine = (counters.c.workspace_key == workspace_key) & (counters.c.name == name)
    bump = sa.update(counters).where(mine).values(value=counters.c.value + count).returning(counters.c.value)
    last = connection.execute(bump).scalar()
    if last is None:
        insert_if_absent(connection, counters, [{"workspace_key": workspace_key, "name": name, "value": 0}])
        last = connection.execute(bump).scalar_one()
    return int(last) - count + 1


def current(connection: sa.Connection, workspace_key: int, name: str) -> int:
    """The last number taken; 0 if none was."""
    mine = (counters.c.workspace_key == workspace_key) & (counters.c.name == name)
    return int(connection.execute(sa.select(counters.c.value).where(mine)).scalar() or 0)
