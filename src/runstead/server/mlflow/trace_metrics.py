"""Figures over traces, their spans and what was said of them, as MLflow's pages draw them."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import fmean
from typing import Any, NamedTuple

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.trace_spans import COST, MODEL, NAME, PROVIDER, SESSION, SUMS, Span
from runstead.domain.traces import Trace
from runstead.server.auth import needs
from runstead.server.mlflow.filters import Condition, holds
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.traces import TRACES, runs_of, tags_of
from runstead.server.mlflow.wire import Asked, AskedIn, Fields, answer, filled, missing, paged, router
from runstead.service import traces

routes = router()
MOST_POINTS, MOST_FACTS = 1_000, 1_000_000
COUNTS, FIGURES = ("COUNT",), ("AVG", "MIN", "MAX", "PERCENTILE")
SUMMED = ("SUM", *FIGURES)
TOKENS = ("input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
COSTS = ("input_cost", "output_cost", "total_cost")
BUCKET = "time_bucket"


class Metric(NamedTuple):
    """What may be asked of it."""

    of: Sequence[str]
    by: Sequence[str]


class Asking(NamedTuple):
    """A comparison, of what (trace, span, assessment), of which field."""

    kind: str
    field: str
    condition: Condition


@dataclass(frozen=True)
class Fact:
    """One trace, span or assessment; what is asked of it is looked up in it."""

    trace: Trace
    span: Span | None = None
    told: Mapping[str, Any] | None = None  # Any: JSON

    @property
    def at_ms(self) -> int:
        """When the trace was asked, or the span began."""
        return self.trace.requested_at_ms if self.span is None else self.span.began_ns // 1_000_000


MODELS = ("span_model_name", "span_model_provider")
VIEWS: Mapping[str, Mapping[str, Metric]] = {
    "TRACES": {
        "trace_count": Metric(COUNTS, ("trace_name", "trace_status")),
        "session_count": Metric(COUNTS, ()),
        "latency": Metric(FIGURES, ("trace_name",)),
        **dict.fromkeys(TOKENS, Metric(SUMMED, ("trace_name",))),
    },
    "SPANS": {
        "span_count": Metric(COUNTS, ("span_name", "span_type", "span_status", *MODELS)),
        "latency": Metric(FIGURES, ("span_name", "span_status")),
        **dict.fromkeys(COSTS, Metric(SUMMED, MODELS)),
    },
    "ASSESSMENTS": {
        "assessment_count": Metric(COUNTS, ("assessment_name", "assessment_value")),
        "assessment_value": Metric(FIGURES, ("assessment_name",)),
    },
}
FILTERED = {"TRACES": ("trace",), "SPANS": ("trace", "span"), "ASSESSMENTS": ("trace", "assessment")}
FILTERS = Grammar(texts=("status",), words=("tag", "metadata", "span", "assessment"))


PLAIN: Mapping[str, Callable[[list[Any]], float]] = {
    "COUNT": len,
    "SUM": sum,
    "AVG": fmean,
    "MIN": min,
    "MAX": max,
}


@routes.post(TRACES + "/metrics")
@needs("read")
def query(asked: AskedIn) -> Response:
    """Counts, sums, means, extremes and percentiles, by dimension and by time."""
    view, name = asked.text("view_type"), asked.text("metric_name")
    metric = VIEWS.get(view, {}).get(name)
    if metric is None:
        raise InvalidArgument(
            f"there is no metric {name[:60]!r} of view_type {view[:60]!r}; there are "
            + "; ".join(f"{one}: {', '.join(names)}" for one, names in VIEWS.items())
        )
    figures, dimensions = _figures(asked, metric), asked.texts("dimensions")
    if unknown := next((one for one in dimensions if one not in metric.by), None):
        raise InvalidArgument(f"{name} of {view} has no dimension {unknown[:60]!r}; it has {list(metric.by)}")
    every_s = _interval(asked)
    groups: dict[tuple[str, ...], list[Any]] = {}
    for number, fact in enumerate(_facts(asked, view)):
        if number >= MOST_FACTS:
            raise TooLarge(f"there are more than {MOST_FACTS} of them; ask for a shorter time")
        value = _value(fact, view, name)
        key = [_dimension(fact, one) for one in dimensions]
        if value is not None and None not in key:
            bucket = [] if every_s is None else [f"{fact.at_ms // (every_s * 1000) * every_s * 1000:016}"]
            groups.setdefault((*bucket, *map(str, key)), []).append(value)
    if not groups and not dimensions and every_s is None and metric.of == COUNTS:
        groups[()] = []
    named = (*([] if every_s is None else [BUCKET]), *dimensions)
    points = [_point(name, dict(zip(named, key, strict=True)), figures, groups[key]) for key in sorted(groups)]
    some, token = paged(points, asked.page(MOST_POINTS))
    return answer({**filled({"data_points": list(some)}), **token})


def _figures(asked: Asked, metric: Metric) -> dict[str, Callable[[list[Any]], float]]:
    found: dict[str, Callable[[list[Any]], float]] = {}
    for one in asked.objects("aggregations"):
        kind, percent = str(one.get("aggregation_type")), one.get("percentile_value")
        if kind not in metric.of:
            raise InvalidArgument(f"{kind[:60]!r} is no aggregation of this metric; it has {list(metric.of)}")
        if kind != "PERCENTILE":
            found[kind] = PLAIN[kind]
        elif isinstance(percent, int | float) and 0 <= percent <= 100:
            found[f"P{float(percent)}"] = partial(percentile, share=percent / 100)
        else:
            raise InvalidArgument(f"percentile_value is a number from 0 to 100, not {percent!r:.60}")
    if not found:
        raise missing("aggregations")
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Between the two values at that share of the way; there is at least one."""
    values = sorted(values)
    place = share * (len(values) - 1)
    below, above = values[math.floor(place)], values[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


def _interval(asked: Asked) -> int | None:
    every_s = asked.whole("time_interval_seconds")
    if every_s is not None and not 0 < every_s < 1 << 40:
        raise InvalidArgument(f"time_interval_seconds is a positive number, not {every_s}")
    if every_s is not None and (asked.whole("start_time_ms") is None or asked.whole("end_time_ms") is None):
        raise InvalidArgument("start_time_ms and end_time_ms are required if time_interval_seconds is set")
    return every_s


def _facts(asked: Asked, view: str) -> Iterator[Fact]:
    conditions = [_condition(text, view) for text in asked.texts("filters")]
    first_ms, last_ms = asked.whole("start_time_ms"), asked.whole("end_time_ms")
    listed = traces.listed(asked.unit, asked.workspace, asked.some_texts("experiment_ids"), with_spans=view == "SPANS")
    for one in listed:
        if (first_ms is None or one.requested_at_ms >= first_ms) and (
            last_ms is None or one.requested_at_ms <= last_ms
        ):
            for fact in _of(one, view):
                if all(_passes(fact, condition) for condition in conditions):
                    yield fact


def _of(one: Trace, view: str) -> Iterator[Fact]:
    if view == "TRACES":
        yield Fact(one)
    elif view == "SPANS":
        yield from (Fact(one, span=span) for span in one.spans)
    else:
        yield from (Fact(one, told=told) for told in one.assessments if told.get("valid", True))


def _condition(text: str, view: str) -> Asking:
    """`trace.tag.<key>`, `span.name`, `assessment.type` …"""
    kind, _, rest = text.strip().partition(".")
    if kind not in FILTERED[view]:
        raise InvalidArgument(f"Invalid filter {text[:100]!r}: {view} are filtered by {', '.join(FILTERED[view])}")
    field = rest.split("=")[0].split(".")[0].strip().strip("`")
    known = {"trace": ("status", "tag", "metadata"), "span": ("name", "status", "type"), "assessment": ("name", "type")}
    found = FILTERS.conditions(rest if field in ("status", "tag", "metadata") else f"tag.{rest}")
    if field not in known[kind] or len(found) != 1 or found[0].op != "=":
        fields = ", ".join(f"{kind}.{one}" for one in known[kind])
        raise InvalidArgument(f"Invalid filter {text[:100]!r}: one comparison with = of {fields}")
    return Asking(kind, field, found[0])


def _passes(fact: Fact, asked: Asking) -> bool:
    kind, field, condition = asked
    name = condition.key.name
    if kind == "trace" and (field, name) == ("metadata", "mlflow.sourceRun"):
        return any(holds(condition, run_id) for run_id in runs_of(fact.trace))
    if kind == "trace":
        words = tags_of(fact.trace) if field == "tag" else fact.trace.metadata
        return holds(condition, fact.trace.state if field == "status" else words.get(name))
    if fact.span is not None:
        return holds(condition, {"name": fact.span.name, "status": fact.span.state, "type": fact.span.type}[field])
    told = fact.told or {}
    kind_told = next((one for one in ("feedback", "expectation", "issue") if one in told), None)
    return holds(condition, told.get("assessment_name") if field == "name" else kind_told)


def _value(fact: Fact, view: str, name: str) -> str | float | None:
    span = fact.span
    match view, name:
        case "TRACES", "session_count":
            return fact.trace.metadata.get(SESSION)
        case "TRACES", "latency":
            return fact.trace.duration_ms
        case "SPANS", "latency" if span is not None:
            return None if span.ended_ns is None else (span.ended_ns - span.began_ns) // 1_000_000
        case _, name if name.endswith("_count"):
            return 1
        case "TRACES", _:
            return _number_in(_json(fact.trace.metadata.get(SUMS[0])), name)
        case "SPANS", _ if span is not None:
            return _number_in(span.values.get(COST), name)
    return _measured(fact.told or {})


def _measured(told: Mapping[str, Any]) -> float | None:  # Any: JSON
    """The number that an assessment gives: true and yes count one, false and no nothing."""
    value = _said(told)
    if isinstance(value, str):
        return {"yes": 1.0, "no": 0.0}.get(value.lower())
    return float(value) if isinstance(value, bool | int | float) else None


def _said(told: Mapping[str, Any]) -> object:  # Any: JSON
    return next(
        (told[one].get("value") for one in ("feedback", "expectation") if isinstance(told.get(one), dict)), None
    )


def _dimension(fact: Fact, name: str) -> str | None:
    if name == "trace_name":
        return fact.trace.tags.get(NAME)
    if name == "trace_status":
        return fact.trace.state
    if fact.span is not None:
        model = {"span_model_name": MODEL, "span_model_provider": PROVIDER}.get(name)
        if model is not None:
            told = fact.span.values.get(model)
            return told if isinstance(told, str) else None
        return {"span_name": fact.span.name, "span_type": fact.span.type, "span_status": fact.span.state}[name]
    told = fact.told or {}
    return str(told.get("assessment_name")) if name == "assessment_name" else json.dumps(_said(told))


def _point(
    name: str, dimensions: dict[str, str], figures: Mapping[str, Callable[[list[Any]], float]], values: list[Any]
) -> Fields:
    if BUCKET in dimensions:
        dimensions[BUCKET] = datetime.fromtimestamp(int(dimensions[BUCKET]) / 1000, UTC).isoformat()
    counted = list(dict.fromkeys(values)) if name == "session_count" else values
    return {
        "metric_name": name,
        "dimensions": dimensions,
        "values": {label: float(figure(counted)) for label, figure in figures.items()},
    }


def _json(text: str | None) -> object:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _number_in(told: object, name: str) -> float | None:
    value = told.get(name) if isinstance(told, dict) else None
    return value if type(value) in (int, float) else None
