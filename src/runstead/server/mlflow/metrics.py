"""MLflow's metrics: points of our column store, logged without a journal and read by the page."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.server.auth import check_within, needs
from runstead.server.mlflow.runs import edit_of, metric_out
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, key_of, missing, number_out, router, token_of
from runstead.service import batches, histories, logged_models
from runstead.service.batches import Batch
from runstead.service.histories import History
from runstead.service.metrics import Point

routes = router()
RUNS, METRICS = BASE + "/runs", BASE + "/metrics"
MOST_METRICS, MOST_WORDS, MOST_TOGETHER = 1_000, 100, 1_000
MOST_POINTS = 50_000
MOST_BULK_RUNS = 100
GOOD_NAME = re.compile(r"[\w.\-/: ]+")
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "inf": math.inf, "-inf": -math.inf}


@routes.post(RUNS + "/log-metric")
@needs("run")
def log_metric(asked: AskedIn) -> Response:
    """One value."""
    run_id = asked.own_run_id()
    batches.log(asked.unit, asked.workspace, run_id, Batch(points=[point_of(asked)]))
    _add_to_models(asked, run_id, [asked])
    return answer({})


@routes.post(RUNS + "/log-batch")
@needs("run")
def log_batch(asked: AskedIn) -> Response:
    """Metrics, params and tags, all or nothing."""
    run_id = asked.own_run_id()
    metrics = [asked.part(one) for one in asked.objects("metrics")]
    points = [point_of(one) for one in metrics]
    params, tags = asked.pairs("params"), asked.pairs("tags")
    _check_repeats(asked, params)
    for what, count, most in (
        ("metrics", len(points), MOST_METRICS),
        ("params", len(params), MOST_WORDS),
        ("tags", len(tags), MOST_WORDS),
        ("metrics, params, and tags", len(points) + len(params) + len(tags), MOST_TOGETHER),
    ):
        if count > most:
            raise InvalidArgument(
                f"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up "
                f"{what} across multiple requests and try again."
            )
    batches.log(asked.unit, asked.workspace, run_id, Batch(points, params, edit_of(tags)))
    _add_to_models(asked, run_id, metrics)
    return answer({})


@routes.get(METRICS + "/get-history")
@needs("read")
def get_history(asked: AskedIn) -> Response:
    """All values of a metric, by the page, in the order in which they were logged."""
    run_id, name = asked.run_id(), asked.text("metric_key")
    limit = asked.whole("max_results")
    page = asked.page(MOST_POINTS if limit is None else limit, max(MOST_POINTS, limit or 0))
    found = histories.history(
        asked.unit, asked.workspace, run_id, name, start=page.offset, limit=min(page.limit, MOST_POINTS)
    )
    token = "" if found.following is None else f',"next_page_token":{json.dumps(token_of(found.following))}'
    body = f'{{"metrics":[{",".join(_written(name, found))}]{token}}}'
    return Response(body, media_type="application/json")


@routes.get(METRICS + "/get-history-bulk")
@needs("read")
def get_history_bulk(asked: AskedIn) -> Response:
    """One metric of several runs."""
    return _bulk(asked, "run_id", most=25_000)


@routes.get(METRICS + "/get-history-bulk-interval")
@needs("read")
def get_history_bulk_interval(asked: AskedIn) -> Response:
    """One metric of several runs between two steps, thinned evenly to about as many values as are asked for."""
    return _bulk(asked, "run_ids", most=2_500)


def point_of(asked: Asked) -> Point:
    """One metric of a request."""
    name = key_of(asked.fields, "metric")
    if not GOOD_NAME.fullmatch(name) or name.startswith("/") or any(p in ("", ".", "..") for p in name.split("/")):
        raise InvalidArgument(
            f"Invalid value \"{name}\" for parameter 'key' supplied: Names may only contain alphanumerics, underscores "
            "(_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/), and no empty, '.' or '..' parts."
        )
    timestamp = asked.whole("timestamp")
    if timestamp is None:
        raise missing("timestamp")
    if not -(1 << 50) < timestamp < 1 << 50:
        raise InvalidArgument(f"Invalid value {timestamp} for parameter 'timestamp' supplied: it is in milliseconds.")
    return Point(name, _value_of(asked), timestamp, asked.whole("step") or 0)


def _add_to_models(asked: Asked, run_id: str, metrics: Sequence[Asked]) -> None:
    """Metrics that were measured of a logged model are its own, too."""
    by_model: dict[str, list[dict[str, Any]]] = {}  # Any: JSON
    for one in metrics:
        if model_id := one.maybe("model_id"):
            told = {name: one.maybe(name) or "" for name in ("dataset_name", "dataset_digest")}
            by_model.setdefault(model_id, []).append({**metric_out(point_of(one)), **told, "run_id": run_id})
    for model_id, some in by_model.items():
        check_within(asked.unit, asked.caller, logged_models.load(asked.unit, asked.workspace, model_id).source_run_id)
        logged_models.add_metrics(asked.unit, asked.workspace, model_id, some)


def _value_of(asked: Asked) -> float:
    value = asked.fields.get("value")
    if value is None:
        raise missing("value")
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, int) and abs(value) >> 1023):
        raise InvalidArgument(f"Invalid value {value!r:.60} for parameter 'value' supplied: it must be a number.")
    return float(value)


def _check_repeats(asked: Asked, params: dict[str, str]) -> None:
    told = [str(one.get("key")) for one in asked.objects("params")]
    if len(told) != len(params):
        twice = sorted({key for key in told if told.count(key) > 1})
        raise InvalidArgument(f"Duplicate parameter keys have been submitted: {', '.join(twice)[:200]}")


def _bulk(asked: Asked, field: str, *, most: int) -> Response:
    run_ids, name = asked.texts(field), asked.text("metric_key")
    if not run_ids:
        raise missing(field)
    if len(run_ids) > MOST_BULK_RUNS:
        raise InvalidArgument(f"GetMetricHistoryBulk request must specify at most {MOST_BULK_RUNS} run ids")
    limit = min(asked.whole("max_results") or most, MOST_POINTS)
    low, high = asked.whole("start_step"), asked.whole("end_step")
    if (low is None) != (high is None) or (low is not None and high is not None and low > high):
        raise InvalidArgument("If either start step or end step are specified, both must be specified, in order.")
    pieces = []
    for run_id in run_ids:
        found = histories.thinned(asked.unit, asked.workspace, run_id, name, low=low, high=high, limit=limit)
        pieces += [f'{written[:-1]},"run_id":{json.dumps(run_id)}}}' for written in _written(name, found)]
    return Response(f'{{"metrics":[{",".join(pieces)}]}}', media_type="application/json")


def _written(name: str, found: History) -> Iterator[str]:
    """JSON by hand: a page of 25 000 values is ten times as fast so."""
    head = f'{{"key":{json.dumps(name)},"value":'
    for value, time_ms, step in zip(found.values, found.times_ms, found.steps, strict=True):
        told = repr(value) if math.isfinite(value) else f'"{number_out(value)}"'
        yield f'{head}{told},"timestamp":{time_ms},"step":{step}}}'
