"""MLflow's assessments: feedback on a trace, and what was expected of it."""

import uuid

from fastapi.responses import Response

from runstead.domain.traces import Trace, TraceEdit
from runstead.server.auth import needs
from runstead.server.mlflow import feedbacks
from runstead.server.mlflow.traces import TRACE, found, own
from runstead.server.mlflow.wire import Asked, AskedIn, Fields, answer, missing, router
from runstead.service import traces

routes = router()
ASSESSMENTS = TRACE + "/assessments"
ASSESSMENT = ASSESSMENTS + "/{assessment_id}"


@routes.post(ASSESSMENTS)
@needs("run")
def create(asked: AskedIn) -> Response:
    """A new one; it may override another."""
    there = own(asked)
    fresh = feedbacks.made(_told(asked), there.trace_id, f"a-{uuid.uuid4().hex}", asked.unit.now_ms())
    _keep(asked, there, feedbacks.with_one_more(there, fresh))
    return answer({"assessment": fresh})


@routes.get(ASSESSMENT)
@needs("read")
def get(asked: AskedIn) -> Response:
    """One."""
    return answer({"assessment": feedbacks.one_of(found(asked), asked.text("assessment_id"))})


@routes.patch(ASSESSMENT)
@needs("run")
def update(asked: AskedIn) -> Response:
    """Change what the mask names."""
    there, assessment_id = own(asked), asked.text("assessment_id")
    mask, at_ms = asked.text("update_mask"), asked.unit.now_ms()
    changed = _keep(asked, there, feedbacks.with_changed(there, assessment_id, _told(asked), mask, at_ms))
    return answer({"assessment": feedbacks.one_of(changed, assessment_id)})


@routes.delete(ASSESSMENT)
@needs("run")
def delete(asked: AskedIn) -> Response:
    """Take one away."""
    there = own(asked)
    _keep(asked, there, feedbacks.without(there, asked.text("assessment_id")))
    return answer({})


def _told(asked: Asked) -> Fields:
    told = asked.fields.get("assessment")
    if not isinstance(told, dict):
        raise missing("assessment")
    return told


def _keep(asked: Asked, one: Trace, assessments: list[Fields]) -> Trace:
    return traces.edit(asked.unit, asked.workspace, one.trace_id, TraceEdit(assessments=assessments))
