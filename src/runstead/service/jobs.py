"""Jobs: a run and what to execute for it, made together; then moved on by one launcher at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any  # JSON values

from runstead.domain.environments import section
from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.jobs import ENDED, Job, JobSpec
from runstead.domain.packages import redacted_json
from runstead.domain.runs import SCRIPT, Run, RunDraft, may_follow
from runstead.domain.workspaces import Workspace
from runstead.service import environments, experiments, logins, masks, runs, snapshots, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import jobs


@dataclass(frozen=True)
class Surroundings:
    """A job's run and where it belongs."""

    run: Run
    workspace: Workspace
    experiment_id: str


@dataclass(frozen=True)
class Preparation:
    """The interpreter that a job named, and the facts of the environment that was built or reused instead, if any."""

    python: str
    facts: Mapping[str, Any] | None


def submit(unit: Unit, workspace: str, draft: RunDraft, spec: JobSpec, *, targets: Collection[str]) -> Run:
    """A run and its job, in one transaction; a repeat answers the run that is there."""
    if spec.target not in targets:
        raise InvalidArgument(
            f"there is no compute target {spec.target!r}; this server has {', '.join(sorted(targets))}"
        )
    full = replace(
        draft,
        kind=SCRIPT,
        status="Queued",
        target=spec.target,
        script=spec.script or spec.command,
        arguments=spec.arguments,
        environment_name=spec.environment_name,
        snapshot_id=spec.snapshot_id if spec.keeps_snapshot else None,
    )
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        snapshots.found(tx.connection, home, spec.snapshot_id)
        recorded = environments.recorded(unit, tx, home, spec.definition)
        definition = None if recorded is None else redacted_json(recorded)  # many may read a run
        version = section(definition or {}, "environment").get("version")
        known = replace(full, definition=definition, environment_version=None if version is None else str(version))
        run = runs.insert(unit, tx, home, known)
        if jobs.find(tx.connection, run.key) is None:
            if (run.snapshot_id, run.status) != (full.snapshot_id, full.status):
                raise Conflict(f"run {run.run_id} is there already and was not submitted; choose another id")
            container = logins.kept_container(unit, tx, home, spec.container)
            kept = replace(spec, container=container, definition=definition)
            jobs.insert(tx.connection, run.key, kept, at_ms=tx.at_ms)
    return run


def opened(unit: Unit, owner: str) -> Sequence[Job]:
    """Every job that has not ended and is this owner's or nobody's, oldest first."""
    with unit.read() as connection:
        return jobs.opened(connection, owner)


def load(unit: Unit, workspace: str, run_id: str) -> Job:
    """The job of a run; NotFound if the run is none that was submitted."""
    with unit.read() as connection:
        run = runs.found(connection, workspaces.found(connection, workspace), run_id)
        job = jobs.find(connection, run.key)
    if job is None:
        raise NotFound(f"run {run_id} was not submitted as a job; it has no job folder")
    return job


def surroundings(unit: Unit, job: Job) -> Surroundings:
    """What a plan needs beside the job."""
    run = runs.load(unit, job.workspace, job.run_id)
    experiment = experiments.load(unit, job.workspace, run.experiment)
    return Surroundings(run, workspaces.load(unit, job.workspace), experiment.experiment_id)


def claim(unit: Unit, job: Job, owner: str, *, status: str | None = None) -> Job | None:
    """The job as it is now, from here on this owner's; None if it is another's or has ended.

    status: where the run goes, if its state table allows it.
    """
    with unit.write() as tx:
        if not jobs.claim(tx.connection, job.key, owner):
            return None
        mine = jobs.find(tx.connection, job.key)
        if mine is None or mine.phase == ENDED:
            return None
        _move(tx, mine, status, error=None)
    return mine


def apply(
    unit: Unit,
    job: Job,
    owner: str,
    *,
    changes: Mapping[str, object],
    status: str | None = None,
    error: Mapping[str, Any] | None = None,  # {code, message}, as POST status takes it
) -> bool:
    """Keep what was done; False, and nothing is kept, if the job is not this owner's.

    changes: phase, native_id, starts. status: where the run goes, if its state table allows it.
    """
    with unit.write() as tx:
        if not jobs.update(tx.connection, job.key, owner, changes):
            return False
        if error is not None:
            home = workspaces.found(tx.connection, job.workspace)
            error = masks.hidden(unit, tx.connection, home, error)
        _move(tx, job, status, error=error)
    return True


def note_preparation(unit: Unit, job: Job, owner: str, facts: Mapping[str, Any], *, mark: str | None) -> None:
    """Keep how the environment of this job came about, so that its run can show it.

    mark: that it begins to be built (stages.BUILDING), or is there (stages.BUILT).
    """
    with unit.write() as tx:
        if not jobs.update(tx.connection, job.key, owner, {"preparation": dict(facts)}):
            return
        home = workspaces.found(tx.connection, job.workspace)
        runs.note_building(tx, runs.found(tx.connection, home, job.run_id), mark)


def preparation_of(unit: Unit, workspace: str, run_id: str) -> Preparation | None:
    """What a submitted run was prepared with; None for a run that is no job."""
    with unit.read() as connection:
        run = runs.found(connection, workspaces.found(connection, workspace), run_id)
        job = jobs.find(connection, run.key)
        facts = jobs.preparation_of(connection, run.key)
    return None if job is None else Preparation(job.spec.python, facts)


def _move(tx: Tx, job: Job, status: str | None, *, error: Mapping[str, Any] | None) -> None:
    if status is None:
        return
    home = workspaces.found(tx.connection, job.workspace)
    run = runs.found(tx.connection, home, job.run_id, for_update=True)
    # The driver may have been faster: it says Running while we still want to say Starting.
    if may_follow(run.status, status):
        runs.apply_status(tx, home, run, status, error=error)
