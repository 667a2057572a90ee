"""Takes a workspace out of every table, whatever tables there are.

A table belongs to what its key columns name: a column `run_key` to the table that gives runs their keys. So a noun
that comes later is deleted, too, without being listed here.
"""

import sqlalchemy as sa

from runstead.store.job_tables import jobs
from runstead.store.schemas import METADATA
from runstead.store.tables import counters, runs, workspaces

# Their numbers must not begin again: a reader of changes goes on from its cursor if a key is given anew.
KEPT = {counters}


def run_ids(connection: sa.Connection, workspace_key: int) -> list[str]:
    """Every run of a workspace."""
    return list(connection.execute(sa.select(runs.c.run_id).where(runs.c.workspace_key == workspace_key)).scalars())


def open_jobs(connection: sa.Connection, workspace_key: int, ended: str) -> list[str]:
    """Runs whose job is not in the phase `ended`."""
    mine = (runs.c.workspace_key == workspace_key) & (jobs.c.phase != ended)
    query = sa.select(runs.c.run_id).join(jobs, jobs.c.run_key == runs.c.run_key).where(mine)
    return list(connection.execute(query.order_by(runs.c.run_key)).scalars())


def delete_workspace(connection: sa.Connection, workspace_key: int) -> None:
    """Delete every row that belongs to a workspace, and its own."""
    owners = _owners()
    tables = [table for table in reversed(METADATA.sorted_tables) if table not in KEPT]
    # Rows are found through their owners, so owners go last; not every table declares its foreign keys.
    for table in sorted(tables, key=lambda one: one in owners.values()):
        mine = _belonging(table, owners, workspace_key)
        if mine is not None:
            connection.execute(sa.delete(table).where(mine))


def _owners() -> dict[str, sa.Table]:
    """Key column → the table that gives it out."""
    owners = {}
    for table in METADATA.sorted_tables:
        keys = list(table.primary_key.columns)
        if len(keys) == 1 and keys[0].name.endswith("_key") and not keys[0].foreign_keys:
            owners[keys[0].name] = table
    return owners


def _belonging(table: sa.Table, owners: dict[str, sa.Table], workspace_key: int) -> sa.ColumnElement[bool] | None:
    """Which rows of a table are the workspace's; None if it belongs to no workspace."""
    if "workspace_key" in table.c:
        return table.c.workspace_key == workspace_key
    for name, owner in owners.items():
        if name not in table.c or owner is table or owner is workspaces:
            continue
        theirs = _belonging(owner, owners, workspace_key)
        if theirs is not None:
            return table.c[name].in_(sa.select(owner.c[name]).where(theirs))
    return None
