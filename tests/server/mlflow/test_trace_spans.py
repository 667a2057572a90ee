import gzip
import json
import os
import zlib
from collections.abc import Callable
from typing import Any

import mlflow
import pytest
import urllib3
from mlflow.entities import Trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from runstead.server.mlflow.trace_spans import MOST_BYTES
from tests.server.mlflow.conftest import Tracking, a_trace

V3 = "api/3.0/mlflow/traces"


def export(trace: bytes, *spans: tuple[str, str | None], status: int = 1, **attributes: str) -> bytes:
    """An export of spans `(name, name of its parent)` of one trace, each of 10 ms after the one before."""
    request = ExportTraceServiceRequest()
    sender = request.resource_spans.add()
    sender.resource.attributes.add(key="service.name").value.string_value = "shop"
    for i, (name, parent) in enumerate(spans):
        span = sender.scope_spans.add().spans.add(trace_id=trace, span_id=name.encode().ljust(8, b"."), name=name)
        span.parent_span_id = b"" if parent is None else parent.encode().ljust(8, b".")
        span.start_time_unix_nano, span.end_time_unix_nano = (1_000 + 10 * i) * 10**6, (1_010 + 10 * i) * 10**6
        span.status.code = status
        for key, value in attributes.items():
            span.attributes.add(key=key.replace("__", ".")).value.string_value = value
    return bytes(request.SerializeToString())


def send(tracking: Tracking, body: bytes, experiment_id: str, **headers: str) -> tuple[int, Any]:
    told = {
        "Authorization": f"Bearer {tracking.server.token}",
        "Content-Type": "application/x-protobuf",
        "x-mlflow-experiment-id": experiment_id,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    reply = urllib3.request("POST", f"{tracking.uri}/v1/traces", body=body, headers=told, retries=False)
    return reply.status, reply.json() if reply.data else {}


def found(tracking: Tracking, experiment_id: str, text: str | None = None) -> set[str]:
    some = mlflow.search_traces(locations=[experiment_id], filter_string=text, return_type="list")
    return {one.info.trace_id for one in some}


def test_a_collectors_spans_make_a_trace_that_the_stock_client_reads(tracking: Tracking, traced: str) -> None:
    trace = os.urandom(16)
    body = export(trace, ("inner", "outer"), session__id="s1")
    assert send(tracking, body, traced) == (200, {})
    trace_id = f"tr-{trace.hex()}"
    assert tracking.client.get_trace(trace_id, display=False).info.state.value == "IN_PROGRESS"
    assert send(tracking, export(trace, ("outer", None), status=2), traced) == (200, {})
    whole = tracking.client.get_trace(trace_id, display=False)
    assert [(one.name, one.parent_id is None) for one in whole.data.spans] == [("outer", True), ("inner", False)]
    info = whole.info
    assert (info.state.value, info.request_time, info.execution_duration) == ("ERROR", 1_000, 10)
    assert (info.tags["mlflow.traceName"], info.tags["service.name"]) == ("outer", "shop")
    assert info.trace_metadata["mlflow.trace.session"] == "s1"
    assert found(tracking, traced) == {trace_id}


def test_tokens_are_those_of_the_whole_tree_and_none_counts_twice(tracking: Tracking, traced: str) -> None:
    def told(name: str, parent: str | None, count: int) -> bytes:
        request = ExportTraceServiceRequest.FromString(export(trace, (name, parent)))
        usage = request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="mlflow.chat.tokenUsage")
        usage.value.kvlist_value.values.add(key="total_tokens").value.int_value = count
        return bytes(request.SerializeToString())

    trace = os.urandom(16)
    for name, parent, count in (
        ("leaf1", "agent", 3),
        ("leaf2", "agent", 4),
        ("agent", "root", 7),
        ("other", "root", 5),
    ):
        assert send(tracking, told(name, parent, count), traced)[0] == 200
    assert send(tracking, export(trace, ("root", None)), traced)[0] == 200
    info = tracking.client.get_trace(f"tr-{trace.hex()}", display=False).info
    assert info.token_usage == {"total_tokens": 12}


def test_what_the_client_tells_of_its_trace_stands_whatever_its_spans_say(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced, "mine")
    before = tracking.client.get_trace(trace_id, display=False).info
    assert send(tracking, export(bytes.fromhex(trace_id[3:]), ("late", "nobody")), traced)[0] == 200
    after = tracking.client.get_trace(trace_id, display=False)
    assert (after.info.request_time, after.info.state) == (before.request_time, before.state)
    assert {one.name for one in after.data.spans} == {"mine", "inner", "late"}


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda b: zlib.compress(b, wbits=-15))],
)
def test_exports_come_packed(tracking: Tracking, traced: str, encoding: str, packed: Callable[[bytes], bytes]) -> None:
    trace = os.urandom(16)
    assert send(tracking, packed(export(trace, ("a", None))), traced, content_encoding=encoding) == (200, {})
    assert found(tracking, traced) == {f"tr-{trace.hex()}"}


def test_a_bomb_is_refused_and_never_unpacked_whole(tracking: Tracking, traced: str) -> None:
    bomb = gzip.compress(bytes(MOST_BYTES + (1 << 20)), compresslevel=1)
    status, answer = send(tracking, bomb, traced, content_encoding="gzip")
    assert (status, "when unpacked" in answer["message"]) == (400, True)


@pytest.mark.parametrize(
    ("headers", "body", "told"),
    [
        ({"Content_Type": "text/plain"}, b"x", "Invalid Content-Type"),
        ({"x_mlflow_experiment_id": ""}, b"x", "x-mlflow-experiment-id"),
        ({"content_encoding": "br"}, b"x", "Unsupported Content-Encoding"),
        ({"content_encoding": "gzip"}, b"x", "Failed to decompress gzip"),
        ({"content_encoding": "gzip"}, gzip.compress(b"whole", mtime=0)[:-4], "Failed to decompress gzip"),
        ({}, b"", "no spans found"),
        ({}, b"\xff\xff", "Invalid OpenTelemetry format"),
        ({}, export(b"short", ("a", None)), "needs a trace_id"),
        ({"x_mlflow_run_id": "no-such-run"}, b"x", "not found"),
    ],
)
def test_what_is_no_export_is_refused_in_words(
    tracking: Tracking, traced: str, headers: dict[str, str], body: bytes, told: str
) -> None:
    status, answer = send(tracking, body, traced, **headers)
    assert status in (400, 404)
    assert told in answer["message"]


def test_spans_go_into_an_experiment_that_is_there(tracking: Tracking, traced: str) -> None:
    status, answer = send(tracking, export(os.urandom(16), ("a", None)), "no-such")
    assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    tracking.client.delete_experiment(traced)
    assert send(tracking, export(os.urandom(16), ("a", None)), traced)[0] == 400


def test_a_runs_token_tells_spans_of_its_own_run_only(tracking: Tracking, traced: str) -> None:
    mine, other = (tracking.client.create_run(traced).info.run_id for _ in range(2))
    token = {"Authorization": f"Bearer {tracking.token_of(mine)}"}
    trace, theirs = os.urandom(16), os.urandom(16)
    assert send(tracking, export(trace, ("a", None)), traced, **token)[0] == 200
    info = tracking.client.get_trace(f"tr-{trace.hex()}", display=False).info
    assert info.trace_metadata["mlflow.sourceRun"] == mine
    assert send(tracking, export(theirs, ("a", None)), traced, x_mlflow_run_id=other)[0] == 200
    assert send(tracking, export(theirs, ("b", "a")), traced, **token)[0] == 403
    assert send(tracking, export(os.urandom(16), ("b", "a")), traced, x_mlflow_run_id=other, **token)[0] == 403
    stranger = {"Authorization": "Bearer nobody"}
    assert send(tracking, export(trace, ("a", None)), traced, **stranger)[0] == 401


def test_an_owners_first_export_makes_the_workspace(tracking: Tracking) -> None:
    trace, url = os.urandom(16), f"{tracking.server.url}/mlflow/by-export/v1/traces"
    told = {"Authorization": f"Bearer {tracking.server.token}", "x-mlflow-experiment-id": "0"}
    kind = {"Content-Type": "application/x-protobuf"}
    reply = urllib3.request("POST", url, body=export(trace, ("a", None)), headers={**told, **kind}, retries=False)
    assert (reply.status, reply.headers["content-type"], reply.data) == (200, "application/x-protobuf", b"")


def test_traces_are_found_by_what_their_spans_say(tracking: Tracking, traced: str) -> None:
    with mlflow.start_run(experiment_id=traced):
        pass
    one, two = (os.urandom(16) for _ in range(2))
    send(tracking, export(one, ("load", None), colour="light blue"), traced)
    send(tracking, export(two, ("Load all", None), ("sum", "Load all"), status=2, colour="red"), traced)
    first, second = f"tr-{one.hex()}", f"tr-{two.hex()}"
    assert found(tracking, traced, "trace.text LIKE '%light blue%'") == {first}
    assert found(tracking, traced, "trace.text ILIKE '%LOAD%'") == {first, second}
    assert found(tracking, traced, "span.name = 'sum'") == {second}
    assert found(tracking, traced, "span.name = 'sum' AND span.attributes.colour LIKE '%red'") == {second}
    assert found(tracking, traced, "span.name = 'sum' AND span.attributes.colour = 'light blue'") == set()
    assert found(tracking, traced, "span.status = 'OK' AND span.type = 'UNKNOWN'") == {first}
    assert found(tracking, traced, "span.name RLIKE '^[Ll]oad( all)?$' AND name = 'load'") == {first}
    assert found(tracking, traced, "end_time_ms >= 1020") == {second}
    for wrong in ("span.colour = 'x'", "span.name RLIKE '('", "span.name > 'a'", "issue.id = 'a'"):
        with pytest.raises(mlflow.MlflowException):
            found(tracking, traced, wrong)


def test_a_trace_whose_spans_are_a_file_is_given_with_them(tracking: Tracking, traced: str) -> None:
    told = {"trace_id": "tr-" + "ab" * 16, "request_time": "2026-01-02T03:04:05Z", "state": "OK"}
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": traced}}
    whole = tracking.client.get_trace(a_trace(traced, "spare"), display=False)
    tracking.call("POST", V3, trace={"trace_info": {**told, "trace_location": place}})
    file = f"api/2.0/mlflow-artifacts/artifacts/{traced}/traces/{told['trace_id']}/artifacts/traces.json"
    spans = [one.to_dict() for one in whole.data.spans]
    assert tracking.call("PUT", file, spans=spans)[0] == 200
    _, answer = tracking.call("GET", f"{V3}/get", trace_id=told["trace_id"])
    assert answer["trace"]["spans"][0]["name"] == "spare"
    read = tracking.client.get_trace(told["trace_id"], display=False)  # the file, by the client itself
    assert read.data.spans[0].inputs == {"x": 1}
    assert tracking.call("PUT", file.replace("ab" * 16, "cd" * 16), spans=3)[0] == 404
    assert tracking.call("PUT", file, spans=[{"name": 3}])[0] == 200
    assert tracking.call("GET", f"{V3}/get", trace_id=told["trace_id"])[0] == 400


def test_the_file_of_spans_is_made_for_who_asks_for_it(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced)
    _, file = tracking.call("GET", "ajax-api/2.0/mlflow/get-trace-artifact", request_id=trace_id)
    whole: Trace = tracking.client.get_trace(trace_id, display=False)
    assert file == whole.data.to_dict()


def test_a_trace_is_given_as_a_whole_or_in_part(tracking: Tracking, traced: str) -> None:
    trace_id = a_trace(traced)
    info = tracking.call("GET", f"{V3}/{trace_id}")[1]["trace"]["trace_info"]
    sizes = json.dumps({"num_spans": 9})
    info["trace_metadata"]["mlflow.trace.sizeStats"] = sizes
    assert tracking.call("POST", V3, trace={"trace_info": info})[0] == 200
    status, answer = tracking.call("GET", f"{V3}/get", trace_id=trace_id)
    assert (status, "not fully exported" in answer["message"]) == (404, True)
    status, answer = tracking.call("GET", f"{V3}/get", trace_id=trace_id, allow_partial="true")
    assert (status, len(answer["trace"]["spans"])) == (200, 2)
    assert tracking.call("GET", f"{V3}/batchGet", trace_ids=trace_id) == (200, {})
    assert tracking.call("GET", f"{V3}/get", trace_id="tr-no")[0] == 404
