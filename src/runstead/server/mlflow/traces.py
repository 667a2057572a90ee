"""MLflow's traces: told when they have ended, found by experiment; their spans are in trace_spans.py."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.domain.trace_spans import NAME, Span
from runstead.domain.traces import SOURCE_RUN, Trace, TraceDraft, TraceEdit
from runstead.server.auth import check_within, needs
from runstead.server.mlflow.feedbacks import made, newest_value, stamped
from runstead.server.mlflow.filters import Condition, Key, Order, Plain, holds, sorted_by
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.wire import (
    BASE,
    Asked,
    AskedIn,
    Fields,
    Page,
    answer,
    filled,
    invalid,
    key_of,
    missing,
    router,
    value_of,
)
from runstead.service import runs, traces

routes = router()
TRACES = BASE + "/traces"
TRACE = TRACES + "/{trace_id}"
LOCATION, SPANS = "mlflow.artifactLocation", "mlflow.trace.spansLocation"
LINKED = "runstead.linkedRuns"
MOST_LINKED = 100
LINKED_PROMPTS = "mlflow.linkedPrompts"
TIMES = ("timestamp", "timestamp_ms", "request_time")
DURATIONS = ("execution_time", "execution_time_ms", "execution_duration")
ENDS = ("end_time", "end_time_ms")
OF_SPANS = ("name", "type", "status", "content")
FILTERS = Grammar(
    texts=("status", "state", "name", "request_id", "trace_id", "client_request_id", "run_id", "prompt", "text"),
    numbers=(*TIMES, *DURATIONS, *ENDS),
    words=("tag", "metadata", "span"),
    free=("feedback", "expectation"),
    patterns=True,
)
STATUSES = {"TRACE_STATUS_UNSPECIFIED": "STATE_UNSPECIFIED"}
MOST_DELETED = 10_000


@routes.post(TRACES)
@needs("run")
def start(asked: AskedIn) -> Response:
    """A trace, whole but for its spans; or, from older clients, its beginning."""
    if "trace" in asked.fields:
        return answer({"trace": {"trace_info": trace_out(_kept(asked, _draft_of(asked)))}})
    draft = TraceDraft(
        trace_id=f"tr-{uuid.uuid4().hex}",
        experiment_id=asked.text("experiment_id"),
        state="IN_PROGRESS",
        requested_at_ms=asked.whole("timestamp_ms") or 0,
        tags=asked.pairs("tags"),
        metadata=_words_of(asked, "request_metadata"),
    )
    return answer({"trace_info": older_out(_kept(asked, draft))})


@routes.patch(TRACE)
@needs("run")
def end(asked: AskedIn) -> Response:
    """The end of a trace, from older clients."""
    there = own(asked)
    ended_at_ms = asked.whole("timestamp_ms")
    status = asked.maybe("status")
    change = TraceEdit(
        state=None if status is None else STATUSES.get(status, status),
        duration_ms=None if ended_at_ms is None else max(0, ended_at_ms - there.requested_at_ms),
        tags=asked.pairs("tags"),
        metadata=_words_of(asked, "request_metadata"),
    )
    return answer({"trace_info": older_out(traces.edit(asked.unit, asked.workspace, there.trace_id, change))})


@routes.get(TRACES)
@needs("read")
def search_older(asked: AskedIn) -> Response:
    """Traces of some experiments, as older clients ask."""
    some, token = _found(asked, asked.texts("experiment_ids"))
    return answer({**filled({"traces": [older_out(one) for one in some]}), **token})


@routes.post(TRACES + "/search")
@needs("read")
def search(asked: AskedIn) -> Response:
    """Traces of some experiments: filtered, sorted, by the page."""
    if not asked.objects("locations"):
        raise missing("locations")
    places = [one.get("mlflow_experiment") for one in asked.objects("locations")]
    ids = [asked.part(one).text("experiment_id") for one in places if isinstance(one, dict)]
    some, token = _found(asked, ids)
    return answer({**filled({"traces": [trace_out(one) for one in some]}), **token})


@routes.post(TRACES + "/batchGetInfos")
@needs("read")
def get_many(asked: AskedIn) -> Response:
    """Some by their ids; unknown ones are left out."""
    ids = asked.some_texts("trace_ids")
    wanted = asked.fields.get("experiment_ids")
    found = []
    for trace_id in ids:
        one = traces.find(asked.unit, asked.workspace, trace_id)
        if one is not None and (wanted is None or one.experiment_id in asked.texts("experiment_ids")):
            found.append(one)
    return answer(filled({"trace_infos": [trace_out(one) for one in found]}))


@routes.post(TRACES + "/link-to-run")
@needs("run")
def link(asked: AskedIn) -> Response:
    """Say that some traces are of a run, too."""
    run_id, ids = asked.own_run_id(), asked.texts("trace_ids")
    if len(ids) > MOST_LINKED:
        raise InvalidArgument(f"Cannot link more than {MOST_LINKED} traces to a run in a single request.")
    run = runs.load(asked.unit, asked.workspace, run_id)
    for trace_id in ids:
        there = traces.load(asked.unit, asked.workspace, trace_id)
        check_within(asked.unit, asked.caller, there.source_run_id)
        linked = dict.fromkeys([*runs_of(there), run.run_id])
        traces.edit(asked.unit, asked.workspace, trace_id, TraceEdit(tags={LINKED: ",".join(linked)}))
    return answer({})


@routes.post(TRACES + "/link-prompts")
@needs("run")
def link_prompts(asked: AskedIn) -> Response:
    """Say with which versions of prompts a trace was made."""
    there, more = own(asked), [asked.part(one) for one in asked.objects("prompt_versions")]
    told = [f"{one.text('name')}/{one.text('version')}" for one in more]
    if not told:
        raise missing("prompt_versions")
    linked = [one.rpartition("/") for one in dict.fromkeys([*prompts_of(there), *told])]
    tag = json.dumps([{"name": name, "version": version} for name, _, version in linked])
    traces.edit(asked.unit, asked.workspace, there.trace_id, TraceEdit(tags={LINKED_PROMPTS: tag}))
    return answer({})


@routes.post(TRACES + "/delete-traces")
@needs("run")
def delete(asked: AskedIn) -> Response:
    """Some by their ids, or the oldest up to a time; with their files."""
    experiment_id, ids = asked.text("experiment_id"), asked.texts("request_ids")
    latest, most = asked.whole("max_timestamp_millis"), asked.whole("max_traces")
    if (latest is None) == (not ids):
        raise InvalidArgument("Either `max_timestamp_millis` or `request_ids` must be specified, but not both.")
    if ids and most is not None:
        raise InvalidArgument("`max_traces` can't be specified if `request_ids` is specified.")
    if most is not None and most < 1:
        raise InvalidArgument(f"`max_traces` must be a positive integer, received {most}.")
    there = list(traces.listed(asked.unit, asked.workspace, [experiment_id]))[::-1]
    if ids:
        meant = [one for one in there if one.trace_id in set(ids)]
    else:
        meant = [one for one in there if one.requested_at_ms <= (latest or 0)][: most or MOST_DELETED]
    for one in meant:
        check_within(asked.unit, asked.caller, one.source_run_id)
    return answer({"traces_deleted": traces.delete(asked.unit, asked.workspace, meant)})


@routes.get(TRACE)
@needs("read")
def get(asked: AskedIn) -> Response:
    """One, without its spans."""
    return answer({"trace": {"trace_info": trace_out(found(asked))}})


@routes.get(TRACE + "/info")
@needs("read")
def get_older(asked: AskedIn) -> Response:
    """One, as older clients read it."""
    return answer({"trace_info": older_out(found(asked))})


@routes.patch(TRACE + "/tags")
@needs("run")
def set_tag(asked: AskedIn) -> Response:
    """One tag."""
    change = TraceEdit(tags={_free_key(asked): value_of(asked.fields)})
    traces.edit(asked.unit, asked.workspace, own(asked).trace_id, change)
    return answer({})


@routes.delete(TRACE + "/tags")
@needs("run")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    traces.edit(asked.unit, asked.workspace, own(asked).trace_id, TraceEdit(remove_tag=_free_key(asked)))
    return answer({})


def found(asked: Asked) -> Trace:
    """The trace that a call names."""
    return traces.load(asked.unit, asked.workspace, asked.text("trace_id"))


def own(asked: Asked) -> Trace:
    """The trace to write to; Forbidden for the token of another run."""
    there = found(asked)
    check_within(asked.unit, asked.caller, there.source_run_id)
    return there


def trace_out(one: Trace) -> dict[str, Any]:  # Any: JSON
    """MLflow 3's TraceInfo."""
    told = {
        "client_request_id": one.client_request_id or None,
        "request_preview": one.request_preview or None,
        "response_preview": one.response_preview or None,
        "execution_duration": None if one.duration_ms is None else f"{one.duration_ms / 1000:.3f}s",
        "assessments": [dict(told) for told in one.assessments],
    }
    return {
        "trace_id": one.trace_id,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": one.experiment_id}},
        "request_time": stamped(one.requested_at_ms),
        "state": one.state,
        "trace_metadata": dict(one.metadata),
        "tags": tags_of(one),
        **filled(told),
    }


def older_out(one: Trace) -> dict[str, Any]:  # Any: JSON
    """MLflow 2's TraceInfo."""
    unsaid = {ours: theirs for theirs, ours in STATUSES.items()}
    return {
        "request_id": one.trace_id,
        "experiment_id": one.experiment_id,
        "timestamp_ms": one.requested_at_ms,
        "execution_time_ms": one.duration_ms or 0,
        "status": unsaid.get(one.state, one.state),
        "request_metadata": [{"key": key, "value": value} for key, value in one.metadata.items()],
        "tags": [{"key": key, "value": value} for key, value in tags_of(one).items()],
    }


def tags_of(one: Trace) -> dict[str, str]:
    """Its tags, and where its files are."""
    root = f"mlflow-artifacts:/{one.experiment_id}/traces/{one.trace_id}/artifacts"
    told = {key: value for key, value in one.tags.items() if key != LINKED}
    return {**told, LOCATION: root, SPANS: "TRACKING_STORE" if one.span_count else "ARTIFACT_REPO"}


def runs_of(one: Trace) -> list[str]:
    """The run that it was told within, and those that it was linked to."""
    told = [one.metadata.get(SOURCE_RUN, ""), *one.tags.get(LINKED, "").split(",")]
    return [run_id for run_id in dict.fromkeys(told) if run_id]


def prompts_of(one: Trace) -> list[str]:
    """`name/version` of the prompts that it is linked to."""
    try:
        told = json.loads(one.tags.get(LINKED_PROMPTS, "[]"))
        return [f"{prompt['name']}/{prompt['version']}" for prompt in told]
    except (ValueError, TypeError, KeyError):  # a tag is anybody's to write
        return []


def value_in(one: Trace, key: Key) -> Plain:
    """What a filter or an order compares."""
    match key:
        case Key("tag", name):
            return tags_of(one).get(name)
        case Key("metadata", name):
            return one.metadata.get(name)
        case Key("feedback" | "expectation", name):
            return newest_value(one, key.kind, name)
    return ATTRIBUTES[key.name](one)


def _ended_at_ms(one: Trace) -> int | None:
    return None if one.duration_ms is None else one.requested_at_ms + one.duration_ms


ATTRIBUTES: Mapping[str, Callable[[Trace], Plain]] = {
    **dict.fromkeys(("status", "state"), lambda one: one.state),
    **dict.fromkeys(("request_id", "trace_id"), lambda one: one.trace_id),
    **dict.fromkeys(TIMES, lambda one: one.requested_at_ms),
    **dict.fromkeys(DURATIONS, lambda one: one.duration_ms),
    **dict.fromkeys(ENDS, _ended_at_ms),
    "name": lambda one: one.tags.get(NAME),
    "run_id": lambda one: one.metadata.get(SOURCE_RUN),
    "prompt": lambda one: next(iter(prompts_of(one)), None),
    "client_request_id": lambda one: one.client_request_id or None,
    "text": lambda _: None,
}


def conditions_in(text: str | None) -> list[Condition]:
    """The conditions of a filter of traces, checked."""
    found = FILTERS.conditions(text)
    for kind, name in (one.key for one in found):
        if kind == "span" and name not in OF_SPANS and not name.startswith("attributes."):
            raise InvalidArgument(
                f"Invalid span key '{name[:60]}': there are span.{', span.'.join(OF_SPANS)}, span.attributes.<name>"
            )
    return found


def needs_spans(conditions: Sequence[Condition]) -> bool:
    """Whether traces must come with their spans to be looked at."""
    return any(is_of_spans(one.key) for one in conditions)


def is_of_spans(key: Key) -> bool:
    """Whether spans are compared, not their trace."""
    return key.kind == "span" or key == Key("attribute", "text")


def _found(asked: Asked, experiment_ids: list[str]) -> tuple[list[Trace], Fields]:
    page = asked.page(100, 500)
    conditions, orders = conditions_in(asked.maybe("filter")), FILTERS.orders(asked.texts("order_by"))
    listed = traces.listed(asked.unit, asked.workspace, experiment_ids, with_spans=needs_spans(conditions))
    passing = (one for one in listed if passes(conditions, one))
    some = _paged(passing, page) if not orders else _sorted(list(passing), orders, page)
    return some[: page.limit], page.token(len(some) > page.limit)


def _paged(passing: Iterator[Trace], page: Page) -> list[Trace]:
    """The page and one more; the rest is not read."""
    some = []
    for place, one in enumerate(passing):
        if place >= page.offset:
            some.append(one)
        if len(some) > page.limit:
            break
    return some


def _sorted(passing: list[Trace], orders: list[Order], page: Page) -> list[Trace]:
    return sorted_by(passing, orders, value_in)[page.offset : page.offset + page.limit + 1]


def passes(conditions: Sequence[Condition], one: Trace) -> bool:
    """Whether a trace passes a filter; what is asked of spans, one and the same span has to pass."""
    of_spans = [condition for condition in conditions if is_of_spans(condition.key)]
    if of_spans and not any(all(holds(one, _of_span(span, one.key)) for one in of_spans) for span in one.spans):
        return False
    return all(_holds(condition, one) for condition in conditions if condition not in of_spans)


def _of_span(span: Span, key: Key) -> Plain:
    match key.name:
        case "name":
            return span.name
        case "type":
            return span.type
        case "status":
            return span.state
        case "content" | "text":
            return span.text
    value = span.values.get(key.name.removeprefix("attributes."))
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _holds(condition: Condition, one: Trace) -> bool:
    if condition.key in (Key("attribute", "run_id"), Key("attribute", "prompt")):
        linked = runs_of(one) if condition.key.name == "run_id" else prompts_of(one)
        of_each = [holds(condition, name) for name in linked] or [holds(condition, None)]
        return all(of_each) if condition.op in ("!=", "NOT IN") else any(of_each)
    value = value_in(one, condition.key)
    if isinstance(condition.value, str) and value is not None:
        value = str(value)
    return holds(condition, value)


def _draft_of(asked: Asked) -> TraceDraft:
    told = asked.fields["trace"]
    if not isinstance(told, dict) or not isinstance(told.get("trace_info"), dict):
        raise missing("trace")
    info = asked.part(told["trace_info"])
    place = info.fields.get("trace_location")
    place = place.get("mlflow_experiment") if isinstance(place, dict) else None
    if not isinstance(place, dict):
        raise InvalidArgument("A trace is kept in an experiment: trace_location.mlflow_experiment.experiment_id")
    return TraceDraft(
        trace_id=info.text("trace_id"),
        experiment_id=asked.part(place).text("experiment_id"),
        state=info.maybe("state") or "STATE_UNSPECIFIED",
        requested_at_ms=_moment_of(info.text("request_time")),
        duration_ms=_duration_of(info.maybe("execution_duration")),
        client_request_id=info.maybe("client_request_id") or "",
        request_preview=info.maybe("request_preview") or "",
        response_preview=info.maybe("response_preview") or "",
        tags=_map_of(info, "tags"),
        metadata=_map_of(info, "trace_metadata"),
        assessments=[
            made(one, info.text("trace_id"), one.get("assessment_id") or f"a-{uuid.uuid4().hex}", asked.unit.now_ms())
            for one in info.objects("assessments")
        ],
    )


def _kept(asked: Asked, draft: TraceDraft) -> Trace:
    """A run's token tells traces of its own run only, which it need not name."""
    told = draft.metadata.get(SOURCE_RUN)
    known = told if told and runs.find(asked.unit, asked.workspace, told) is not None else None
    source_run_id = known or asked.caller.run_id
    check_within(asked.unit, asked.caller, source_run_id)
    there = traces.find(asked.unit, asked.workspace, draft.trace_id)
    if there is not None:
        check_within(asked.unit, asked.caller, there.source_run_id)
    return traces.start(asked.unit, asked.workspace, replace(draft, source_run_id=source_run_id))


def _words_of(asked: Asked, name: str) -> dict[str, str]:
    """Pairs whose keys may be anything."""
    return {asked.part(one).text("key"): asked.part(one).maybe("value") or "" for one in asked.objects(name)}


def _map_of(asked: Asked, name: str) -> dict[str, str]:
    told = asked.fields.get(name) or {}
    if not isinstance(told, Mapping) or not all(isinstance(value, str) for value in told.values()):
        raise invalid(name, told)
    return dict(told)


def _free_key(asked: Asked) -> str:
    key = key_of(asked.fields)
    if key in (SPANS, LOCATION, LINKED):
        raise InvalidArgument(f"Tag '{key}' is immutable and cannot be changed on a trace.")
    return key


def _moment_of(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid("request_time", text) from error
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _duration_of(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return round(float(text.removesuffix("s")) * 1000)
    except (ValueError, OverflowError) as error:
        raise invalid("execution_duration", text) from error
