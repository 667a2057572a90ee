"""The traps of SDK v1: where the obvious implementation is wrong. One test each, by number.

Traps of later parts (pipelines, computes, sweeps) say "not yet" by name until they come. Add yours in the order of
their numbers.
"""

import functools
import inspect
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from azureml.core import Dataset, Environment, Experiment, Run, RunConfiguration, ScriptRun, ScriptRunConfig, Workspace
from azureml.core.runconfig import DockerConfiguration
from azureml.exceptions import ServiceException, UserErrorException
from runstead.domain.containers import container_of
from runstead.testing.servers import RealServer, run_quietly, wait_until


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


def submitted(experiment: Experiment, code: str, *arguments: object, **more: object) -> ScriptRun:
    """A job of this script, which is in a folder of its own."""
    Path("src").mkdir()
    Path("src", "train.py").write_text(f"from azureml.core import Run\nrun = Run.get_context()\n{code}\n")
    environment = Environment("here")
    environment.python.user_managed_dependencies = True
    config = ScriptRunConfig("src", "train.py", arguments=list(arguments), environment=environment)
    found = experiment.submit(config, None, **more)
    assert isinstance(found, ScriptRun)
    return found


def log_of(run: Run) -> str:
    text: str = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    return text


def not_yet(module: str, name: str, *arguments: object) -> None:
    """The class imports, and using it says by its name that it is to come. name: of a class or of its method."""
    first, *rest = name.split(".")
    thing = getattr(import_module(module), first)
    with pytest.raises(UserErrorException, match=f"{first}.*not in this version"):
        functools.reduce(getattr, rest, thing)(*arguments)


def test_trap_1_one_value_is_a_scalar_and_several_are_a_list(run: Run) -> None:
    run.log("once", 1)
    for value in (1, 2):
        run.log("twice", value)
    run.log_row("row", x=1, y=0.4)
    run.log_table("table", {"x": [1], "y": [2]})

    expected = {"once": 1, "twice": [1, 2], "row": {"x": 1, "y": 0.4}, "table": {"x": 1, "y": 2}}
    assert run.get_metrics() == expected


def test_trap_2_log_list_takes_generators_and_log_refuses_lists(run: Run) -> None:
    run.log_list("squares", (number**2 for number in range(4)))
    with pytest.raises(UserErrorException, match="log_list"):
        run.log("list", [1, 2])

    assert run.get_metrics() == {"squares": [0, 1, 4, 9]}


def test_trap_3_a_script_run_that_ended_well_is_completed(experiment: Experiment) -> None:
    """Slow: runs a job."""
    run = submitted(experiment, "")
    run.wait_for_completion()

    assert run.get_status() == run.get_details()["status"] == "Completed"
    not_yet("azureml.pipeline.core", "PipelineRun", experiment, "id")
    not_yet("azureml.train.hyperdrive", "HyperDriveRun", experiment, "id")


def test_trap_4_in_a_job_the_experiments_name_is_the_project_name(experiment: Experiment) -> None:
    """Slow: runs a job."""
    run = submitted(
        experiment,
        "import os\n"
        "print('PROJECT', os.environ['AZUREML_ARM_PROJECT_NAME'], 'AZUREML_EXPERIMENT_NAME' in os.environ)\n"
        "print('EXPERIMENT', run.experiment.name)",
    )
    run.wait_for_completion()

    assert "PROJECT an-experiment False" in log_of(run)
    assert "EXPERIMENT an-experiment" in log_of(run)


def test_trap_5_show_output_at_submit_is_refused_as_in_azure_and_nothing_is_submitted(experiment: Experiment) -> None:
    with pytest.raises(TypeError, match="show_output"):
        submitted(experiment, "", show_output=True)
    assert list(experiment.get_runs()) == []


def test_trap_6_submit_returns_before_the_script_ends_and_cancel_and_fail_work_at_once(experiment: Experiment) -> None:
    """Slow: runs two jobs."""
    run = submitted(experiment, "import time\ntime.sleep(60)")
    assert run.get_status() not in ("Completed", "Failed", "Canceled")
    run.cancel()
    wait_until(lambda: run.get_status() == "Canceled", what="the run is cancelled")

    Path("src", "train.py").write_text("import time\ntime.sleep(2)\n")
    again = experiment.submit(ScriptRunConfig("src", "train.py", environment=run.get_environment()))
    again.fail("it was a mistake", "Mistake")
    assert again.get_status() == "Failed"
    assert again.get_details()["error"]["error"]["code"] == "Mistake"


def test_trap_7_complete_in_a_submitted_script_does_not_complete_the_run(experiment: Experiment) -> None:
    """Slow: runs a job."""
    run = submitted(experiment, "run.log('a', 1)\nrun.complete()\nprint('STATUS', run.get_status())\nrun.log('a', 2)")
    run.wait_for_completion()

    assert "STATUS Running" in log_of(run)
    assert run.get_metrics() == {"a": [1, 2]}


def test_trap_8_start_logging_makes_outputs(experiment: Experiment, tmp_path: Path) -> None:
    experiment.start_logging(snapshot_directory=None)
    assert (tmp_path / "outputs").is_dir()


def test_trap_9_a_mounted_one_file_dataset_is_a_file_and_a_direct_argument_is_an_id(
    experiment: Experiment, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "data" / name).write_text(name)
    store = experiment.workspace.get_default_datastore()
    store.upload(str(tmp_path / "data"), "trap9", show_progress=False)
    one, all_of_it = (Dataset.File.from_files((store, path)) for path in ("trap9/a.txt", "trap9"))
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(
        "import os, sys\nprint('>', open(sys.argv[1]).read(), sorted(os.listdir(sys.argv[2])), sys.argv[3], sep='|')\n"
    )

    arguments = [one.as_mount(), all_of_it.as_mount(), one.as_named_input("direct")]
    run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py", arguments))
    run.wait_for_completion()

    log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    assert f">|a.txt|['a.txt', 'b.txt']|{one.id}\n" in log


def test_trap_10_pipeline_data_is_to_come() -> None:
    not_yet("azureml.pipeline.core", "PipelineData", "name")


def test_trap_11_a_curated_name_is_found_in_any_case_and_without_a_version_and_its_numpy_is_old(
    workspace: Workspace,
) -> None:
    for name in ("AzureML-sklearn-1.5", "azureml-sklearn-1.5", "azureml://registries/azureml/environments/sklearn-1.5"):
        found = Environment.get(workspace=workspace, name=name)
        assert (found.name, found.version) == ("AzureML-sklearn-1.5", "1")
    assert Environment.get(workspace, "AZUREML-SKLEARN-1.5", version="12").name == "AzureML-sklearn-1.5"
    assert found.python.conda_dependencies is not None
    assert "numpy~=1.23.5" in found.python.conda_dependencies.pip_packages


def test_trap_12_compute_that_is_provisioned_by_texts_is_to_come() -> None:
    not_yet("azureml.core.compute", "AmlCompute.provisioning_configuration", "STANDARD_D2_V2")


def test_trap_13_properties_are_written_once_and_tags_are_not(run: Run) -> None:
    run.add_properties({"author": "x"})
    run.add_properties({"author": "x"})
    run.tag("area", "fruit")
    run.tag("area", "veg")

    with pytest.raises(ServiceException, match="author"):
        run.add_properties({"author": "y"})
    assert (run.properties, run.tags) == ({"author": "x"}, {"area": "veg"})


def test_trap_14_a_tag_without_value_is_null_and_filters_by_its_key(experiment: Experiment, run: Run) -> None:
    experiment.start_logging(snapshot_directory=None)
    run.tag("worth another look")
    run.add_properties({"author": "x"})

    assert run.tags == {"worth another look": None}
    found = list(experiment.get_runs(properties={"author": "x"}, tags="worth another look"))
    assert [one.id for one in found] == [run.id]


def test_trap_15_runs_and_children_come_from_generators(experiment: Experiment, run: Run) -> None:
    assert inspect.isgenerator(run.get_children())
    assert isinstance(experiment.get_runs(), Iterator)
    with pytest.raises(TypeError):
        len(experiment.get_runs())  # type: ignore[arg-type]  # the mistake
    not_yet("azureml.pipeline.core", "PublishedPipeline.list", "workspace")


@pytest.mark.parametrize(
    ("model_path", "made_of"),
    [
        ("./outputs/x.pkl", "x.pkl"),
        ("outputs/x.pkl", "x.pkl"),
        ("outputs/model/", "model"),
        ("outputs/model", "model"),
        ("plain.pkl", "plain.pkl"),
        (None, "name.pkl"),
    ],
)
def test_trap_16_every_form_of_a_model_path(run: Run, tmp_path: Path, model_path: str | None, made_of: str) -> None:
    (tmp_path / "any").write_text("weights")
    for name in ("outputs/x.pkl", "outputs/model/a.bin", "outputs/model/deep/b.bin", "plain.pkl", "name.pkl"):
        run.upload_file(name, "any")

    model = run.register_model("name.pkl", model_path)

    assert model.download("to") == f"to/{made_of}"


def test_trap_17_the_arguments_of_the_run_definition_are_texts(experiment: Experiment) -> None:
    """Slow: runs a job."""
    run = submitted(experiment, "", "--rate", 0.1, "--name", "a b")
    run.wait_for_completion()

    assert run.get_details()["runDefinition"]["arguments"] == ["--rate", "0.1", "--name", "a b"]


def test_trap_18_endpoints_of_pipelines_are_to_come() -> None:
    not_yet("azureml.pipeline.core", "PipelineEndpoint", "workspace")


def test_trap_19_restore_snapshot_leaves_a_zip(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("1\n")
    run = experiment.start_logging(outputs=False)

    restored = run.restore_snapshot(path="back")

    assert Path(restored) == Path("back", f"{run.get_snapshot_id()}.zip")
    assert zipfile.ZipFile(restored).read("train.py") == b"1\n"


def test_trap_20_a_finished_run_is_reopened_anywhere(
    at_home: RealServer, experiment: Experiment, run: Run, tmp_path: Path
) -> None:
    """Slow: starts an interpreter."""
    run.log("loss", 0.5)
    (tmp_path / "x.txt").write_text("content")
    run.upload_file("x.txt", "x.txt")
    run.complete()
    (tmp_path / "elsewhere").mkdir()
    code = (
        "from azureml.core import Experiment, Run, Workspace\n"
        f"experiment = Experiment(Workspace('s', 'g', {experiment.workspace.name!r}), 'an-experiment')\n"
        f"run = Run(experiment, {run.id!r})\n"
        "run.download_file('x.txt', 'elsewhere/')\n"
        "print(run.get_status(), run.get_metrics(), run.get_file_names())\n"
    )
    home = str(tmp_path / "another home")

    told = run_quietly(
        [sys.executable, "-c", code], RUNSTEAD_HOME=home, RUNSTEAD_URL=at_home.url, RUNSTEAD_TOKEN=at_home.token
    )

    assert told.stdout == "Completed {'loss': 0.5} ['x.txt']\n", told.stderr
    assert (tmp_path / "elsewhere" / "x.txt").read_text() == "content"


def test_trap_21_numpys_integers_are_numbers(run: Run) -> None:
    run.log("n", np.int64(3))
    run.log("m", np.uint64(2**63))

    found = run.get_metrics()

    assert found == {"n": 3, "m": 2**63}
    assert {type(value) for value in found.values()} == {int}


def test_trap_22_parallel_run_steps_are_to_come() -> None:
    not_yet("azureml.pipeline.steps", "ParallelRunStep", "name")


def test_trap_23_an_unknown_dataset_is_a_user_error(workspace: Workspace) -> None:
    for version in ("latest", 1):
        with pytest.raises(UserErrorException, match="no dataset 'nothing'"):
            Dataset.get_by_name(workspace, "nothing", version=version)


@pytest.mark.parametrize("generation", ["environment", "run"])
def test_trap_24_docker_flags_of_both_generations_are_understood(experiment: Experiment, generation: str) -> None:
    Path("train.py").write_text("print('ran')\n")
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    runtime = DockerConfiguration(use_docker=True, shm_size="4g") if generation == "run" else None
    if generation == "environment":
        environment.docker.enabled = True
        environment.docker.shm_size = "4g"
    config = ScriptRunConfig(".", "train.py", environment=environment, docker_runtime_config=runtime)

    (Path(".azureml")).mkdir()
    config.run_config.save(".", "in-docker")
    asked = container_of(RunConfiguration.load(".", "in-docker")._definition())

    assert asked is not None
    assert asked.shm_size == "4g"
    details = experiment.submit(config).wait_for_completion(raise_on_error=False)
    assert "there is no container engine: RUNSTEAD_ENGINE=none" in details["error"]["error"]["message"]


def test_trap_25_sweeps_on_this_machine_are_to_come() -> None:
    not_yet("azureml.train.hyperdrive", "HyperDriveConfig")
    not_yet("azureml.pipeline.core", "Pipeline", "workspace", [])
