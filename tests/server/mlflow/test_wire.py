import pytest

from tests.server.mlflow.conftest import Tracking

POST = "api/2.0/mlflow/"


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("experiments/create", {}, "Missing value for required parameter 'name'"),
        ("experiments/create", {"name": None}, "Missing value for required parameter 'name'"),
        ("experiments/create", {"name": 123}, "Invalid value 123 for parameter 'name' supplied"),
        ("experiments/create", {"name": "n", "artifact_location": 9.0}, "Invalid value 9.0 for parameter 'artifact_l"),
        ("experiments/create", {"name": "n", "tags": "5"}, "Invalid value \"5\" for parameter 'tags' supplied"),
        ("experiments/update", {"experiment_id": "0"}, "Missing value for required parameter 'new_name'"),
        ("experiments/search", {"max_results": "a"}, "Invalid value \"a\" for parameter 'max_results' supplied"),
        ("experiments/search", {"max_results": 0}, "Invalid value 0 for parameter 'max_results' supplied"),
        ("experiments/search", {"order_by": "name"}, "Invalid value \"name\" for parameter 'order_by' supplied"),
        ("experiments/search", {"page_token": 5}, "Invalid value 5 for parameter 'page_token' supplied"),
        ("experiments/search", {"page_token": "junk"}, "Invalid page token"),
        ("experiments/search", {"filter": "bad = 'x'"}, "Invalid attribute key 'bad' specified"),
        ("experiments/search", {"filter": "metrics.m > 1"}, "Invalid entity type 'metric'"),
        ("experiments/search", {"filter": "name > 'x'"}, "Invalid comparison operator '>'"),
        ("experiments/search", {"filter": "creation_time = 'x'"}, "Expected numeric value type"),
        ("experiments/search", {"filter": "name = 5"}, "Expected a quoted string value"),
        ("experiments/search", {"filter": "name = 'a' OR name = 'b'"}, "Invalid clause(s) in filter string"),
        ("experiments/search-datasets", {}, "must specify at least one experiment_id"),
        ("experiments/search-datasets", {"experiment_ids": ["a"] * 21}, "cannot specify more than 20 experiment_ids"),
        ("runs/create", {"experiment_id": 5}, "Invalid value 5 for parameter 'experiment_id' supplied"),
        ("runs/create", {"run_name": 7}, "Invalid value 7 for parameter 'run_name' supplied"),
        ("runs/create", {"start_time": "x"}, "Invalid value \"x\" for parameter 'start_time' supplied"),
        ("runs/log-metric", {"run_id": 31}, "Invalid value 31 for parameter 'run_id' supplied"),
        ("runs/log-metric", {"key": 31, "value": 1, "timestamp": 1}, "Invalid value 31 for parameter 'key' supplied"),
        ("runs/log-metric", {"key": "m", "value": 1}, "Missing value for required parameter 'timestamp'"),
        ("runs/log-metric", {"key": "m", "timestamp": 1}, "Missing value for required parameter 'value'"),
        (
            "runs/log-metric",
            {"key": "m", "value": 1, "timestamp": 1, "step": "foo"},
            "Invalid value \"foo\" for parameter 'step' supplied",
        ),
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": -1}, "Timestamp must be a nonnegative long"),
        ("runs/log-metric", {"key": "a//b", "value": 1, "timestamp": 1}, "This name would resolve to 'a/b'"),
        ("runs/log-parameter", {"key": "a$b", "value": "x"}, "Names may only contain alphanumerics"),
        ("runs/log-parameter", {"key": "p", "value": 41}, "Invalid value 41 for parameter 'value' supplied"),
        ("runs/set-tag", {"key": "k" * 251, "value": "x"}, "'key' exceeds the maximum length of 250 characters"),
        ("runs/set-tag", {"value": "x"}, "Missing value for required parameter 'key'"),
        ("runs/log-batch", {"metrics": "foo"}, "Invalid value \"foo\" for parameter 'metrics' supplied"),
        (
            "runs/log-batch",
            {"metrics": [{"key": "m", "value": 1}]},
            "Missing value for required parameter 'metrics[0].",
        ),
        ("runs/log-batch", {"params": [{"value": "x"}]}, "Missing value for required parameter 'params[0].key'"),
        ("runs/log-batch", {"params": [{"key": "p", "value": "1"}] * 2}, "Duplicate parameter keys"),
        ("runs/log-batch", {"tags": [{"key": f"t{i}"} for i in range(101)]}, "can contain at most 100 tags"),
        ("runs/outputs", {}, "Missing value for required parameter 'models'"),
        ("runs/search", {"experiment_ids": ["0"], "max_results": 123456789}, "Invalid value 123456789 for parameter"),
    ],
)
def test_a_field_that_is_missing_or_of_the_wrong_type_is_told_as_mlflow_does(
    tracking: Tracking, path: str, fields: dict[str, object], told: str
) -> None:
    run = {"run_id": tracking.client.create_run("0").info.run_id} if path.startswith("runs/") else {}
    status, answer = tracking.call("POST", POST + path, **run | fields)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert told in answer["message"]


def test_numbers_may_travel_as_text_and_a_body_may_be_encoded_twice(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    fields = {"run_id": run_id, "key": "m", "value": "1.5", "timestamp": "12", "step": "3"}
    assert tracking.call("POST", POST + "runs/log-metric", **fields) == (200, {})
    metric = tracking.client.get_metric_history(run_id, "m")[0]
    assert (metric.value, metric.timestamp, metric.step) == (1.5, 12, 3)
