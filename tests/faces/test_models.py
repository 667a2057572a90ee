"""SDK v1 Model and Run.register_model."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azureml.core import Dataset, Environment, Experiment, Model, Run, ScriptRunConfig, Workspace
from azureml.core.resource_configuration import ResourceConfiguration
from azureml.exceptions import (
    ModelNotFoundException,
    ModelPathNotFoundException,
    UserErrorException,
    WebserviceException,
)


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weights" / "deep").mkdir(parents=True)
    (tmp_path / "weights" / "a.txt").write_text("a")
    (tmp_path / "weights" / "deep" / "b.txt").write_text("b")
    return tmp_path / "weights"


def a_model(workspace: Workspace, tmp_path: Path, name: str = "m", **more: object) -> Model:
    (tmp_path / "model.pkl").write_text("weights")
    return Model.register(workspace, "model.pkl", name, **more)  # type: ignore[arg-type]  # fields of several types


def test_register_prints_its_line_and_counts_versions(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = a_model(workspace, tmp_path), a_model(workspace, tmp_path, tags={"area": "fruit", "n": 3})

    assert capsys.readouterr().out == "Registering model m\n" * 2
    assert (first.name, first.version, first.id) == ("m", 1, "m:1")
    assert (second.version, second.tags, second.properties) == (2, {"area": "fruit", "n": "3"}, {})
    assert second.url.startswith("aml://asset/")
    assert datetime.now(UTC) - second.created_time < timedelta(minutes=5)
    assert (second.model_framework, second.run_id, second.run, second.experiment_name) == ("Custom", None, None, None)
    assert repr(first) == (f"Model(workspace={workspace!r}, name=m, id=m:1, version=1, tags={{}}, properties={{}})")


def test_the_constructor_finds_the_latest_or_what_is_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    for area in ("fruit", "veg"):
        a_model(workspace, tmp_path, tags={"area": area})

    assert Model(workspace, "m").version == 2
    assert Model(workspace, name="m", version=1).tags == {"area": "fruit"}
    assert Model(workspace, id="m:1").version == 1
    assert Model(workspace, "m", tags=[["area", "fruit"]]).version == 1
    assert {name: one.version for name, one in workspace.models.items()} == {"m": 2}
    assert [one.id for one in Model.list(workspace)] == ["m:2", "m:1"]
    assert [one.id for one in Model.list(workspace, latest=True, tags=["area"])] == ["m:2"]


def test_an_unknown_model_is_azures_exception(workspace: Workspace) -> None:
    with pytest.raises(WebserviceException, match=r"ModelNotFound: Model with name nobody.* not found in provided"):
        Model(workspace, "nobody")


def test_a_path_that_is_not_there_is_azures_exception(workspace: Workspace) -> None:
    with pytest.raises(WebserviceException, match='provided model path "nowhere" cannot be found'):
        Model.register(workspace, "nowhere", "m")


def test_download_of_a_file_and_of_a_folder(workspace: Workspace, tmp_path: Path, folder: Path) -> None:
    single = a_model(workspace, tmp_path)
    whole = Model.register(workspace, str(folder), "folder")
    part = Model.register(workspace, "weights", "part", child_paths=["deep/b.txt"])
    to = tmp_path / "to"

    assert Path(single.download(str(to))).read_text() == "weights"
    assert whole.download(str(to)) == str(to / "weights")
    assert (to / "weights" / "deep" / "b.txt").read_text() == "b"
    with pytest.raises(WebserviceException, match="exist_ok"):
        whole.download(str(to))
    assert whole.download(str(to), exist_ok=True) == str(to / "weights")
    assert [str(one.relative_to(to)) for one in Path(part.download(str(to / "part"))).rglob("*.txt")] == [
        "part/weights/deep/b.txt"
    ]


def test_a_large_model_is_sent_once(workspace: Workspace, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000  # 10 MB: more than one piece and one batch
    (tmp_path / "large.bin").write_bytes(content)
    Model.register(workspace, "large.bin", "large")
    again = Model.register(workspace, "large.bin", "large")

    assert Path(again.download("to")).read_bytes() == content
    assert again.version == 2


def test_tags_and_properties_change_in_place(workspace: Workspace, tmp_path: Path) -> None:
    model = a_model(workspace, tmp_path, tags={"a": "1"}, properties={"author": "x"})

    model.add_tags({"b": "2"})
    assert model.tags == Model(workspace, "m").tags == {"a": "1", "b": "2"}
    model.remove_tags(["a"])
    model.update_tags_properties(add_tags={"c": "3"}, remove_tags=["b"], add_properties={"more": "y"})
    assert (model.tags, model.properties) == ({"c": "3"}, {"author": "x", "more": "y"})
    model.update(tags={"only": "this"}, description="good", resource_configuration=ResourceConfiguration(1, 0.5))
    assert (model.tags, model.description) == ({"only": "this"}, "good")
    resource = Model(workspace, "m").resource_configuration
    assert resource is not None
    assert resource.serialize() == {"cpu": 1, "memoryInGB": 0.5, "gpu": None}
    with pytest.raises(WebserviceException, match="written once"):
        model.add_properties({"author": "somebody else"})


def test_a_deleted_model_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    a_model(workspace, tmp_path).delete()
    with pytest.raises(WebserviceException, match="ModelNotFound"):
        Model(workspace, "m")


def test_serialize_and_back(workspace: Workspace, tmp_path: Path) -> None:
    model = a_model(workspace, tmp_path)
    assert Model.deserialize(workspace, model.serialize()).id == model.id


def test_a_run_registers_what_it_uploaded(run: Run, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.pkl").write_text("weights")
    run.upload_file("outputs/x.pkl", "x.pkl")

    model = run.register_model(
        "m", "outputs/x.pkl", tags={"area": "fruit"}, model_framework=Model.Framework.SCIKITLEARN, description="d"
    )

    assert (model.version, model.tags, model.model_framework) == (1, {"area": "fruit"}, "ScikitLearn")
    assert (model.run_id, model.experiment_name) == (run.id, "an-experiment")
    assert model.run is not None
    assert model.run.id == run.id
    assert Path(model.download("to")) == Path("to/x.pkl")


def test_a_run_cannot_register_what_it_does_not_have(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.pkl").write_text("weights")
    run.upload_file("outputs/x.pkl", "x.pkl")
    with pytest.raises(ModelPathNotFoundException, match=r"outputs/y\.pkl .*outputs/x\.pkl"):
        run.register_model("m", "outputs/y.pkl")


def test_a_path_on_a_laptop_is_a_download_or_a_file_of_that_name(workspace: Workspace, tmp_path: Path) -> None:
    model = a_model(workspace, tmp_path)
    assert Model.get_model_path("model.pkl") == "model.pkl"
    with pytest.raises(ModelNotFoundException, match="azureml-models"):
        Model.get_model_path("m")

    fetched = Model.get_model_path("m", _workspace=workspace)

    assert fetched == "azureml-models/m/1/model.pkl"
    assert Model.get_model_path("m") == Model.get_model_path("m", version=model.version) == fetched


def test_a_job_registers_and_finds_models(workspace: Workspace, experiment: Experiment, tmp_path: Path) -> None:
    """Slow: runs a job."""
    (tmp_path / "model.pkl").write_text("old")
    Model.register(workspace, "model.pkl", "given")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(
        "from pathlib import Path\n"
        "from azureml.core import Run\n"
        "from azureml.core.model import Model\n"
        "run = Run.get_context()\n"
        "print('PATH', Model.get_model_path('given'), Path(Model.get_model_path('given')).read_text())\n"
        "Path('new.txt').write_text('new')\n"
        "run.upload_file('outputs/new.txt', 'new.txt')\n"
        "print('MADE', run.register_model('made', 'outputs/new.txt').id)\n"
        "print('ALSO', Model.register(run.experiment.workspace, 'new.txt', 'also').run_id == run.id)\n"
    )
    environment = Environment("here")
    environment.python.user_managed_dependencies = True

    job = experiment.submit(ScriptRunConfig("src", "train.py", environment=environment))
    job.wait_for_completion()

    log = job.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    assert "PATH azureml-models/given/1/model.pkl old" in log
    assert "MADE made:1" in log
    assert "ALSO True" in log


def test_what_comes_later_says_so(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match=r"Model\.deploy is not in this version"):
        Model.deploy(workspace, "svc", [])


def test_a_model_knows_the_datasets_it_was_made_of(run: Run, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    run.upload_file("x.csv", "x.csv")
    store = workspace.get_default_datastore()
    store.upload_files(["x.csv"], show_progress=False)
    data = Dataset.Tabular.from_delimited_files((store, "x.csv")).register(workspace, "rows")

    model = run.register_model("m", "x.csv", datasets=[(Dataset.Scenario.TRAINING, data)], sample_input_dataset=data)

    assert [one.id for one in model.datasets["training"]] == [data.id]
    assert model.sample_input_dataset == data.id
    assert [one.id for one in Model.list(workspace, dataset_id=data.id)] == ["m:1"]
