import time
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from runstead.client import runs as client_runs
from runstead.client.workspaces import Workspace
from tests.server.mlflow.conftest import Tracking


def test_a_fluent_run_is_a_run_of_the_workspace(tracking: Tracking, tmp_path: Path) -> None:
    mlflow.set_tracking_uri(tracking.uri)
    mlflow.set_experiment("fluent")
    with mlflow.start_run(run_name="first", description="a note") as run:
        mlflow.log_params({"lr": 0.1, "depth": 3})
        mlflow.log_metrics({"loss": 0.5, "acc": 0.25}, step=1)
        mlflow.log_metric("loss", 0.25, step=2)
        mlflow.set_tag("team", "red")
        mlflow.log_text("hello", "notes/hello.txt")
        with mlflow.start_run(nested=True) as child:
            mlflow.log_metric("loss", 1.0)
    ours = client_runs.load_run(Workspace(tracking.server.connection(), "default"), run.info.run_id)
    assert (ours["status"], ours["display_name"], ours["description"]) == ("Completed", "first", "a note")
    assert ours["params"] == {"lr": "0.1", "depth": "3"}
    assert ours["tags"]["team"] == "red"
    assert ours["child_count"] == 1
    assert tracking.client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id
    theirs = tracking.client.get_run(run.info.run_id)
    assert theirs.data.metrics == {"loss": 0.25, "acc": 0.25}
    assert theirs.info.status == "FINISHED"
    assert theirs.info.artifact_uri.endswith(f"/{run.info.run_id}/artifacts")


def test_a_run_keeps_the_times_that_its_client_says(tracking: Tracking) -> None:
    run = tracking.client.create_run(tracking.experiment("times"), start_time=123)
    tracking.client.set_terminated(run.info.run_id, "FAILED", end_time=456)
    found = tracking.client.get_run(run.info.run_id).info
    assert (found.start_time, found.end_time, found.status) == (123, 456, "FAILED")


def test_a_run_that_ended_can_be_taken_up_again(tracking: Tracking) -> None:
    run_id = tracking.client.create_run(tracking.experiment("again")).info.run_id
    tracking.client.set_terminated(run_id)
    tracking.client.update_run(run_id, status="RUNNING")
    assert tracking.client.get_run(run_id).info.status == "RUNNING"
    tracking.client.set_terminated(run_id, "KILLED")
    assert tracking.client.get_run(run_id).info.status == "KILLED"


def test_name_note_and_tags_are_changed_and_removed(tracking: Tracking) -> None:
    run_id = tracking.client.create_run(tracking.experiment("tags"), tags={"keep": "1"}).info.run_id
    tracking.client.set_tag(run_id, "mlflow.note.content", "why")
    tracking.client.update_run(run_id, name="renamed")
    tracking.client.set_tag(run_id, "gone", "x")
    tracking.client.delete_tag(run_id, "gone")
    found = tracking.client.get_run(run_id)
    assert found.info.run_name == "renamed"
    assert found.data.tags == {"keep": "1", "mlflow.note.content": "why", "mlflow.runName": "renamed"}
    with pytest.raises(MlflowException, match="No tag with name: gone"):
        tracking.client.delete_tag(run_id, "gone")


def test_a_param_is_written_once_and_the_same_again_is_fine(tracking: Tracking) -> None:
    run_id = tracking.client.create_run(tracking.experiment("params")).info.run_id
    tracking.client.log_param(run_id, "lr", 1)
    tracking.client.log_param(run_id, "lr", 1)
    with pytest.raises(MlflowException, match="Changing param values is not allowed") as caught:
        tracking.client.log_param(run_id, "lr", 2)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_batch_with_one_wrong_param_changes_nothing(tracking: Tracking) -> None:
    run_id = tracking.client.create_run(tracking.experiment("batches")).info.run_id
    tracking.client.log_param(run_id, "lr", 1)
    with pytest.raises(MlflowException, match="Changing param"):
        tracking.client.log_batch(
            run_id, [Metric("m", 1.0, 1, 0)], [Param("new", "1"), Param("lr", "2")], [RunTag("t", "1")]
        )
    found = tracking.client.get_run(run_id).data
    assert (found.metrics, found.params, "t" in found.tags) == ({}, {"lr": "1"}, False)


def test_a_deleted_run_is_hidden_takes_nothing_and_comes_back(tracking: Tracking) -> None:
    experiment = tracking.experiment("deleting")
    run_id = tracking.client.create_run(experiment).info.run_id
    tracking.client.delete_run(run_id)
    assert tracking.client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert list(tracking.client.search_runs([experiment])) == []
    assert len(tracking.client.search_runs([experiment], run_view_type=2)) == 1
    workspace = Workspace(tracking.server.connection(), "default")
    assert run_id not in [run["run_id"] for run in client_runs.list_runs(workspace)]
    with pytest.raises(MlflowException, match="must be in the 'active' state"):
        tracking.client.log_metric(run_id, "m", 1)
    tracking.client.restore_run(run_id)
    tracking.client.log_metric(run_id, "m", 1)
    assert [run.info.run_id for run in tracking.client.search_runs([experiment])] == [run_id]


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("runs/create", {"experiment_id": "no-such"}, "RESOURCE_DOES_NOT_EXIST"),
        ("runs/update", {"run_id": "no-such", "status": "FINISHED"}, "RESOURCE_DOES_NOT_EXIST"),
        ("runs/update", {"status": "FINISHED"}, "INVALID_PARAMETER_VALUE"),
        ("runs/set-tag", {"run_id": "no-such", "key": "a", "value": "b"}, "RESOURCE_DOES_NOT_EXIST"),
        ("runs/log-parameter", {"run_id": 5, "key": "a"}, "INVALID_PARAMETER_VALUE"),
        ("runs/log-parameter", {"run_id": ["x"], "key": "a"}, "INVALID_PARAMETER_VALUE"),
        ("runs/create", {"tags": [{"key": "x" * 300, "value": ""}]}, "INVALID_PARAMETER_VALUE"),
        ("runs/create", {"tags": "x"}, "INVALID_PARAMETER_VALUE"),
        ("runs/create", {"start_time": "soon"}, "INVALID_PARAMETER_VALUE"),
        ("runs/create", {"start_time": -5}, "INVALID_PARAMETER_VALUE"),
    ],
)
def test_bad_input_is_answered_as_mlflow_does(
    tracking: Tracking, path: str, fields: dict[str, object], code: str
) -> None:
    status, told = tracking.call("POST", f"api/2.0/mlflow/{path}", **fields)
    assert (status, told["error_code"]) == (404 if code == "RESOURCE_DOES_NOT_EXIST" else 400, code)


def test_an_unknown_status_is_refused(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0", start_time=int(time.time() * 1000)).info.run_id
    status, told = tracking.call("POST", "api/2.0/mlflow/runs/update", run_id=run_id, status="PAUSED")
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_parent_that_is_no_run_stays_a_tag(tracking: Tracking) -> None:
    tags = {"mlflow.parentRunId": "7", "a": "b"}
    made = tracking.client.create_run("0", tags=tags).info.run_id
    assert tags.items() <= tracking.client.get_run(made).data.tags.items()
    assert "parentRunId" not in str(tracking.ours("GET", f"runs/{made}").get("parentRunId"))


def test_a_deleted_run_takes_nothing(tracking: Tracking) -> None:
    made = tracking.client.create_run("0", tags={"there": "1"}).info.run_id
    tracking.client.delete_run(made)
    for call, fields in (
        ("delete-tag", {"key": "there"}),
        ("delete-tag", {"key": "not there"}),
        ("set-tag", {"key": "a", "value": "b"}),
        ("log-parameter", {"key": "a", "value": "b"}),
        ("log-metric", {"key": "a", "value": 1.0, "timestamp": 1}),
        ("update", {"status": "FAILED"}),
    ):
        status, told = tracking.call("POST", f"api/2.0/mlflow/runs/{call}", run_id=made, **fields)
        assert (status, told["message"][:9]) == (400, "The run " + made[:1]), call
    assert tracking.client.get_run(made).data.tags["there"] == "1"
