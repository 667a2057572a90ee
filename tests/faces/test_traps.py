"""The traps of SDK v1, where the obvious implementation is wrong: one test each, under its number."""

from pathlib import Path

import pytest

from azureml.core import Dataset, Environment, Experiment, RunConfiguration, ScriptRunConfig, Workspace
from azureml.core.runconfig import DockerConfiguration
from azureml.exceptions import UserErrorException
from runstead.domain.environments import container_of


def test_trap_11_a_curated_name_is_found_in_any_case_and_without_a_version_and_its_numpy_is_old(
    workspace: Workspace,
) -> None:
    for name in ("AzureML-sklearn-1.5", "azureml-sklearn-1.5", "azureml://registries/azureml/environments/sklearn-1.5"):
        found = Environment.get(workspace=workspace, name=name)
        assert (found.name, found.version) == ("AzureML-sklearn-1.5", "1")
    assert Environment.get(workspace, "AZUREML-SKLEARN-1.5", version="12").name == "AzureML-sklearn-1.5"
    assert found.python.conda_dependencies is not None
    assert "numpy~=1.23.5" in found.python.conda_dependencies.pip_packages


@pytest.mark.parametrize("generation", ["environment", "run"])
def test_trap_24_docker_flags_of_both_generations_are_understood_and_refused_with_what_would_do(
    experiment: Experiment, generation: str
) -> None:
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
    with pytest.raises(UserErrorException, match=r"container .*Leave use_docker and docker\.enabled False"):
        experiment.submit(config)


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


def test_trap_23_an_unknown_dataset_is_a_user_error(workspace: Workspace) -> None:
    for version in ("latest", 1):
        with pytest.raises(UserErrorException, match="no dataset 'nothing'"):
            Dataset.get_by_name(workspace, "nothing", version=version)
