import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking


@pytest.fixture(scope="module")
def laid_out(tracking: Tracking) -> str:
    """Runs r0 to r5 with a metric, a param and a tag; r5 has nothing but a name."""
    experiment = tracking.experiment("searched")
    for i in range(5):
        run = tracking.client.create_run(experiment, run_name=f"r{i}", start_time=1_000 + i)
        tracking.client.log_batch(
            run.info.run_id,
            [Metric("acc", i / 10, 1, 1), Metric("val loss", float(-i), 1, 1)],
            [Param("opt", ["sgd", "Adam"][i % 2]), Param("lr", str(i))],
            [RunTag("team", f"t{i}"), RunTag("a.b", "x")],
        )
        if i < 4:
            tracking.client.set_terminated(run.info.run_id, "FINISHED" if i % 2 else "FAILED", end_time=5_000 + i)
    tracking.client.create_run(experiment, run_name="r5", start_time=1_005, tags={"mlflow.user": "ann"})
    return experiment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "012345"),
        ("metrics.acc > 0.15", "234"),
        ("metrics.acc <= 0.1", "01"),
        ("metrics.`val loss` = -3", "3"),
        ("metrics.acc != 0.2", "0134"),
        ("params.opt = 'sgd'", "024"),
        ("params.opt != 'sgd'", "13"),
        ("params.opt LIKE 'a%'", ""),
        ("params.opt ILIKE 'a%'", "13"),
        ("params.opt LIKE 'A_am'", "13"),
        ("params.opt IS NULL", "5"),
        ("tags.team IS NOT NULL", "01234"),
        ("tags.team IN ('t1', 't4')", "14"),
        ("tags.`a.b` = 'x' AND tags.team != 't0'", "1234"),
        ("status = 'FAILED'", "02"),
        ("attributes.status != 'RUNNING'", "0123"),
        ("attributes.status IN ('RUNNING', 'FAILED')", "0245"),
        ("run_name = 'r3'", "3"),
        ("attributes.run_name LIKE 'r%' AND metrics.acc > 0.3", "4"),
        ("tags.mlflow.runName = 'r5'", "5"),
        ("start_time >= 1003", "345"),
        ("end_time < 5002", "01"),
        ("attributes.created > 1004", "5"),
        ("metrics.none > 0", ""),
        ("params.lr = '0' and params.lr = '1'", ""),
    ],
)
def test_a_filter_finds(tracking: Tracking, laid_out: str, text: str, expected: str) -> None:
    found = tracking.client.search_runs([laid_out], filter_string=text)
    assert sorted(run.info.run_name[1:] for run in found) == list(expected)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], "543210"),
        (["metrics.acc ASC"], "012345"),
        (["metrics.acc DESC"], "432105"),
        (["params.opt ASC", "metrics.`val loss` ASC"], "314205"),
        (["tags.team DESC"], "432105"),
        (["attributes.start_time ASC"], "012345"),
        (["run_name DESC"], "543210"),
    ],
)
def test_an_order_is_kept(tracking: Tracking, laid_out: str, orders: list[str], expected: str) -> None:
    found = tracking.client.search_runs([laid_out], order_by=orders)
    assert "".join(run.info.run_name[1:] for run in found) == expected


def test_a_search_comes_by_the_page(tracking: Tracking, laid_out: str) -> None:
    names, token = [], None
    while True:
        page = tracking.client.search_runs([laid_out], order_by=["metrics.acc DESC"], max_results=4, page_token=token)
        names += [run.info.run_name for run in page]
        token = page.token
        if not token:
            break
    assert names == ["r4", "r3", "r2", "r1", "r0", "r5"]


def test_found_runs_carry_their_metrics_params_and_tags(tracking: Tracking, laid_out: str) -> None:
    run = tracking.client.search_runs([laid_out], filter_string="run_name = 'r3'")[0]
    assert run.data.metrics == {"acc": 0.3, "val loss": -3.0}
    assert run.data.params == {"opt": "Adam", "lr": "3"}
    assert run.data.tags["team"] == "t3"


@pytest.mark.parametrize(
    "text",
    [
        "metrics.acc > '0.5'",
        "params.opt > 'a'",
        "params.opt = 5",
        "run_x = 'a'",
        "status > 'RUNNING'",
        "start_time = 'a'",
        "dataset.name",
        "tags.team = 'a' OR tags.team = 'b'",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(tracking: Tracking, laid_out: str, text: str) -> None:
    with pytest.raises(MlflowException) as caught:
        tracking.client.search_runs([laid_out], filter_string=text)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    "fields", [{"max_results": 0}, {"max_results": 50_001}, {"page_token": "?"}, {"page_token": "e30="}]
)
def test_a_page_that_cannot_be_is_refused(tracking: Tracking, laid_out: str, fields: dict[str, object]) -> None:
    status, told = tracking.call("POST", "api/2.0/mlflow/runs/search", experiment_ids=[laid_out], **fields)
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_search_in_no_experiment_finds_nothing(tracking: Tracking) -> None:
    assert list(tracking.client.search_runs([])) == []


def test_runs_of_one_moment_come_by_id_and_those_without_a_value_last(tracking: Tracking) -> None:
    experiment = tracking.experiment("ties")
    made = sorted(tracking.client.create_run(experiment, start_time=1).info.run_id for _ in range(6))
    assert [run.info.run_id for run in tracking.client.search_runs([experiment])] == made
    first = tracking.client.search_runs([experiment], max_results=4)
    second = tracking.client.search_runs([experiment], max_results=4, page_token=first.token)
    assert [run.info.run_id for run in (*first, *second)] == made
    for run_id, value in zip(made, (None, float("nan"), 2.0, None, 1.0, float("inf")), strict=True):
        if value is not None:
            tracking.client.log_metric(run_id, "m", value)
    for order, expected in (("m ASC", (4, 2, 5, 1, 0, 3)), ("m DESC", (5, 2, 4, 1, 0, 3)), ("`m`", (4, 2, 5, 1, 0, 3))):
        found = tracking.client.search_runs([experiment], order_by=[f"metrics.{order}"])
        assert [made.index(run.info.run_id) for run in found] == list(expected), order
        pair = tracking.client.search_runs([experiment], order_by=[f"metrics.{order}"], max_results=2)
        assert [made.index(run.info.run_id) for run in pair] == list(expected[:2]), order


def test_a_search_takes_a_metric_at_its_greatest_step_also_where_steps_went_back(tracking: Tracking) -> None:
    experiment = tracking.experiment("back")
    logged = {"a": [(0, 1.0), (9, 2.0), (3, 30.0)], "b": [(0, 5.0), (1, 3.0)], "c": [(5, 1.0), (0, 9.0)]}
    for name, points in logged.items():
        run_id = tracking.client.create_run(experiment, run_name=name).info.run_id
        for step, value in points:
            tracking.client.log_metric(run_id, "m", value, step=step)
    found = tracking.client.search_runs([experiment], order_by=["metrics.m ASC"])
    assert [(run.info.run_name, run.data.metrics["m"]) for run in found] == [("c", 1.0), ("a", 2.0), ("b", 3.0)]
    (first,) = tracking.client.search_runs([experiment], order_by=["metrics.m DESC"], max_results=1)
    assert first.info.run_name == "b"
    for text, expected in (("> 2.5", "b"), ("<= 2", "ca"), ("= 30", ""), ("!= 3", "ca")):
        found = tracking.client.search_runs([experiment], f"metrics.m {text}", order_by=["metrics.m"])
        assert "".join(run.info.run_name for run in found) == expected, text
