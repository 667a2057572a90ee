"""Jobs, and whose they are: the first launcher that claims one keeps it, for its folder is on that machine."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.jobs import ENDED, WAITING, Job, JobSpec, spec_json, spec_of
from runstead.store.engine import insert_if_absent
from runstead.store.job_tables import jobs
from runstead.store.tables import runs, workspaces

# Without the facts of its environment, which only people ask for.
COLUMNS = [c for c in jobs.c if c.name != "preparation"]


def insert(connection: sa.Connection, run_key: int, spec: JobSpec, *, at_ms: int) -> bool:
    """Make the job of a run unless it has one; returns whether it was made."""
    row = {
        "run_key": run_key,
        "spec": spec_json(spec),
        "phase": WAITING,
        "native_id": None,
        "starts": 0,
        "owner": None,
        "created_at_ms": at_ms,
    }
    return insert_if_absent(connection, jobs, [row]) == 1


def find(connection: sa.Connection, run_key: int) -> Job | None:
    """The job of this run."""
    row = connection.execute(_joined().where(jobs.c.run_key == run_key)).mappings().first()
    return None if row is None else _job(row)


def opened(connection: sa.Connection, owner: str) -> Sequence[Job]:
    """Every job that has not ended and is this owner's or nobody's, oldest first."""
    query = _joined().where(jobs.c.phase != ENDED, _free_for(owner)).order_by(jobs.c.run_key)
    return [_job(row) for row in connection.execute(query).mappings()]


def claim(connection: sa.Connection, run_key: int, owner: str) -> bool:
    """Make a job this owner's; False if it is another's."""
    claimed = sa.update(jobs).where(jobs.c.run_key == run_key, _free_for(owner)).values(owner=owner)
    return connection.execute(claimed).rowcount == 1


def update(connection: sa.Connection, run_key: int, owner: str, values: Mapping[str, Any]) -> bool:
    """Set columns of a job of this owner; False if it is another's."""
    mine = (jobs.c.run_key == run_key) & (jobs.c.owner == owner)
    return connection.execute(sa.update(jobs).where(mine).values(**values)).rowcount == 1


def preparation_of(connection: sa.Connection, run_key: int) -> Mapping[str, Any] | None:
    """The facts that were noted of a job's environment."""
    found: Mapping[str, Any] | None = connection.execute(
        sa.select(jobs.c.preparation).where(jobs.c.run_key == run_key)
    ).scalar_one_or_none()
    return found


def _free_for(owner: str) -> sa.ColumnElement[bool]:
    return jobs.c.owner.is_(None) | (jobs.c.owner == owner)


def _joined() -> sa.Select[Any]:
    return (
        sa.select(
            *COLUMNS,
            runs.c.run_id,
            runs.c.parent_id,
            runs.c.status.label("run_status"),
            workspaces.c.name.label("workspace"),
        )
        .select_from(jobs)
        .join(runs, runs.c.run_key == jobs.c.run_key)
        .join(workspaces, workspaces.c.workspace_key == runs.c.workspace_key)
    )


def _job(row: sa.RowMapping) -> Job:
    return Job(
        key=row["run_key"],
        run_id=row["run_id"],
        run_status=row["run_status"],
        workspace=row["workspace"],
        spec=spec_of(row["spec"]),
        phase=row["phase"],
        native_id=row["native_id"],
        starts=row["starts"],
        parent_id=row["parent_id"],
    )
