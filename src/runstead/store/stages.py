"""When a run reached its stages."""

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent
from runstead.store.stage_tables import run_stages


def mark(connection: sa.Connection, run_key: int, name: str, began_at_ms: int) -> None:
    """This stage was reached; the first time counts."""
    insert_if_absent(connection, run_stages, [{"run_key": run_key, "name": name, "began_at_ms": began_at_ms}])


def marks_of(connection: sa.Connection, run_key: int) -> dict[str, int]:
    """When each was reached."""
    query = sa.select(run_stages.c.name, run_stages.c.began_at_ms).where(run_stages.c.run_key == run_key)
    return {row.name: row.began_at_ms for row in connection.execute(query)}
