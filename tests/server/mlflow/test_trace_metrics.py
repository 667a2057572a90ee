from typing import Any

import mlflow
import pytest

from tests.server.mlflow.conftest import Tracking, a_trace

METRICS = "api/3.0/mlflow/traces/metrics"


def test_traces_spans_and_assessments_are_counted_and_measured(tracking: Tracking, traced: str) -> None:
    first, second = a_trace(traced, "one"), a_trace(traced, "two")
    mlflow.log_feedback(trace_id=first, name="good", value=True)
    mlflow.log_feedback(trace_id=second, name="good", value=False)
    tracking.client.set_trace_tag(first, "team", "a")

    def asked(view: str, name: str, *kinds: str, **more: object) -> list[Any]:
        figures = [
            {"aggregation_type": k}
            if k[0] != "P"
            else {"aggregation_type": "PERCENTILE", "percentile_value": int(k[1:])}
            for k in kinds
        ]
        status, answer = tracking.call(
            "POST", METRICS, experiment_ids=[traced], view_type=view, metric_name=name, aggregations=figures, **more
        )
        assert status == 200, answer
        return [(one.get("dimensions", {}), one["values"]) for one in answer.get("data_points", [])]

    assert asked("TRACES", "trace_count", "COUNT") == [({}, {"COUNT": 2})]
    assert asked("TRACES", "trace_count", "COUNT", filters=["trace.tag.team = 'a'"]) == [({}, {"COUNT": 1})]
    assert asked("TRACES", "trace_count", "COUNT", filters=["trace.status = 'ERROR'"]) == [({}, {"COUNT": 0})]
    assert asked("TRACES", "trace_count", "COUNT", end_time_ms=5) == [({}, {"COUNT": 0})]
    by_name = asked("TRACES", "trace_count", "COUNT", dimensions=["trace_name", "trace_status"])
    assert by_name == [({"trace_name": name, "trace_status": "OK"}, {"COUNT": 1}) for name in ("one", "two")]
    of_spans = asked("SPANS", "span_count", "COUNT", dimensions=["span_name"], filters=["span.name = 'inner'"])
    assert of_spans == [({"span_name": "inner"}, {"COUNT": 2})]
    assert asked("ASSESSMENTS", "assessment_value", "AVG", "MAX", "P25", dimensions=["assessment_name"]) == [
        ({"assessment_name": "good"}, {"AVG": 0.5, "MAX": 1.0, "P25.0": 0.25})
    ]
    ((when, values),) = asked(
        "TRACES", "trace_count", "COUNT", time_interval_seconds=86_400 * 365 * 100, start_time_ms=0, end_time_ms=10**14
    )
    assert (when, values) == ({"time_bucket": "1970-01-01T00:00:00+00:00"}, {"COUNT": 2})


@pytest.mark.parametrize(
    "wrong",
    [
        {"view_type": "SPOONS"},
        {"metric_name": "size"},
        {"aggregations": []},
        {"aggregations": [{"aggregation_type": "SUM"}]},
        {"dimensions": ["span_name"]},
        {"filters": ["span.name = 'x'"]},
        {"filters": ["trace.status LIKE 'x'"]},
        {"filters": ["trace.colour = 'x'"]},
        {"time_interval_seconds": 60},
        {"time_interval_seconds": 0, "start_time_ms": 0, "end_time_ms": 1},
        {"experiment_ids": []},
    ],
)
def test_what_cannot_be_asked_is_refused(tracking: Tracking, wrong: dict[str, object]) -> None:
    good = {
        "experiment_ids": ["0"],
        "view_type": "TRACES",
        "metric_name": "trace_count",
        "aggregations": [{"aggregation_type": "COUNT"}],
    }
    assert tracking.call("POST", METRICS, **good)[0] == 200
    status, answer = tracking.call("POST", METRICS, **{**good, **wrong})
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
