import math

import pytest
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from runstead.client import metrics as client_metrics
from runstead.client import runs as client_runs
from runstead.client.workspaces import Workspace
from runstead.domain.records import (
    NO_STEP,
    Kind,
    Opening,
    Series,
    encode_float,
    encode_opening,
    encode_series,
    head_of,
)
from runstead.domain.runs import RunDraft
from runstead.service import batches, histories, metrics, runs, verifications
from runstead.service.batches import Batch
from runstead.service.metrics import Point
from runstead.testing.servers import House
from tests.server.mlflow.conftest import Tracking


def new_run(tracking: Tracking, experiment: str) -> str:
    run_id: str = tracking.client.create_run(tracking.experiment(experiment)).info.run_id
    return run_id


def test_a_history_has_every_value_in_the_order_of_logging(tracking: Tracking) -> None:
    run_id = new_run(tracking, "history")
    for step, value in enumerate([3.0, 1.0, 2.0]):
        tracking.client.log_metric(run_id, "loss", value, timestamp=1_000 + step, step=step)
    found = tracking.client.get_metric_history(run_id, "loss")
    assert [(m.value, m.timestamp, m.step) for m in found] == [(3.0, 1000, 0), (1.0, 1001, 1), (2.0, 1002, 2)]


def test_a_long_history_comes_by_the_page(tracking: Tracking) -> None:
    run_id = new_run(tracking, "pages")
    for start in range(0, 3_000, 1_000):
        tracking.client.log_batch(run_id, [Metric("m", i / 7, i, i) for i in range(start, start + 1_000)])
    status, first = tracking.call(
        "GET", "api/2.0/mlflow/metrics/get-history", run_id=run_id, metric_key="m", max_results="1700"
    )
    token = first["next_page_token"]
    _, second = tracking.call(
        "GET",
        "api/2.0/mlflow/metrics/get-history",
        run_id=run_id,
        metric_key="m",
        max_results="1700",
        page_token=token,
    )
    assert status == 200
    assert [m["value"] for m in first["metrics"] + second["metrics"]] == [i / 7 for i in range(3_000)]
    assert "next_page_token" not in second
    assert len(tracking.client.get_metric_history(run_id, "m")) == 3_000


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324])
def test_every_double_is_kept(tracking: Tracking, value: float) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    tracking.client.log_metric(run_id, "x", value)
    found = tracking.client.get_run(run_id).data.metrics["x"]
    assert (math.isnan(found) and math.isnan(value)) or (found, math.copysign(1, found)) == (
        value,
        math.copysign(1, value),
    )
    assert len(tracking.client.get_metric_history(run_id, "x")) == 1


def test_the_newest_value_is_that_of_the_greatest_step(tracking: Tracking) -> None:
    run_id = new_run(tracking, "steps")
    for step, value in ((0, 1.0), (9, 2.0), (3, 3.0)):
        tracking.client.log_metric(run_id, "m", value, step=step)
    assert tracking.client.get_run(run_id).data.metrics == {"m": 2.0}


def test_the_same_batch_sent_twice_is_stored_once(tracking: Tracking) -> None:
    run_id = new_run(tracking, "twice")
    metrics = [Metric("m", 1.0, 5, 0), Metric("m", 2.0, 6, 1)]
    tracking.client.log_batch(run_id, metrics)
    tracking.client.log_batch(run_id, metrics)
    assert len(tracking.client.get_metric_history(run_id, "m")) == 2


def test_values_logged_by_the_sdk_and_by_mlflow_are_one_series(tracking: Tracking) -> None:
    workspace = Workspace(tracking.server.connection(), "default")
    record = client_runs.create_run(workspace, "sdk-run-1", experiment="both", kind="interactive")
    tracking.client.log_metric("sdk-run-1", "loss", 0.5, step=1)
    tracking.client.log_metric("sdk-run-1", "loss", 0.25, step=2)
    found = client_metrics.load_series(workspace, "sdk-run-1")
    assert [(one.name, one.columns[""]) for one in found] == [("loss", [0.5, 0.25])]
    assert tracking.client.get_run(record["run_id"]).info.status == "RUNNING"


@pytest.mark.parametrize("name", ["", "../x", "/abs", "a//b", "a\x00b", "tab\there", "a" * 300, "a;b", "semi'colon"])
def test_hostile_names_of_metrics_are_refused(tracking: Tracking, name: str) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    status, told = tracking.call(
        "POST", "api/2.0/mlflow/runs/log-metric", run_id=run_id, key=name, value=1.0, timestamp=1
    )
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "fields",
    [
        {"value": "much"},
        {"value": True},
        {"value": [1]},
        {},
        {"value": 1.0, "timestamp": "now"},
        {"value": 1.0, "step": 1.5},
        {"value": 1.0, "timestamp": 1 << 62},
        {"value": 10**400},
    ],
)
def test_values_that_are_none_are_refused(tracking: Tracking, fields: dict[str, object]) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    status, told = tracking.call(
        "POST", "api/2.0/mlflow/runs/log-metric", **{"run_id": run_id, "key": "m", "timestamp": 1, **fields}
    )
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_batch_over_mlflows_limits_is_refused(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    metrics = [{"key": "m", "value": 1.0, "timestamp": i, "step": i} for i in range(1_001)]
    status, told = tracking.call("POST", "api/2.0/mlflow/runs/log-batch", run_id=run_id, metrics=metrics)
    assert status == 400
    assert "at most 1000 metrics" in told["message"]


def test_histories_of_several_runs_come_thinned_between_steps(tracking: Tracking) -> None:
    run_ids = [new_run(tracking, f"bulk{i}") for i in range(2)]
    for run_id in run_ids:
        tracking.client.log_batch(run_id, [Metric("m", float(i), i, i) for i in range(100)])
    query = f"run_ids={run_ids[0]}&run_ids={run_ids[1]}&metric_key=m&start_step=10&end_step=90&max_results=5"
    _, told = tracking.call("GET", f"ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}")
    assert [(m["run_id"], m["step"]) for m in told["metrics"]] == [
        (run_id, step) for run_id in run_ids for step in (10, 27, 43, 59, 90)
    ]


def test_a_history_comes_by_time_then_step_then_value_and_by_the_page(tracking: Tracking) -> None:
    run_id = new_run(tracking, "back and forth")
    told = [(5.0, 9, 2), (4.0, 8, 5), (3.0, 7, 5), (9.0, 8, 5), (1.0, 1, 1), (2.0, 8, 5)]
    for value, time_ms, step in told:
        tracking.client.log_metric(run_id, "m", value, timestamp=time_ms, step=step)
    expected = [1.0, 3.0, 2.0, 4.0, 9.0, 5.0]
    assert [m.value for m in tracking.client.get_metric_history(run_id, "m")] == expected
    paged, fields = [], {"run_id": run_id, "metric_key": "m", "max_results": "4"}
    while fields:
        _, page = tracking.call("GET", "api/2.0/mlflow/metrics/get-history", **fields)
        paged += [m["value"] for m in page["metrics"]]
        fields = {**fields, "page_token": page["next_page_token"]} if "next_page_token" in page else {}
    assert paged == expected


def test_a_bulk_history_is_cut_in_all_and_leaves_out_unknown_runs(tracking: Tracking) -> None:
    run_ids = sorted(new_run(tracking, f"cut{i}") for i in range(2))
    for run_id in run_ids:
        tracking.client.log_batch(run_id, [Metric("m", float(i), i, i) for i in range(3)])
    query = f"run_id={run_ids[1]}&run_id=nowhere&run_id={run_ids[0]}&metric_key=m&max_results=4"
    _, told = tracking.call("GET", f"ajax-api/2.0/mlflow/metrics/get-history-bulk?{query}")
    found = [(m["run_id"], m["value"]) for m in told["metrics"]]
    assert found == [(run_ids[0], 0.0), (run_ids[0], 1.0), (run_ids[0], 2.0), (run_ids[1], 0.0)]


@pytest.mark.parametrize(
    ("call", "query", "told"),
    [
        ("get-history", "run_id={0}&metric_key=m&max_results=0", "Invalid value 0 for parameter 'max_results'"),
        ("get-history", "run_id={0}", "Missing value for required parameter 'metric_key'"),
        ("get-history-bulk", "metric_key=m", "must specify at least one run_id"),
        ("get-history-bulk", "run_id={0}", "must specify a metric_key"),
        ("get-history-bulk", "metric_key=m" + "&run_id=a" * 101, "cannot specify more than 100 run_ids"),
        ("get-history-bulk-interval", "metric_key=m", "Missing value for required parameter 'run_ids'"),
        ("get-history-bulk-interval", "metric_key=m" + "&run_ids=a" * 101, "must specify at most 100 run_ids"),
        ("get-history-bulk-interval", "run_ids={0}&metric_key=m&max_results=0", "between 1 and 2500"),
        ("get-history-bulk-interval", "run_ids={0}&metric_key=m&start_step=1&end_step=0", "end_step must be greater"),
        ("get-history-bulk-interval", "run_ids={0}&metric_key=m&start_step=1", "both must be specified"),
    ],
)
def test_a_history_that_makes_no_sense_is_refused(tracking: Tracking, call: str, query: str, told: str) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    status, answer = tracking.call("GET", f"ajax-api/2.0/mlflow/metrics/{call}?{query.format(run_id)}")
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert told in answer["message"]


def test_a_metric_that_nobody_logged_has_an_empty_history(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    assert tracking.client.get_metric_history(run_id, "none") == []
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.get_metric_history("nowhere", "none")


def test_values_of_one_millisecond_stay_in_the_order_in_which_the_sdk_logged_them(house: House) -> None:
    runs.create(house.unit, "default", RunDraft("r", "e"))
    records = [encode_opening(Opening("r", "w", "default", 1_000_000)), encode_series(1, 1, Series("m", "scalar"))]
    head = head_of(Kind.FLOAT, 1)
    records += [encode_float(head, 1_000_000 + i, NO_STEP, 5.0 - i) for i in range(5)]
    metrics.ingest(house.unit, "default", "r", "w", 0, b"".join(records))
    found = histories.history(house.unit, "default", "r", "m", start=0, limit=10)
    assert (found.values, set(found.times_ms)) == ([5.0, 4.0, 3.0, 2.0, 1.0], {1_000})


def test_what_came_without_a_journal_passes_the_stores_own_check(house: House) -> None:
    runs.create(house.unit, "default", RunDraft("r", "e"))
    for start in range(3):
        points = [Point(f"m{i % 5}", i / 3, 1_000 * start + i, i) for i in range(start, 200, 3)]
        batches.log(house.unit, "default", "r", Batch(points))
    assert [one.problems for one in verifications.verify(house.unit, ["r"])] == [[]]
    assert len(histories.history(house.unit, "default", "r", "m1", start=0, limit=1_000).values) == 40
