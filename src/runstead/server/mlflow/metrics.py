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
from runstead.server.mlflow.wire import (
    BASE,
    SEE,
    Asked,
    AskedIn,
    Fields,
    answer,
    checked_key,
    invalid,
    maybe_of,
    missing,
    number_out,
    router,
    text_of,
    token_of,
    whole_of,
)
from runstead.service import batches, histories, logged_models, runs
from runstead.service.batches import Batch
from runstead.service.histories import History
from runstead.service.metrics import Point

routes = router()
RUNS, METRICS = BASE + "/runs", BASE + "/metrics"
MOST_METRICS, MOST_WORDS, MOST_TOGETHER = 1_000, 100, 1_000
MOST_POINTS = 50_000
MOST_BULK_RUNS, MOST_BULK, MOST_THINNED = 100, 25_000, 2_500
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "inf": math.inf, "-inf": -math.inf}


@routes.post(RUNS + "/log-metric")
@needs("run")
def log_metric(asked: AskedIn) -> Response:
    """One value."""
    run_id = asked.own_run_id()
    batches.log(asked.unit, asked.workspace, run_id, Batch(points=[point_of(asked.fields)]))
    _add_to_models(asked, run_id, [asked.fields])
    return answer({})


@routes.post(RUNS + "/log-batch")
@needs("run")
def log_batch(asked: AskedIn) -> Response:
    """Metrics, params and tags, all or nothing."""
    run_id = asked.own_run_id()
    metrics = asked.objects("metrics")
    _check_fields(metrics)
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
    if not found.values and found.following is None:
        return answer({})
    token = "" if found.following is None else f',"next_page_token":{json.dumps(token_of(found.following))}'
    body = f'{{"metrics":[{",".join(_written(name, found))}]{token}}}'
    return Response(body, media_type="application/json")


@routes.get(METRICS + "/get-history-bulk")
@needs("read")
def get_history_bulk(asked: AskedIn) -> Response:
    """One metric of several runs, run by run; runs that are not there are left out."""
    run_ids, name = asked.texts("run_id"), asked.maybe("metric_key")
    _check_runs("GetMetricHistoryBulk", run_ids)
    if name is None:
        raise InvalidArgument("GetMetricHistoryBulk request must specify a metric_key.")
    limit = asked.whole("max_results")
    left = MOST_BULK if limit is None else min(max(0, limit), MOST_BULK)
    pieces: list[str] = []
    for run_id in sorted(set(run_ids)):
        if runs.find(asked.unit, asked.workspace, run_id) is not None and left > len(pieces):
            some = histories.history(asked.unit, asked.workspace, run_id, name, start=0, limit=left - len(pieces))
            pieces += _written(name, some, run_id)
    return _pieces(pieces)


@routes.get(METRICS + "/get-history-bulk-interval")
@needs("read")
def get_history_bulk_interval(asked: AskedIn) -> Response:
    """One metric of several runs between two steps, thinned evenly to as many values as are asked for."""
    run_ids, name = asked.texts("run_ids"), asked.text("metric_key")
    if not run_ids:
        raise missing("run_ids")
    _check_runs("GetMetricHistoryBulkInterval", run_ids)
    limit = asked.whole("max_results")
    if limit is not None and not 1 <= limit <= MOST_THINNED:
        raise InvalidArgument(f"max_results must be between 1 and {MOST_THINNED}.{SEE}")
    low, high = asked.whole("start_step"), asked.whole("end_step")
    if (low is None) != (high is None):
        raise InvalidArgument("If either start step or end step are specified, both must be specified.")
    if low is not None and high is not None and low > high:
        raise InvalidArgument(f"end_step must be greater than start_step. Found start_step={low} and end_step={high}.")
    pieces: list[str] = []
    for run_id in run_ids:
        some = histories.thinned(
            asked.unit, asked.workspace, run_id, name, low=low, high=high, limit=limit or MOST_THINNED
        )
        pieces += _written(name, some, run_id)
    return _pieces(pieces)


def point_of(fields: Fields) -> Point:
    """One metric of a request."""
    name = checked_key(text_of("key", fields.get("key")), "name", "Metric name")
    value, timestamp = _value_of(fields), whole_of("timestamp", fields.get("timestamp"))
    if timestamp is None:
        raise missing("timestamp")
    if not 0 <= timestamp < 1 << 50:
        raise invalid(
            "timestamp",
            timestamp,
            f"metric '{name}' (value={value}). Timestamp must be a nonnegative long (64-bit integer) of milliseconds",
        )
    return Point(name, value, timestamp, whole_of("step", fields.get("step")) or 0)


def _add_to_models(asked: Asked, run_id: str, metrics: Sequence[Fields]) -> None:
    """Metrics that were measured of a logged model are its own, too."""
    by_model: dict[str, list[dict[str, Any]]] = {}  # Any: JSON
    for one in metrics:
        if model_id := maybe_of("model_id", one.get("model_id")):
            told = {name: maybe_of(name, one.get(name)) or "" for name in ("dataset_name", "dataset_digest")}
            by_model.setdefault(model_id, []).append({**metric_out(point_of(one)), **told, "run_id": run_id})
    for model_id, some in by_model.items():
        check_within(asked.unit, asked.caller, logged_models.load(asked.unit, asked.workspace, model_id).source_run_id)
        logged_models.add_metrics(asked.unit, asked.workspace, model_id, some)


def _value_of(fields: Fields) -> float:
    value = fields.get("value")
    if type(value) is float:
        return value
    if value is None:
        raise missing("value")
    if isinstance(value, str) and (value in NOT_FINITE or NUMBER.fullmatch(value)):
        return NOT_FINITE.get(value) or float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, int) and abs(value) >> 1023):
        raise invalid("value", value)
    return float(value)


def _check_fields(metrics: Sequence[Fields]) -> None:
    for i, one in enumerate(metrics):
        for name in ("key", "value", "timestamp"):
            if one.get(name) in (None, ""):
                raise missing(f"metrics[{i}].{name}")


def _check_repeats(asked: Asked, params: dict[str, str]) -> None:
    told = [str(one.get("key")) for one in asked.objects("params")]
    if len(told) != len(params):
        twice = sorted({key for key in told if told.count(key) > 1})
        raise InvalidArgument(
            f"Duplicate parameter keys have been submitted: {str(twice)[:200]}. Please ensure the request contains "
            "only one param value per param key."
        )


def _check_runs(call: str, run_ids: Sequence[str]) -> None:
    if not run_ids:
        raise InvalidArgument(f"{call} request must specify at least one run_id.")
    if len(run_ids) > MOST_BULK_RUNS:
        told = "must specify at most" if call.endswith("Interval") else "cannot specify more than"
        raise InvalidArgument(f"{call} request {told} {MOST_BULK_RUNS} run_ids. Received {len(run_ids)} run_ids.")


def _pieces(pieces: Sequence[str]) -> Response:
    return Response(f'{{"metrics":[{",".join(pieces)}]}}', media_type="application/json")


def _written(name: str, found: History, run_id: str | None = None) -> Iterator[str]:
    """JSON by hand: a page of 25 000 values is ten times as fast so."""
    head = f'{{"key":{json.dumps(name)},"value":'
    tail = "}" if run_id is None else f',"run_id":{json.dumps(run_id)}}}'
    for value, time_ms, step in zip(found.values, found.times_ms, found.steps, strict=True):
        told = repr(value) if math.isfinite(value) else f'"{number_out(value)}"'
        yield f'{head}{told},"timestamp":{time_ms},"step":{step}{tail}'
