"""Takes a workspace, or runs, out of every table, whatever tables there are.

A table belongs to what its key columns name: a column `run_key` to the table that gives runs their keys. So a noun
that comes later is deleted, too, without being listed here.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from runstead.domain.runs import HOLDERS
from runstead.store.input_tables import logged_models
from runstead.store.job_tables import jobs
from runstead.store.metric_tables import metric_series, metric_summaries
from runstead.store.schemas import METADATA
from runstead.store.tables import changes, counters, experiments, runs, workspaces
from runstead.store.trace_tables import traces

# Their numbers must not begin again: a reader of changes goes on from its cursor if a key is given anew.
KEPT = {counters}
Belonging: TypeAlias = Callable[[sa.Table], sa.ColumnElement[bool] | None]  # which rows of a table are meant


def run_ids(connection: sa.Connection, workspace_key: int) -> list[str]:
    """Every run of a workspace."""
    return list(connection.execute(sa.select(runs.c.run_id).where(runs.c.workspace_key == workspace_key)).scalars())


def open_jobs(connection: sa.Connection, workspace_key: int, ended: str) -> list[str]:
    """Runs whose job is not in the phase `ended`."""
    mine = (runs.c.workspace_key == workspace_key) & (jobs.c.phase != ended)
    query = sa.select(runs.c.run_id).join(jobs, jobs.c.run_key == runs.c.run_key).where(mine)
    return list(connection.execute(query.order_by(runs.c.run_key)).scalars())


def busy_runs(connection: sa.Connection, run_keys: Sequence[int], ended: str) -> list[str]:
    """Those of these runs whose job is not in the phase `ended`."""
    query = sa.select(runs.c.run_id).join(jobs, jobs.c.run_key == runs.c.run_key)
    return list(connection.execute(query.where(jobs.c.run_key.in_(run_keys), jobs.c.phase != ended)).scalars())


def delete_workspace(connection: sa.Connection, workspace_key: int) -> None:
    """Delete every row that belongs to a workspace, and its own."""
    _delete_all(connection, of_workspace(workspace_key), stop=workspaces)


def of_workspace(workspace_key: int) -> Belonging:
    """What belongs to a workspace in so many words."""
    return lambda table: table.c.workspace_key == workspace_key if "workspace_key" in table.c else None


def delete_runs(connection: sa.Connection, run_keys: Sequence[int]) -> None:
    """Delete every row that belongs to these runs, and their own; children must be among them.

    Experiments and parents count what is left. What others took from the runs, such as registered models, stays.
    """
    if not run_keys:
        return
    mine = runs.c.run_key.in_(run_keys)
    rows = connection.execute(sa.select(runs.c.run_id, runs.c.experiment_key, runs.c.parent_key).where(mine)).all()

    def of_them(table: sa.Table) -> sa.ColumnElement[bool] | None:
        if table is metric_summaries:  # kept by name: without the names, all rows would be looked at
            names = sa.select(metric_series.c.name_key).where(metric_series.c.run_key.in_(run_keys))
            return table.c.name_key.in_(names) & table.c.run_key.in_(run_keys)
        if table in (logged_models, traces):  # their files are the run's
            return table.c.holder_key.in_(run_keys)
        return table.c.run_key.in_(run_keys) if "run_key" in table.c else None

    _delete_all(connection, of_them, stop=runs)
    gone = changes.c.run_id.in_([row.run_id for row in rows])
    connection.execute(sa.delete(changes).where(gone))
    for key in {row.experiment_key for row in rows}:
        shown = (runs.c.experiment_key == key) & runs.c.kind.not_in(HOLDERS)
        left = sa.select(sa.func.count(), sa.func.max(runs.c.created_at_ms)).where(shown)
        count, newest_ms = connection.execute(left).one()
        values = {"run_count": count, "last_run_at_ms": newest_ms}
        connection.execute(sa.update(experiments).where(experiments.c.experiment_key == key).values(values))
    for key in {row.parent_key for row in rows} - {None, *run_keys}:
        children = sa.select(sa.func.count()).where(runs.c.parent_key == key).scalar_subquery()
        connection.execute(sa.update(runs).where(runs.c.run_key == key).values(child_count=children))


def _delete_all(connection: sa.Connection, direct: Belonging, *, stop: sa.Table) -> None:
    """Delete the rows that `direct` tells of a table, and those that belong to them through their keys."""
    owners = _owners()
    tables = [table for table in reversed(METADATA.sorted_tables) if table not in KEPT]
    # Rows are found through their owners, so owners go last; not every table declares its foreign keys.
    for table in sorted(tables, key=lambda one: one in owners.values()):
        mine = _belonging(table, owners, direct, stop)
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


def _belonging(
    table: sa.Table, owners: dict[str, sa.Table], direct: Belonging, stop: sa.Table
) -> sa.ColumnElement[bool] | None:
    """Which rows of a table are meant; None if none ever is."""
    mine = direct(table)
    if mine is not None or table is stop:
        return mine
    for name, owner in owners.items():
        if name not in table.c or owner is table or owner is workspaces:
            continue
        theirs = _belonging(owner, owners, direct, stop)
        if theirs is not None:
            return table.c[name].in_(sa.select(owner.c[name]).where(theirs))
    return None
