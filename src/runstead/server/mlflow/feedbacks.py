"""What people and programs say of a trace: feedback and expectations, kept as their client writes them."""

import json
from datetime import UTC, datetime
from typing import Any

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.traces import Trace
from runstead.server.mlflow.filters import Plain
from runstead.server.mlflow.wire import Fields

# What a client may change, by the words of its update mask.
CHANGEABLE = {
    "assessmentName": "assessment_name",
    "assessment_name": "assessment_name",
    **{one: one for one in ("expectation", "feedback", "rationale", "metadata", "valid", "source")},
}


def made(told: Fields, trace_id: str, assessment_id: str, at_ms: int) -> dict[str, Any]:  # Any: JSON
    """A new one."""
    if not isinstance(told.get("assessment_name"), str) or not told["assessment_name"]:
        raise InvalidArgument("Missing value for required parameter 'assessment.assessment_name'.")
    if sum(kind in told for kind in ("feedback", "expectation", "issue")) != 1:
        raise InvalidArgument("An assessment is one of feedback and expectation")
    times = {"create_time": stamped(at_ms), "last_update_time": stamped(at_ms)}
    return {
        **times,
        **_kept(told),
        "assessment_id": assessment_id,
        "trace_id": trace_id,
        "valid": told.get("valid", True),
    }


def with_one_more(one: Trace, fresh: Fields) -> list[Fields]:
    """All of a trace after a new one; what it overrides is no longer valid."""
    overridden = fresh.get("overrides")
    if overridden:
        _place_of(one, str(overridden))
    kept = [{**told, "valid": False} if told["assessment_id"] == overridden else told for told in one.assessments]
    return [*kept, fresh]


def with_changed(one: Trace, assessment_id: str, told: Fields, mask: str, at_ms: int) -> list[Fields]:
    """All of a trace after a change of what the mask names."""
    place = _place_of(one, assessment_id)
    words = [word.strip() for word in mask.split(",") if word.strip()]
    if unknown := next((word for word in words if word not in CHANGEABLE), None):
        raise InvalidArgument(f"{unknown[:60]!r} cannot be changed of an assessment")
    names = {CHANGEABLE[word] for word in words}
    before = one.assessments[place]
    if names & {"feedback", "expectation"} and not names & before.keys() & {"feedback", "expectation"}:
        raise InvalidArgument("Cannot change an assessment from feedback to expectation or the other way round")
    changed = {
        **before,
        **{name: value for name, value in _kept(told).items() if name in names},
        "last_update_time": stamped(at_ms),
    }
    return [changed if i == place else kept for i, kept in enumerate(one.assessments)]


def without(one: Trace, assessment_id: str) -> list[Fields]:
    """All of a trace but one; what that one had overridden is valid again."""
    place = _place_of(one, assessment_id)
    back = one.assessments[place].get("overrides")
    return [
        {**told, "valid": True} if told["assessment_id"] == back else told
        for i, told in enumerate(one.assessments)
        if i != place
    ]


def one_of(one: Trace, assessment_id: str) -> Fields:
    """One by its id."""
    return one.assessments[_place_of(one, assessment_id)]


def newest_value(one: Trace, kind: str, name: str) -> Plain:
    """The value of the newest valid one of this kind and name; true and false are texts, as in a filter."""
    for told in reversed(one.assessments):
        if told.get("assessment_name") == name and kind in told and told.get("valid", True):
            value = (
                told[kind].get("value", told[kind].get("serialized_value")) if isinstance(told[kind], dict) else None
            )
            if value is None or isinstance(value, str):
                return value
            return float(value) if type(value) in (int, float) else json.dumps(value)
    return None


def stamped(at_ms: int) -> str:
    """A moment as protocol buffers write it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kept(told: Fields) -> Fields:
    """As MLflow keeps it: of an expectation, what is no plain value is a text of JSON."""
    expected = told.get("expectation")
    value = expected.get("value") if isinstance(expected, dict) else None
    if not isinstance(value, dict | list):
        return told
    return {
        **told,
        "expectation": {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": json.dumps(value)}},
    }


def _place_of(one: Trace, assessment_id: str) -> int:
    for place, told in enumerate(one.assessments):
        if told["assessment_id"] == assessment_id:
            return place
    raise NotFound(f"Assessment with ID '{assessment_id[:100]}' not found for trace '{one.trace_id}'")
