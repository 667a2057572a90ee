"""Reading OpenTelemetry's exports, against OpenTelemetry's own classes."""

import json

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from runstead.domain import trace_exports
from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.trace_exports import spans_of, told_value, value_of
from runstead.domain.trace_spans import read_span

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=10,
)


def fill(into: AnyValue, value: object) -> None:
    if isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int):
        into.int_value = value
    elif isinstance(value, float):
        into.double_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, list):
        into.array_value.SetInParent()
        for one in value:
            fill(into.array_value.values.add(), one)
    elif isinstance(value, dict):
        into.kvlist_value.SetInParent()
        for key, one in value.items():
            pair = into.kvlist_value.values.add(key=key)
            fill(pair.value, one)


def export(value: object = "v") -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    sender = request.resource_spans.add()
    fill(sender.resource.attributes.add(key="service.name").value, "demo")
    span = sender.scope_spans.add().spans.add(
        trace_id=bytes(range(16)),
        span_id=bytes(range(8)),
        parent_span_id=b"12345678",
        name="Schritt ü",
        kind=3,
        start_time_unix_nano=(1 << 62) + 1,
        end_time_unix_nano=(1 << 62) + 5,
        dropped_attributes_count=3,
        flags=1,
    )
    span.status.code, span.status.message = 2, "broken"
    fill(span.attributes.add(key="a").value, value)
    fill(span.events.add(name="e", time_unix_nano=7).attributes.add(key="b").value, 1.5)
    span.links.add(trace_id=bytes(16), span_id=bytes(8))
    return request


@given(PLAIN)
def test_a_span_is_read_as_opentelemetry_wrote_it_whatever_its_attribute(value: object) -> None:
    (told,) = spans_of(export(value).SerializeToString(), is_json=False)
    theirs = MessageToDict(export(value), preserving_proto_field_name=True)["resource_spans"][0]
    (span,) = theirs["scope_spans"][0]["spans"]
    for name in ("trace_id", "span_id", "parent_span_id", "name", "kind", "status", "links"):
        assert told.span[name] == span[name]
    assert value_of(told.span["attributes"][0].get("value", {})) == value
    assert told.span["start_time_unix_nano"] == (1 << 62) + 1
    assert dict(told.resource) == {"service.name": "demo"}


@given(PLAIN)
def test_a_plain_value_comes_back_from_opentelemetrys_form(value: object) -> None:
    assert value_of(told_value(value)) == value


def test_the_json_form_has_the_same_spans_as_the_wire() -> None:
    theirs = MessageToDict(export({"k": [1, None, "x"]}))
    (span,) = theirs["resourceSpans"][0]["scopeSpans"][0]["spans"]
    span.update(traceId=bytes(range(16)).hex(), spanId=bytes(range(8)).hex(), parentSpanId=b"12345678".hex(), kind=3)
    span["links"] = [{"traceId": bytes(16).hex(), "spanId": bytes(8).hex()}]
    assert spans_of(json.dumps(theirs).encode(), is_json=True) == spans_of(
        export({"k": [1, None, "x"]}).SerializeToString(), is_json=False
    )


def test_what_is_cut_off_anywhere_is_refused_or_is_less_but_never_an_error_of_another_kind() -> None:
    whole = export().SerializeToString()
    for end in range(1, len(whole)):
        with pytest.raises(InvalidArgument, match="Invalid OpenTelemetry format"):
            spans_of(whole[:end], is_json=False)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(body: bytes) -> None:
    try:
        spans_of(body, is_json=False)
    except InvalidArgument:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b'{"resourceSpans": {}}',
        b'{"resourceSpans": [3]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "zz"}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": 3}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": 99}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "soon"}]}]}]}',
    ],
)
def test_json_that_is_no_export_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidArgument):
        spans_of(body, is_json=True)


def test_nesting_is_bounded_in_both_forms() -> None:
    deep: object = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(InvalidArgument, match="64 deep"):
        spans_of(export(deep).SerializeToString(), is_json=False)
    value = '{"arrayValue": {"values": [' * 100 + "]}}" * 100
    body = f'{{"resourceSpans": [{{"resource": {{"attributes": [{{"key": "k", "value": {value}}}]}}}}]}}'
    with pytest.raises(InvalidArgument, match="64 deep"):
        spans_of(body.encode(), is_json=True)


def test_parts_are_counted_for_two_bytes_become_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_exports, "MOST_PARTS", 1_000)  # the same count as of a million, sooner
    request = export()
    for _ in range(1_000):
        request.resource_spans[0].scope_spans[0].spans.add()
    with pytest.raises(TooLarge, match="more than 1000 parts"):
        spans_of(request.SerializeToString(), is_json=False)


@pytest.mark.parametrize("wrong", [{"trace_id": b""}, {"trace_id": bytes(16)}, {"span_id": b"1"}, {"trace_id": b"12"}])
def test_a_span_needs_its_ids(wrong: dict[str, bytes]) -> None:
    request = export()
    for name, value in wrong.items():
        setattr(request.resource_spans[0].scope_spans[0].spans[0], name, value)
    (told,) = spans_of(request.SerializeToString(), is_json=False)
    with pytest.raises(InvalidArgument, match="needs a trace_id"):
        read_span(*told)


def test_a_span_says_which_trace_it_is_of_whatever_its_attributes_say() -> None:
    request = export()
    fill(
        request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="mlflow.traceRequestId").value, "tr-other"
    )
    (told,) = spans_of(request.SerializeToString(), is_json=False)
    span = read_span(*told)
    assert span.trace_id == span.values["mlflow.traceRequestId"] == f"tr-{bytes(range(16)).hex()}"
