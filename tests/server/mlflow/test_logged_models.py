import json
from pathlib import Path

import mlflow
import pytest
import urllib3
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, LoggedModelStatus
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking


def test_a_logged_model_of_a_run_has_its_files_in_the_run(tracking: Tracking, tmp_path: Path) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    model = tracking.client.create_logged_model(
        "0", name="model", source_run_id=run_id, tags={"k": "v"}, params={"lr": "1"}, model_type="tiny"
    )
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "MLmodel").write_text("flavors: {}")
    tracking.client.log_model_artifacts(model.model_id, str(tmp_path / "up"))
    tracking.client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    tracking.client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 3)])
    found = tracking.client.get_logged_model(model.model_id)
    assert (found.status, found.tags, found.params, found.model_type) == ("READY", {"k": "v"}, {"lr": "1"}, "tiny")
    kept = tracking.ours("GET", f"runs/{run_id}/artifacts")["artifacts"]
    assert [one["path"] for one in kept] == ["model/MLmodel"]
    assert [f.path for f in tracking.client.list_artifacts(run_id, "model")] == ["model/MLmodel"]
    made = tracking.client.get_run(run_id).outputs.model_outputs
    assert [(one.model_id, one.step) for one in made] == [(model.model_id, 3)]
    version = tracking.client.create_registered_model("from-logged") and tracking.client.create_model_version(
        "from-logged", f"models:/{model.model_id}", model_id=model.model_id
    )
    assert (version.version, version.run_id) == ("1", run_id)


def test_two_models_of_one_name_keep_their_files_apart(tracking: Tracking, tmp_path: Path) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    models = [tracking.client.create_logged_model("0", name="m", source_run_id=run_id) for _ in range(2)]
    for turn, model in enumerate(models):
        (tmp_path / "f.txt").write_text(str(turn))
        tracking.client.log_model_artifact(model.model_id, str(tmp_path / "f.txt"))
    for turn, model in enumerate(models):
        (tmp_path / str(turn)).mkdir()
        back = mlflow.artifacts.download_artifacts(f"models:/{model.model_id}", dst_path=str(tmp_path / str(turn)))
        assert (Path(back) / "f.txt").read_text() == str(turn)


def test_a_model_that_no_run_made_keeps_its_files_and_shows_no_run(tracking: Tracking, tmp_path: Path) -> None:
    experiment = tracking.experiment("runless")
    model = tracking.client.create_logged_model(experiment, name="alone")
    (tmp_path / "f.txt").write_text("x")
    tracking.client.log_model_artifact(model.model_id, str(tmp_path / "f.txt"))
    _, told = tracking.call("GET", f"api/2.0/mlflow/logged-models/{model.model_id}/artifacts/directories")
    assert told["files"] == [{"path": "f.txt", "is_dir": False, "file_size": 1}]
    assert list(tracking.client.search_runs([experiment])) == []


def test_logged_models_are_searched_by_what_is_known_of_them(tracking: Tracking) -> None:
    experiment = tracking.experiment("logged")
    run_id = tracking.client.create_run(experiment).info.run_id
    models = [tracking.client.create_logged_model(experiment, name=f"m{i}", source_run_id=run_id) for i in range(3)]
    for place, model in enumerate(models):
        tracking.client.log_metric(run_id, "acc", place / 10, model_id=model.model_id)
        tracking.client.set_logged_model_tags(model.model_id, {"place": str(place)})
    search = tracking.client.search_logged_models
    assert [m.name for m in search([experiment], filter_string="metrics.acc > 0.05")] == ["m2", "m1"]
    assert [m.name for m in search([experiment], filter_string="tags.place = '0' AND name = 'm0'")] == ["m0"]
    ordered = search([experiment], order_by=[{"field_name": "metrics.acc", "ascending": True}], max_results=2)
    assert [m.name for m in ordered] == ["m0", "m1"]
    tracking.client.delete_logged_model(models[0].model_id)
    assert [m.name for m in search([experiment])] == ["m2", "m1"]
    tracking.client.delete_logged_model_tag(models[1].model_id, "place")
    assert tracking.client.get_logged_model(models[1].model_id).tags == {}


@pytest.mark.parametrize("name", ["a/b", "../x", "a:b", "a.b", "a%2e", "x" * 300, "a\nb"])
def test_hostile_names_of_models_are_refused(tracking: Tracking, name: str) -> None:
    status, told = tracking.call("POST", "api/2.0/mlflow/logged-models", experiment_id="0", name=name)
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_datasets_and_models_that_a_run_used_are_told_and_searched(tracking: Tracking) -> None:
    experiment = tracking.experiment("inputs")
    run_id = tracking.client.create_run(experiment).info.run_id
    dataset = Dataset(name="iris", digest="abc", source_type="local", source="{}", schema="{}")
    tags = [InputTag("mlflow.data.context", "training")]
    for _ in range(2):
        tracking.client.log_inputs(run_id, [DatasetInput(dataset, tags)], [LoggedModelInput("m-1")])
    used = tracking.client.get_run(run_id).inputs
    assert [(one.dataset.name, one.tags[0].value) for one in used.dataset_inputs] == [("iris", "training")]
    assert [one.model_id for one in used.model_inputs] == ["m-1"]
    for text, expected in (
        ("dataset.name = 'iris' AND dataset.context = 'training'", [run_id]),
        ("dataset.digest LIKE 'ab%'", [run_id]),
        ("dataset.name = 'other'", []),
    ):
        assert [one.info.run_id for one in tracking.client.search_runs([experiment], text)] == expected
    _, told = tracking.call("POST", "ajax-api/2.0/mlflow/experiments/search-datasets", experiment_ids=[experiment])
    assert told["dataset_summaries"] == [
        {"experiment_id": experiment, "name": "iris", "digest": "abc", "context": "training"}
    ]


def test_an_unknown_model_is_told(tracking: Tracking) -> None:
    with pytest.raises(MlflowException, match="not found") as caught:
        tracking.client.get_logged_model("m-none")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_the_older_way_to_log_a_model_grows_a_tag(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    told = '{"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": "r"}'
    for _ in range(2):
        assert tracking.call("POST", "api/2.0/mlflow/runs/log-model", run_id=run_id, model_json=told)[0] == 200
    assert tracking.client.get_run(run_id).data.tags["mlflow.log-model.history"].count("artifact_path") == 2
    assert tracking.call("POST", "api/2.0/mlflow/runs/log-model", run_id=run_id, model_json="{")[0] == 400


def test_a_model_may_name_a_run_that_is_not_here(tracking: Tracking) -> None:
    made = tracking.client.create_logged_model("0", name="elsewhere", source_run_id="123")
    assert tracking.client.get_logged_model(made.model_id).source_run_id == "123"
    assert tracking.call("GET", "api/2.0/mlflow/runs/get", run_id=made.model_id)[0] == 200  # its files are there


def test_models_are_found_by_the_dataset_they_were_measured_on(tracking: Tracking) -> None:
    client, experiment = tracking.client, tracking.experiment("by dataset")
    run_id = client.create_run(experiment).info.run_id
    one, other = (client.create_logged_model(experiment, name=name) for name in ("one", "other"))
    client.log_metric(run_id, "acc", 0.9, dataset_name="d", dataset_digest="1", model_id=one.model_id)
    client.log_metric(run_id, "acc", 0.1, dataset_name="d", dataset_digest="2", model_id=other.model_id)

    def names(digest: str, filter_string: str | None = None) -> list[str]:
        told = [{"dataset_name": "d", "dataset_digest": digest}]
        return [m.name for m in client.search_logged_models([experiment], filter_string, datasets=told)]

    assert (names("1"), names("2"), names("3")) == (["one"], ["other"], [])
    assert (names("1", "metrics.acc > 0.5"), names("2", "metrics.acc > 0.5")) == (["one"], [])


def test_a_logged_model_knows_the_versions_that_were_made_of_it(tracking: Tracking) -> None:
    client = tracking.client
    client.create_registered_model("of-a-logged-model")
    made = client.create_logged_model("0")
    for _ in range(2):
        client.create_model_version("of-a-logged-model", made.artifact_location, model_id=made.model_id)
    told = json.loads(client.get_logged_model(made.model_id).tags["mlflow.modelVersions"])
    assert told == [{"name": "of-a-logged-model", "version": number} for number in (1, 2)]


def test_hidden_runs_that_hold_files_count_nowhere(tracking: Tracking) -> None:
    experiment = tracking.experiment("only files")
    tracking.client.create_logged_model(experiment)
    assert tracking.ours("GET", "experiments/only%20files")["run_count"] == 0
    status = urllib3.request(
        "DELETE",
        f"{tracking.server.url}/api/v1/workspaces/default/experiments/only%20files",
        headers={"Authorization": f"Bearer {tracking.server.token}"},
    ).status
    assert status == 409
