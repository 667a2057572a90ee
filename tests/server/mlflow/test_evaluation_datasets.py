import json
from typing import Any

import pytest
from mlflow.entities import EvaluationDataset
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking

V3 = "api/3.0/mlflow/datasets"
QUESTIONS: list[dict[str, Any]] = [
    {"inputs": {"q": "what"}, "expectations": {"a": "this"}, "tags": {"mlflow.user": "ann", "level": "low"}},
    {"inputs": {"q": "why", "n": 1}, "outputs": {"a": [1.5, None]}},
]


def made(tracking: Tracking, name: str, **more: object) -> EvaluationDataset:
    one: EvaluationDataset = tracking.client.create_dataset(name=name, **more)
    return one


def test_the_stock_clients_dataset_comes_back_with_its_records(tracking: Tracking) -> None:
    one = made(tracking, "questions", experiment_id="0", tags={"team": "a", "mlflow.user": "ann"})
    assert (one.name, one.experiment_ids, one.tags["team"], one.created_by) == ("questions", ["0"], "a", "ann")
    one.merge_records(QUESTIONS)
    again = tracking.client.get_dataset(one.dataset_id)
    assert [record.inputs for record in again.records] == [{"q": "what"}, {"q": "why", "n": 1}]
    assert (again.records[1].outputs, again.records[0].created_by) == ({"a": [1.5, None]}, "ann")
    assert json.loads(again.profile) == {"num_records": 2}
    assert json.loads(again.schema)["inputs"] == {"q": "string", "n": "integer"}
    one.merge_records([{"inputs": {"q": "what"}, "expectations": {"b": 2}, "tags": {"level": "high"}}])
    (first, second) = tracking.client.get_dataset(one.dataset_id).records
    assert (first.expectations, first.tags["level"]) == ({"a": "this", "b": 2}, "high")
    assert first.dataset_record_id == again.records[0].dataset_record_id
    assert tracking.client.get_dataset(one.dataset_id).delete_records([second.dataset_record_id]) == 1
    assert len(tracking.client.get_dataset(one.dataset_id).records) == 1
    tracking.client.delete_dataset(one.dataset_id)
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.get_dataset(one.dataset_id)


def test_records_told_twice_in_one_call_are_one_and_come_by_the_page(tracking: Tracking) -> None:
    one = made(tracking, "pages")
    told = [{"inputs": {"q": i % 3}, "tags": {"n": str(i)}} for i in range(5)]
    path = f"{V3}/{one.dataset_id}/records"
    status, answer = tracking.call("POST", path, records=json.dumps(told))
    assert (status, answer) == (200, {"inserted_count": 3, "updated_count": 2})
    _, page = tracking.call("GET", path, max_results=2)
    _, rest = tracking.call("GET", path, max_results=2, page_token=page["next_page_token"])
    records = [*json.loads(page["records"]), *json.loads(rest["records"])]
    assert [(record["inputs"]["q"], record["tags"]["n"]) for record in records] == [(0, "3"), (1, "4"), (2, "2")]
    assert "next_page_token" not in rest


def test_datasets_are_found_by_experiment_tag_and_name(tracking: Tracking) -> None:
    first, second = (tracking.experiment(f"asked {i}") for i in range(2))
    made(tracking, "find b", experiment_id=[first, second], tags={"team": "x"})
    made(tracking, "find a", experiment_id=second, tags={"team": "y"})

    def found(**asked: object) -> list[str]:
        return [one.name for one in tracking.client.search_datasets(**asked) if one.name.startswith("find")]

    assert found() == ["find a", "find b"]  # the newest first
    assert found(experiment_ids=first) == found(experiment_ids=[first]) == ["find b"]
    assert found(order_by=["name DESC"], filter_string="name LIKE 'find%'") == ["find b", "find a"]
    assert found(filter_string="tags.team = 'y' AND created_time > 0") == ["find a"]
    with pytest.raises(MlflowException, match="Invalid"):
        found(filter_string="colour = 'red'")


def test_tags_and_experiments_are_added_and_taken_away(tracking: Tracking) -> None:
    more = tracking.experiment("more")
    one = made(tracking, "moving", experiment_id="0", tags={"a": "1", "b": "2"})
    tracking.client.set_dataset_tags(one.dataset_id, {"b": "3"})
    tracking.client.delete_dataset_tag(one.dataset_id, "a")
    assert tracking.client.get_dataset(one.dataset_id).tags == {"b": "3", "mlflow.user": one.created_by}
    assert tracking.client.add_dataset_to_experiments(one.dataset_id, [more]).experiment_ids == ["0", more]
    assert tracking.client.remove_dataset_from_experiments(one.dataset_id, ["0"]).experiment_ids == [more]
    _, answer = tracking.call("GET", f"{V3}/{one.dataset_id}/experiment-ids")
    assert answer == {"experiment_ids": [more]}
    with pytest.raises(MlflowException, match="No Experiment"):
        tracking.client.add_dataset_to_experiments(one.dataset_id, ["no-such"])


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "create", {}),
        ("POST", "create", {"name": "x", "tags": "[1]"}),
        ("POST", "create", {"name": "x" * 300}),
        ("POST", "{id}/records", {"records": "{"}),
        ("POST", "{id}/records", {"records": '{"inputs": {}}'}),
        ("POST", "{id}/records", {"records": "[3]"}),
        ("POST", "{id}/records", {"records": '[{"inputs": 3}]'}),
        ("POST", "{id}/records", {"records": "[" * 200 + "]" * 200}),
        ("PATCH", "{id}/tags", {"tags": '{"a": 1}'}),
    ],
)
def test_what_is_no_dataset_is_refused(tracking: Tracking, method: str, path: str, fields: dict[str, str]) -> None:
    one = made(tracking, "kept").dataset_id
    assert tracking.call(method, f"{V3}/{path.format(id=one)}", **fields)[0] == 400


def test_datasets_and_scorers_are_for_the_owner_to_change_and_stay_in_their_workspace(tracking: Tracking) -> None:
    one = made(tracking, "mine").dataset_id
    token = tracking.token_of(tracking.client.create_run("0").info.run_id)
    assert tracking.call_as(token, "GET", f"{V3}/{one}")[0] == 200
    assert tracking.call_as(token, "DELETE", f"{V3}/{one}")[0] == 403
    assert tracking.call_as(token, "POST", f"{V3}/{one}/records", records="[]")[0] == 403
    scorer = {"experiment_id": "0", "name": "s", "serialized_scorer": "{}"}
    assert tracking.call_as(token, "POST", "api/3.0/mlflow/scorers/register", **scorer)[0] == 403
    assert tracking.call("GET", f"../other/{V3}/{one}")[0] == 404
