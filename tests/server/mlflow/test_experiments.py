import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking


def test_an_experiment_is_found_by_id_and_by_name(tracking: Tracking) -> None:
    made = tracking.client.create_experiment("My experiment / 1", tags={"k": "v"})
    by_name = tracking.client.get_experiment_by_name("My experiment / 1")
    assert by_name.experiment_id == tracking.client.get_experiment(made).experiment_id == made
    assert (by_name.tags, by_name.lifecycle_stage) == ({"k": "v"}, "active")
    assert by_name.artifact_location == f"mlflow-artifacts:/{made}"


def test_experiment_0_is_there_in_each_workspace_and_a_new_one_is_made_on_first_use(tracking: Tracking) -> None:
    other = MlflowClient(tracking_uri=f"{tracking.server.url}/mlflow/other-team")
    assert other.get_experiment("0").name == "Default"
    run_id = other.create_run("0").info.run_id
    assert [run.info.run_id for run in other.search_runs(["0"])] == [run_id]
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.get_run(run_id)


def test_a_name_that_is_taken_is_refused(tracking: Tracking) -> None:
    made = tracking.experiment("taken")
    for _ in range(2):
        with pytest.raises(MlflowException, match="already exists") as caught:
            tracking.client.create_experiment("taken")
        assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
        if tracking.client.get_experiment(made).lifecycle_stage == "active":
            tracking.client.delete_experiment(made)


def test_a_deleted_experiment_is_hidden_with_its_runs_and_comes_back_with_them(tracking: Tracking) -> None:
    made = tracking.experiment("going")
    run_id = tracking.client.create_run(made).info.run_id
    tracking.client.delete_experiment(made)
    assert tracking.client.get_experiment(made).lifecycle_stage == "deleted"
    assert made not in [e.experiment_id for e in tracking.client.search_experiments()]
    assert made in [e.experiment_id for e in tracking.client.search_experiments(view_type=2)]
    assert tracking.client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(MlflowException, match="'active' state"):
        tracking.client.create_run(made)
    tracking.client.restore_experiment(made)
    assert tracking.client.get_run(run_id).info.lifecycle_stage == "active"


def test_an_experiment_is_renamed_and_tagged(tracking: Tracking) -> None:
    made = tracking.experiment("before")
    tracking.client.rename_experiment(made, "after")
    tracking.client.set_experiment_tag(made, "k", "v")
    tracking.client.set_experiment_tag(made, "gone", "v")
    tracking.client.delete_experiment_tag(made, "gone")
    found = tracking.client.get_experiment_by_name("after")
    assert (found.experiment_id, found.tags) == (made, {"k": "v"})
    assert tracking.client.get_experiment_by_name("before") is None


def test_experiments_are_searched_sorted_and_paged(tracking: Tracking) -> None:
    for name in ("find-b", "find-a", "find-c"):
        made = tracking.experiment(name)
        tracking.client.set_experiment_tag(made, "find", name[-1])
    names = [
        e.name for e in tracking.client.search_experiments(filter_string="name LIKE 'find%'", order_by=["name DESC"])
    ]
    assert names == ["find-c", "find-b", "find-a"]
    assert [e.name for e in tracking.client.search_experiments(filter_string="tags.find = 'a'")] == ["find-a"]
    first = tracking.client.search_experiments(filter_string="name ILIKE 'FIND%'", order_by=["name"], max_results=2)
    second = tracking.client.search_experiments(
        filter_string="name ILIKE 'FIND%'", order_by=["name"], max_results=2, page_token=first.token
    )
    assert [e.name for e in [*first, *second]] == ["find-a", "find-b", "find-c"]
    assert second.token is None


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x00b", "x" * 600, "\x1b[31mred"])
def test_hostile_names_are_refused(tracking: Tracking, name: str) -> None:
    status, told = tracking.call("POST", "api/2.0/mlflow/experiments/create", name=name)
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "location",
    [
        "http:///?/../../../etc",
        "http://x/#/../../etc",
        "http://x/;/../../etc",
        "mlflow-artifacts:/../../x",
        "file:///x/%2e%2e/etc",
        "..\\..\\windows",
        "runs:/r/path",
        "x" * 2_049,
    ],
)
def test_a_place_for_artifacts_that_could_lead_out_of_a_folder_is_refused(tracking: Tracking, location: str) -> None:
    """CVE-2023-6909, CVE-2024-1593, -1594, -2928, -3573, -3848."""
    with pytest.raises(MlflowException) as caught:
        tracking.client.create_experiment(f"at {location[:5]}", artifact_location=location)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("location", ["my_location", "/etc", "file:///etc", "s3://bucket/x", "http://host/x"])
def test_a_place_for_artifacts_is_told_back_and_they_are_kept_here(tracking: Tracking, location: str) -> None:
    made = tracking.client.create_experiment(f"in {location}", artifact_location=location, tags={"a": "b"})
    there = tracking.client.get_experiment(made)
    assert (there.artifact_location, there.tags) == (location, {"a": "b"})
    run = tracking.client.create_run(made)
    assert run.info.artifact_uri == f"mlflow-artifacts:/{made}/{run.info.run_id}/artifacts"
    tracking.client.log_text(run.info.run_id, "hello", "x.txt")
    assert [one.path for one in tracking.client.list_artifacts(run.info.run_id)] == ["x.txt"]


def test_an_unknown_experiment_is_told(tracking: Tracking) -> None:
    with pytest.raises(MlflowException, match="No Experiment with id=12345 exists") as caught:
        tracking.client.get_experiment("12345")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
