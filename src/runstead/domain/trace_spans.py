"""The spans of a trace: what each step of it did, and what they say of the trace together."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from runstead.domain.errors import InvalidArgument
from runstead.domain.trace_exports import Json, told_value, values_of

TRACE, SPAN = 16, 8  # bytes of an id
TYPE, INPUTS, OUTPUTS, USAGE, COST, MODEL, PROVIDER = (
    "mlflow.spanType",
    "mlflow.spanInputs",
    "mlflow.spanOutputs",
    "mlflow.chat.tokenUsage",
    "mlflow.llm.cost",
    "mlflow.llm.model",
    "mlflow.llm.provider",
)
TRACE_TAG = "mlflow.traceTag."
NAME = "mlflow.traceName"
SESSION, USER, SUMS = "mlflow.trace.session", "mlflow.trace.user", ("mlflow.trace.tokenUsage", "mlflow.trace.cost")
SESSION_WORDS, USER_WORDS = (SESSION, "session.id", "gen_ai.conversation.id"), (USER, "user.id")
UNTOLD, OURS = ("telemetry.sdk.", "mlflow."), "runstead."
MOST_PREVIEW_CHARS, MOST_NAME_CHARS, MOST_TAG_CHARS = 1_000, 5_000, 8_000


@dataclass(frozen=True)
class Span:
    """`told`: the span as OpenTelemetry's JSON has it. Times are Unix nanoseconds."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    began_ns: int
    ended_ns: int | None
    told: Json
    resource: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON; only of a span that comes in

    @cached_property
    def values(self) -> Mapping[str, Any]:  # Any: JSON
        """Its attributes as plain values."""
        return values_of(self.told)

    @property
    def state(self) -> str:
        """OK, ERROR or UNSET."""
        return str(self.told.get("status", {}).get("code", "STATUS_CODE_UNSET")).removeprefix("STATUS_CODE_")

    @property
    def type(self) -> str:
        """MLflow's kind of step."""
        return str(self.values.get(TYPE) or "UNKNOWN")

    @cached_property
    def text(self) -> str:
        """All its words, to look for some of them."""
        return json.dumps(mlflow_form(self), ensure_ascii=False)


def read_span(told: Json, resource: Mapping[str, Any]) -> Span:
    """A span that came in, checked."""
    raw = base64.b64decode(told.get("trace_id", "")), base64.b64decode(told.get("span_id", ""))
    if len(raw[0]) != TRACE or len(raw[1]) != SPAN or not any(raw[0]) or not any(raw[1]):
        raise InvalidArgument("Invalid OpenTelemetry format: a span needs a trace_id of 16 bytes and a span_id of 8")
    parent = base64.b64decode(told.get("parent_span_id", ""))
    times = told.get("start_time_unix_nano", 0), told.get("end_time_unix_nano", 0)
    if not all(0 <= one < 1 << 63 for one in times):
        raise InvalidArgument(f"Invalid OpenTelemetry format: {max(times)} is no time in nanoseconds")
    trace_id, request = f"tr-{raw[0].hex()}", {"key": "mlflow.traceRequestId"}
    rest = [one for one in told.get("attributes", ()) if one.get("key") != request["key"]]
    return Span(
        trace_id=trace_id,
        span_id=raw[1].hex(),
        parent_id=parent.hex() if any(parent) else None,
        name=told.get("name", "")[:MOST_NAME_CHARS],
        began_ns=times[0],
        ended_ns=times[1] or None,
        told={**told, "attributes": [{**request, "value": {"string_value": trace_id}}, *rest]},
        resource=resource,
    )


def mlflow_form(span: Span) -> Json:
    """A span as MLflow's clients keep it in a file: values of attributes are texts of JSON."""
    told = span.told
    status = told.get("status", {})
    return {
        "trace_id": told["trace_id"],
        "span_id": told["span_id"],
        "parent_span_id": told.get("parent_span_id"),
        "name": span.name,
        "start_time_unix_nano": span.began_ns,
        "end_time_unix_nano": span.ended_ns,
        "events": [
            {"name": one.get("name", ""), "time_unix_nano": one.get("time_unix_nano", 0), "attributes": values_of(one)}
            for one in told.get("events", ())
        ],
        "status": {"code": status.get("code", "STATUS_CODE_UNSET"), "message": status.get("message", "")},
        "attributes": {key: json.dumps(value, ensure_ascii=False) for key, value in span.values.items()},
        "links": [
            {
                "trace_id": f"tr-{base64.b64decode(one.get('trace_id', '')).hex()}",
                "span_id": base64.b64decode(one.get("span_id", "")).hex(),
                "attributes": values_of(one) or None,
            }
            for one in told.get("links", ())
        ],
    }


def from_mlflow_form(told: Json) -> Json:
    """The other way round, for a file that a client wrote; its links are left out."""

    def pairs(values: Mapping[str, Any]) -> list[Json]:
        return [{"key": key, "value": told_value(value)} for key, value in values.items()]

    return {
        **{name: value for name, value in told.items() if name not in ("attributes", "events", "links") and value},
        "attributes": pairs({key: _unpacked(value) for key, value in told.get("attributes", {}).items()}),
        "events": [{**one, "attributes": pairs(one.get("attributes") or {})} for one in told.get("events") or ()],
    }


def _unpacked(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def root_of(spans: Iterable[Span]) -> Span | None:
    """The one that has no parent."""
    return next((one for one in spans if one.parent_id is None), None)


def tags_told(spans: Sequence[Span]) -> dict[str, str]:
    """Tags of the trace: what sent it, and what its root says."""
    root = root_of(spans)
    sender = {key: value for one in spans for key, value in one.resource.items() if not key.startswith(UNTOLD)}
    of_root = {} if root is None else {k: v for k, v in root.values.items() if k.startswith(TRACE_TAG)}
    own = {key.removeprefix(TRACE_TAG): value for key, value in of_root.items()}
    told = {**({NAME: root.name} if root and root.name else {}), **sender, **own}
    return {key: _word(value)[:MOST_TAG_CHARS] for key, value in told.items() if key and not key.startswith(OURS)}


def metadata_told(spans: Sequence[Span]) -> dict[str, str]:
    """Metadata of the trace: session, user, and what it took in tokens and money."""
    found = {}
    for name, words in ((SESSION, SESSION_WORDS), (USER, USER_WORDS)):
        told = next((one.values[word] for one in spans for word in words if one.values.get(word)), None)
        if told is not None:
            found[name] = _word(told)[:MOST_TAG_CHARS]
    for name, word in zip(SUMS, (USAGE, COST), strict=True):
        if total := summed(spans, word):
            found[name] = json.dumps(total)
    return found


def summed(spans: Sequence[Span], word: str) -> dict[str, float]:
    """The numbers below an attribute, added up; those below a span that has them are in it already."""
    by_id = {one.span_id: one for one in spans}

    def has(one: Span) -> bool:
        return isinstance(one.values.get(word), dict)

    def is_counted(one: Span) -> bool:
        seen, above = {one.span_id}, one.parent_id
        while above in by_id and above not in seen:
            if has(by_id[above]):
                return True
            seen.add(above)
            above = by_id[above].parent_id
        return False

    total: dict[str, float] = {}
    for one in spans:
        if has(one) and not is_counted(one):
            for key, value in one.values[word].items():
                if type(value) in (int, float):
                    total[key] = total.get(key, 0) + value
    return total


def preview_of(span: Span | None, word: str) -> str:
    """The beginning of what went in or came out."""
    value = None if span is None else span.values.get(word)
    return "" if value is None else (value if isinstance(value, str) else json.dumps(value))[:MOST_PREVIEW_CHARS]


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
