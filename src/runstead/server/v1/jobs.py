"""Jobs: submitted runs."""

from dataclasses import dataclass
from typing import Any

from runstead.domain.jobs import spec_of
from runstead.launch.contract import installed_launchers
from runstead.launch.folders import clean_job
from runstead.server.auth import CallerIn, UnitIn, check_within, needs, router
from runstead.server.v1.runs import DraftBody, draft_of
from runstead.server.v1.shapes import RunShape, run_shape
from runstead.service import jobs

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class SubmissionBody:
    """A run and what to execute for it."""

    run: DraftBody
    spec: dict[str, Any]  # JobSpec; checked by the domain


@dataclass(frozen=True)
class CleanedShape:
    """What is gone."""

    removed: list[str]


@routes.post(W + "/jobs")
@needs("run")
def post_job(ws: str, unit: UnitIn, caller: CallerIn, body: SubmissionBody) -> RunShape:
    """Make a run and its job; a repeat answers the same run."""
    check_within(unit, caller, body.run.parent_id)
    made = jobs.submit(unit, ws, draft_of(body.run), spec_of(body.spec), targets=installed_launchers())
    return run_shape(made)


@routes.post(W + "/jobs/{run_id}/clean")
@needs("run")
def post_clean(ws: str, run_id: str, unit: UnitIn) -> CleanedShape:
    """Throw the job's folder away, when the job has ended."""
    return CleanedShape(clean_job(unit, jobs.load(unit, ws, run_id)))
