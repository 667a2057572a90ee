from typing import Any

import mlflow
import pytest
from mlflow.entities import AssessmentSource, Feedback
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking, a_trace

fluent: Any = mlflow  # Any: what it returns is wider than what it returns here
V2, V3 = "api/2.0/mlflow/traces", "api/3.0/mlflow/traces"


def told(trace_id: str, experiment_id: str, **info: object) -> dict[str, Any]:
    """A trace as a client's request spells it."""
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
    whole = {"trace_id": trace_id, "trace_location": place, "request_time": "2026-01-02T03:04:05.678Z", "state": "OK"}
    return {"trace_info": {**whole, **info}}


def test_the_stock_clients_trace_comes_back_with_its_spans(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced)
    trace = mlflow.get_trace(trace_id)
    assert (trace.info.experiment_id, trace.info.state.value) == (traced, "OK")
    assert trace.info.tags["mlflow.traceName"] == "call"
    assert [span.name for span in trace.data.spans] == ["call", "inner"]
    assert trace.data.spans[1].attributes["depth"] == 2
    found = mlflow.search_traces(locations=[traced], return_type="list")
    assert [(one.info.trace_id, len(one.data.spans)) for one in found] == [(trace_id, 2)]
    assert list(tracking.client.search_runs([traced])) == []


def test_tags_are_set_and_deleted_and_places_are_not_for_the_client_to_say(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced)
    tracking.client.set_trace_tag(trace_id, "team", "a")
    assert mlflow.get_trace(trace_id).info.tags["team"] == "a"
    tracking.client.delete_trace_tag(trace_id, "team")
    with pytest.raises(MlflowException, match="team"):
        tracking.client.delete_trace_tag(trace_id, "team")
    place = {"key": "mlflow.artifactLocation", "value": "file:///etc"}
    assert tracking.call("PATCH", f"{V2}/{trace_id}/tags", **place)[0] == 400
    status, answer = tracking.call(
        "POST", V3, trace=told("tr-moved", traced, tags={"mlflow.artifactLocation": "file:///etc", "a": "b"})
    )
    kept = answer["trace"]["trace_info"]["tags"]["mlflow.artifactLocation"]
    assert (status, kept) == (200, f"mlflow-artifacts:/{traced}/traces/tr-moved/artifacts")


def test_feedback_is_given_changed_overridden_and_taken_back(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced)
    source = AssessmentSource(source_type="HUMAN", source_id="me")
    first = mlflow.log_feedback(trace_id=trace_id, name="good", value=True, rationale="because", source=source)
    mlflow.log_expectation(trace_id=trace_id, name="answer", value={"x": 1})
    changed = fluent.update_assessment(
        trace_id=trace_id, assessment_id=first.assessment_id, assessment=Feedback(name="good", value=False)
    )
    assert (changed.value, changed.rationale, changed.source.source_id) == (False, "because", "me")
    second = fluent.override_feedback(trace_id=trace_id, assessment_id=first.assessment_id, value=0.5)
    first_id, second_id = str(first.assessment_id), str(second.assessment_id)
    assert mlflow.get_assessment(trace_id, first_id).valid is False
    kept = {one.assessment_id: one.value for one in mlflow.get_trace(trace_id).info.assessments}
    assert kept[second_id] == 0.5
    found = mlflow.search_traces(locations=[traced], filter_string="feedback.good > 0.4", return_type="list")
    assert [one.info.trace_id for one in found] == [trace_id]
    mlflow.delete_assessment(trace_id, second_id)
    assert mlflow.get_assessment(trace_id, first_id).valid is True
    with pytest.raises(MlflowException, match="not found"):
        mlflow.get_assessment(trace_id, second_id)


def test_traces_are_filtered_sorted_and_paged(tracking: Tracking, traced: str) -> None:
    for i in range(5):
        info: dict[str, object] = {
            "request_time": f"2026-01-02T03:04:0{i}Z",
            "execution_duration": f"{5 - i}.5s",
            "state": "ERROR" if i == 3 else "OK",
            "tags": {"mlflow.traceName": f"call {i}", "odd": str(i % 2)},
            "trace_metadata": {"mlflow.sourceRun": f"run{i}"},
        }
        assert tracking.call("POST", V3, trace=told(f"tr-{i}", traced, **info))[0] == 200
    place = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": traced}}]

    def found(**asked: object) -> str:
        _, answer = tracking.call("POST", f"{V3}/search", locations=place, **asked)
        return "".join(one["trace_id"][-1] for one in answer.get("traces", []))

    assert found() == "43210"
    assert found(filter="trace.status = 'ERROR'") == "3"
    assert found(filter="tags.odd = '1' AND status != 'ERROR'") == "1"
    assert found(filter="name LIKE 'call%'", order_by=["timestamp_ms ASC"]) == "01234"
    assert found(filter="metadata.`mlflow.sourceRun` = 'run2'") == found(filter="run_id = 'run2'") == "2"
    assert found(filter="execution_time_ms > 4000 AND timestamp_ms > 1767323040000") == "1"
    assert found(order_by=["execution_time_ms DESC"]) == "01234"
    _, page = tracking.call("POST", f"{V3}/search", locations=place, max_results=2)
    rest = found(max_results=500, page_token=page["next_page_token"])
    assert ([one["trace_id"] for one in page["traces"]], rest) == (["tr-4", "tr-3"], "210")
    status, answer = tracking.call("POST", f"{V3}/search", locations=place, filter="spoon.name = 'x'")
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert tracking.call("POST", f"{V3}/search", locations=place, max_results=501)[0] == 400


def test_traces_are_deleted_by_id_or_up_to_a_time_with_their_files(tracking: Tracking, traced: str) -> None:
    gone, kept = a_trace(traced, "gone"), a_trace(traced, "kept")
    file = f"api/2.0/mlflow-artifacts/artifacts/{traced}/traces/{gone}/artifacts/attachments/more.json"
    assert tracking.call("PUT", file)[0] == 200
    assert tracking.call("GET", file)[0] == 200
    assert tracking.client.delete_traces(traced, trace_ids=[gone, "tr-unknown"]) == 1
    assert tracking.call("GET", file)[0] == 404
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.set_trace_tag(gone, "a", "b")
    assert mlflow.get_trace(kept).info.trace_id == kept
    for i in range(3):
        tracking.call("POST", V3, trace=told(f"tr-old{i}", traced, request_time=f"2020-01-02T03:04:0{i}Z"))
    assert tracking.client.delete_traces(traced, max_timestamp_millis=1_600_000_000_000, max_traces=2) == 2
    assert tracking.call("GET", f"{V3}/tr-old2")[0] == 200
    assert tracking.call("GET", f"{V3}/tr-old0")[0] == 404
    assert tracking.call("POST", f"{V2}/delete-traces", experiment_id=traced)[0] == 400


def test_a_client_before_3_tells_a_trace_in_two_steps(tracking: Tracking, traced: str) -> None:
    pairs = [{"key": "a", "value": "1"}]
    _, begun = tracking.call("POST", V2, experiment_id=traced, timestamp_ms=1000, request_metadata=pairs, tags=pairs)
    trace_id = begun["trace_info"]["request_id"]
    assert (begun["trace_info"]["status"], begun["trace_info"]["execution_time_ms"]) == ("IN_PROGRESS", 0)
    changed = [{"key": "a", "value": "2"}]
    tracking.call("PATCH", f"{V2}/{trace_id}", timestamp_ms=3000, status="OK", request_metadata=changed, tags=[])
    _, answer = tracking.call("GET", f"{V2}/{trace_id}/info")
    info = answer["trace_info"]
    assert (info["status"], info["timestamp_ms"], info["execution_time_ms"]) == ("OK", 1000, 2000)
    assert (info["request_metadata"], info["tags"][0]) == (changed, pairs[0])
    _, answer = tracking.call("GET", f"{V2}?experiment_ids={traced}&filter=status%3D%27OK%27&max_results=10")
    assert [one["request_id"] for one in answer["traces"]] == [trace_id]


def test_a_jobs_token_writes_traces_of_its_own_run_only(tracking: Tracking, traced: str) -> None:
    mine, other = (tracking.client.create_run(traced).info.run_id for _ in range(2))
    assert tracking.call("POST", V3, trace=told("tr-owners", traced))[0] == 200
    jobs = tracking.token_of(mine)
    for trace, expected in (
        (told("tr-mine", traced), 200),
        (told("tr-named", traced, trace_metadata={"mlflow.sourceRun": mine}), 200),
        (told("tr-other", traced, trace_metadata={"mlflow.sourceRun": other}), 403),
        (told("tr-owners", traced), 403),
    ):
        status, answer = tracking.call_as(jobs, "POST", V3, trace=trace)
        assert status == expected, answer
    proxy = f"api/2.0/mlflow-artifacts/artifacts/{traced}/traces"
    assert tracking.call_as(jobs, "PUT", f"{proxy}/tr-mine/artifacts/traces.json", spans=[])[0] == 200
    assert tracking.call_as(jobs, "PUT", f"{proxy}/tr-owners/artifacts/traces.json", spans=[])[0] == 403
    assert tracking.call_as(jobs, "PATCH", f"{V3}/tr-owners/tags", key="a", value="b")[0] == 403
    feedback = {"assessment_name": "a", "feedback": {"value": 1}}
    assert tracking.call_as(jobs, "POST", f"{V3}/tr-owners/assessments", assessment=feedback)[0] == 403
    body = {"experiment_id": traced, "request_ids": ["tr-owners"]}
    assert tracking.call_as(jobs, "POST", f"{V3}/delete-traces", **body)[0] == 403


@pytest.mark.parametrize("trace_id", ["", "../x", "a/b", "tr-" + "x" * 80, "tr x", "-tr", "tr\x00"])
def test_hostile_ids_of_traces_are_refused(tracking: Tracking, trace_id: str) -> None:
    status, answer = tracking.call("POST", V3, trace=told(trace_id, "0"))
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "info",
    [
        {"request_time": "soon"},
        {"request_time": 5},
        {"request_time": "0001-01-01T00:00:00Z"},
        {"execution_duration": "long"},
        {"execution_duration": "1e999s"},
        {"execution_duration": "nans"},
        {"state": "BAD"},
        {"tags": ["a"]},
        {"tags": {"a": 5}},
        {"trace_location": {"type": "UC_TABLE"}},
        {"assessments": [{"assessment_name": "no value"}]},
        {"request_preview": {"a": 1}},
    ],
)
def test_a_trace_that_makes_no_sense_is_refused(tracking: Tracking, info: dict[str, Any]) -> None:
    status, answer = tracking.call("POST", V3, trace=told("tr-bad", "0", **info))
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), answer
    assert tracking.call("GET", f"{V3}/tr-bad")[0] == 404


def test_json_without_end_is_refused(tracking: Tracking) -> None:
    assert tracking.call("POST", V3, trace=told("tr-deep", "0"))[0] == 200
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    feedback = {"assessment_name": "a", "feedback": {"value": deep}}
    status, answer = tracking.call("POST", f"{V3}/tr-deep/assessments", assessment=feedback)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("path", ["..%2f..%2fx", "%2e%2e/%2e%2e/x", "..%5cx", "no-such"])
def test_no_path_leaves_a_trace(tracking: Tracking, traced: str, path: str) -> None:
    trace_id = a_trace(traced)
    status, _ = tracking.call("GET", f"api/2.0/mlflow-artifacts/artifacts/{traced}/traces/{trace_id}/artifacts/{path}")
    assert status in (400, 404)
    status, _ = tracking.call("GET", f"ajax-api/2.0/mlflow/get-trace-artifact?request_id={trace_id}&path={path}")
    assert status in (400, 404)
    status, spans = tracking.call("GET", f"ajax-api/2.0/mlflow/get-trace-artifact?request_id={trace_id}")
    assert (status, len(spans["spans"])) == (200, 2)


def put(tracking: Tracking, experiment_id: str, trace_id: str, **info: object) -> str:
    assert tracking.call("POST", V3, trace=told(trace_id, experiment_id, **info))[0] == 200
    return trace_id


def test_a_trace_that_is_linked_to_a_run_is_found_by_it(tracking: Tracking) -> None:
    experiment = tracking.experiment("linked traces")
    one, two = (tracking.client.create_run(experiment).info.run_id for _ in range(2))
    within = put(tracking, experiment, "tr-within", trace_metadata={"mlflow.sourceRun": one})
    linked, other = put(tracking, experiment, "tr-linked"), put(tracking, experiment, "tr-other")
    for run_id in (one, two, one):
        assert tracking.call("POST", f"{V2}/link-to-run", trace_ids=[linked], run_id=run_id)[0] == 200

    def found(wanted: str) -> set[str]:
        places = [{"mlflow_experiment": {"experiment_id": experiment}}]
        _, answer = tracking.call("POST", f"{V3}/search", locations=places, filter=wanted)
        assert all("runstead.linkedRuns" not in one["tags"] for one in answer.get("traces", []))
        return {one["trace_id"] for one in answer.get("traces", [])}

    assert found(f"attribute.run_id = '{one}'") == {within, linked}
    assert found(f"attribute.run_id = '{two}'") == {linked}
    assert other not in found(f"attribute.run_id = '{one}'")
    assert tracking.call("POST", f"{V2}/link-to-run", trace_ids=["tr-no"], run_id=one)[0] == 404
    assert tracking.call("POST", f"{V2}/link-to-run", trace_ids=[linked], run_id="no")[0] == 404
    assert tracking.call("POST", f"{V2}/link-to-run", trace_ids=[linked] * 101, run_id=one)[0] == 400
    foreign = tracking.token_of(two)
    assert tracking.call_as(foreign, "POST", f"{V2}/link-to-run", trace_ids=[within], run_id=two)[0] == 403


def test_how_much_two_filters_go_together_is_told(tracking: Tracking) -> None:
    experiment = tracking.experiment("correlated traces")
    for i in range(10):
        env, kind = ("prod", "TOOL") if i < 6 else ("dev", "TOOL" if i == 6 else "LLM")
        put(tracking, experiment, f"tr-c{i}", tags={"env": env, "kind": kind})

    def asked(first: str, second: str, **more: str) -> dict[str, Any]:
        fields = {"filter_string1": first, "filter_string2": second, **more}
        path = f"{V3}/calculate-filter-correlation"
        status, answer = tracking.call("POST", path, experiment_ids=[experiment], **fields)
        assert status == 200, answer
        return dict(answer)

    some = asked("tags.env = 'prod'", "tags.kind = 'TOOL'")
    assert [some[f"{name}_count"] for name in ("total", "filter1", "filter2", "joint")] == [10, 6, 7, 6]
    assert 0.6 < some["npmi"] < 0.8
    assert 0 < some["npmi_smoothed"] < some["npmi"]
    assert asked("tags.env = 'prod'", "tags.kind = 'LLM'")["npmi"] == -1
    assert asked("tags.env = 'prod'", "tags.env = 'prod'")["npmi"] == 1
    assert asked("tags.env = 'none'", "tags.kind = 'TOOL'")["npmi"] == "NaN"
    assert asked("tags.env = 'dev'", "tags.kind = 'LLM'", base_filter="tags.env = 'dev'")["total_count"] == 4
    path = f"{V3}/calculate-filter-correlation"
    for fields in ({}, {"filter_string1": "no.such = 'x'", "filter_string2": "tags.a = 'b'"}):
        assert tracking.call("POST", path, experiment_ids=[experiment], **fields)[0] == 400
