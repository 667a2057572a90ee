"""Stock MLflow and the SDK in one process and in one job: the same runs."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

import mlflow
import pytest

from azureml.core import Experiment, Model, Run, ScriptRunConfig, Workspace
from runstead.client.config import MLFLOW_OWN
from runstead.client.credentials import Credentials
from runstead.testing.servers import RealServer


@dataclass
class Outgoing:
    """As much of a request as a plugin sees."""

    url: str
    headers: MutableMapping[str, str] = field(default_factory=dict)


@pytest.fixture
def uri(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in MLFLOW_OWN:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "")  # so that what the SDK sets is taken back
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = mlflow.get_tracking_uri()
    address = workspace.get_mlflow_tracking_uri()
    mlflow.set_tracking_uri(address)
    yield address
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.set_tracking_uri(before)


def test_the_tracking_uri_is_plain_and_needs_nothing_else(workspace: Workspace, at_home: RealServer, uri: str) -> None:
    assert uri == f"{at_home.url}/mlflow/{workspace.name}"
    assert at_home.token not in uri
    mlflow.set_experiment("through-mlflow")
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.5)
    assert workspace.get_run(run.info.run_id).get_metrics() == {"loss": 0.5}


def test_an_experiment_and_a_run_of_the_sdk_are_those_of_mlflow(experiment: Experiment, uri: str) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.log("loss", 0.5)
    run.log("loss", 0.25)
    run.flush()
    mlflow.set_experiment(experiment.name)
    with mlflow.start_run(run_id=run.id):
        mlflow.log_metric("acc", 0.75)
        mlflow.log_param("lr", 0.1)
        mlflow.set_tag("by", "mlflow")
        mlflow.log_text("hello", "notes.txt")
    run.complete()
    (found,) = mlflow.search_runs(output_format="list", filter_string="metrics.loss < 0.3 and params.lr = '0.1'")
    assert (found.info.run_id, found.data.metrics) == (run.id, {"loss": 0.25, "acc": 0.75})
    again = Run(experiment, run.id)
    assert again.get_metrics() == {"loss": [0.5, 0.25], "acc": 0.75}
    assert again.get_details()["parameters"] == {"lr": "0.1"}
    assert again.get_tags()["by"] == "mlflow"
    assert again.get_file_names() == ["notes.txt"]
    assert mlflow.MlflowClient().get_metric_history(run.id, "loss")[0].value == 0.5


def test_the_recipe_of_lightnings_logger_logs_to_the_sdks_run(experiment: Experiment, uri: str) -> None:
    """What its MLFlowLogger does with an experiment's name and a run's id; the real one is tried in a slow test."""
    run = experiment.start_logging(snapshot_directory=None)
    client = mlflow.MlflowClient(uri)
    found = client.get_experiment_by_name(experiment.name)
    assert found is not None
    assert found.lifecycle_stage == "active"
    client.log_batch(run_id=run.id, metrics=[mlflow.entities.Metric("train_loss", 1.5, 1_000, 7)])
    client.log_param(run.id, "batch_size", 32)
    client.set_terminated(run.id, "FINISHED")
    run.complete()
    assert run.get_metrics() == {"train_loss": 1.5}
    assert run.get_status() == "Completed"


def test_plain_mlflow_calls_in_a_job_land_in_the_jobs_run_and_do_not_end_it(
    experiment: Experiment, tmp_path: Path
) -> None:
    script = """
        import mlflow
        from azureml.core import Run

        mlflow.log_metric("loss", 0.5)
        mlflow.log_param("lr", 1)
        mlflow.end_run()
        run = Run.get_context()
        print("status:", mlflow.MlflowClient().get_run(run.id).info.status)
        run.log("after", 1)
        with mlflow.start_run() as second:
            mlflow.log_metric("loss", 2.0)
        print("second:", second.info.run_id)
    """
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(textwrap.dedent(script))
    run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py"))
    run.wait_for_completion(raise_on_error=False)
    run.get_all_logs(destination=str(tmp_path / "logs"))
    told = "".join(path.read_text() for path in (tmp_path / "logs").rglob("70_driver_log.txt"))
    assert "status: RUNNING" in told, told
    assert run.get_metrics() == {"loss": 0.5, "after": 1}
    assert run.get_details()["parameters"] == {"lr": "1"}
    assert run.get_status() == "Completed"
    (child,) = run.get_children()
    assert child.get_metrics() == {"loss": 2.0}


def test_the_token_is_shown_to_no_other_server(at_home: RealServer) -> None:
    ours = Credentials()(Outgoing(f"{at_home.url}/mlflow/default/version"))
    assert ours.headers == {"Authorization": f"Bearer {at_home.token}"}
    for url in (
        "http://mlflow.example.com/mlflow/default",
        f"{at_home.url}.example.com/mlflow/x",
        f"{at_home.url}/studio",
    ):
        assert Credentials()(Outgoing(url)).headers == {}


def test_without_a_token_mlflow_is_told_what_is_missing(workspace: Workspace, uri: str) -> None:
    code = f"import mlflow; mlflow.MlflowClient({uri!r}).search_experiments()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "HOME": "/nowhere", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "UNAUTHENTICATED" in done.stderr


def test_tags_and_files_are_the_same_from_both_sides(experiment: Experiment, uri: str, tmp_path: Path) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    client = mlflow.MlflowClient(uri)
    run.tag("by", "sdk")
    client.set_tag(run.id, "also", "mlflow")
    (tmp_path / "mine.txt").write_text("from the SDK")
    run.upload_file("folder/mine.txt", str(tmp_path / "mine.txt"))
    client.log_text(run.id, "from MLflow", "folder/theirs.txt")
    tags = client.get_run(run.id).data.tags
    assert (tags["by"], tags["also"]) == ("sdk", "mlflow")
    assert run.get_tags() == {"by": "sdk", "also": "mlflow"}
    assert [one.path for one in client.list_artifacts(run.id, "folder")] == ["folder/mine.txt", "folder/theirs.txt"]
    assert run.get_file_names() == ["folder/mine.txt", "folder/theirs.txt"]
    assert mlflow.artifacts.load_text(f"runs:/{run.id}/folder/mine.txt") == "from the SDK"
    run.download_file("folder/theirs.txt", str(tmp_path / "theirs.txt"))
    assert (tmp_path / "theirs.txt").read_text() == "from MLflow"
    client.delete_tag(run.id, "by")
    run.complete()
    assert Run(experiment, run.id).get_tags() == {"also": "mlflow"}


def test_two_workspaces_share_nothing(workspace: Workspace, at_home: RealServer, uri: str) -> None:
    mine = mlflow.MlflowClient(uri)
    theirs = mlflow.MlflowClient(f"{at_home.url}/mlflow/{workspace.name}-other", f"{at_home.url}/mlflow/other-models")
    run = mine.create_run(mine.create_experiment("same-name"))
    mine.log_text(run.info.run_id, "secret", "f.txt")
    mine.create_registered_model("net")
    assert theirs.get_experiment_by_name("same-name") is None
    assert [one.name for one in theirs.search_experiments()] == ["Default"]
    assert theirs.search_registered_models() == []
    for ask in (theirs.get_run, theirs.get_experiment, theirs.list_artifacts, theirs.delete_run):
        with pytest.raises(mlflow.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
            ask(run.info.experiment_id if ask == theirs.get_experiment else run.info.run_id)
    with pytest.raises(mlflow.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        theirs.log_metric(run.info.run_id, "loss", 1.0)
    assert mine.get_run(run.info.run_id).data.metrics == {}


@pytest.mark.parametrize("name", ["/team/first try", "a/b?c=d&e#f", "größe 100%"])
def test_an_experiment_with_any_name_of_mlflows_is_used_through_the_sdk(
    workspace: Workspace, uri: str, name: str
) -> None:
    made = mlflow.MlflowClient(uri).create_experiment(name)
    experiment = Experiment(workspace, name)
    assert (experiment.id, workspace.experiments[name].id) == (made, made)
    run = experiment.start_logging(snapshot_directory=None)
    run.complete()
    assert [one.id for one in experiment.get_runs()] == [run.id]
    experiment.set_tags({"k": "v"})
    assert mlflow.MlflowClient(uri).get_experiment(made).tags == {"k": "v"}
    experiment.archive()
    assert name not in workspace.experiments
    experiment.reactivate()
    assert name in workspace.experiments


def test_a_model_with_any_name_of_mlflows_is_used_through_the_sdk(
    workspace: Workspace, uri: str, tmp_path: Path
) -> None:
    client = mlflow.MlflowClient(uri)
    run = client.create_run("0")
    client.log_text(run.info.run_id, "weights", "model/w.txt")
    client.create_registered_model("My model no, 100%")
    client.create_model_version("My model no, 100%", f"runs:/{run.info.run_id}/model", run.info.run_id)
    model = Model(workspace, name="My model no, 100%")
    assert (model.version, model.id) == (1, "My model no, 100%:1")
    assert Model(workspace, id=model.id).name in [one.name for one in Model.list(workspace)]
    model.add_tags({"k": "v"})
    assert client.get_model_version(model.name, "1").tags == {"k": "v"}
    assert (Path(model.download(target_dir=str(tmp_path))) / "w.txt").read_text() == "weights"
