"""SDK v1 RunConfiguration: its file, old and new."""

from pathlib import Path

import pytest
import yaml

from azureml.core import Environment, RunConfiguration, ScriptRunConfig
from azureml.core.compute_target import LocalTarget
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import (
    ApplicationEndpointConfiguration,
    Data,
    DatacacheConfiguration,
    DataLocation,
    DataPath,
    DataReferenceConfiguration,
    Dataset,
    GlobsOptions,
    MpiConfiguration,
    OutputData,
    OutputOptions,
    PyTorchConfiguration,
    RegistrationOptions,
    SparkPackage,
    TensorflowConfiguration,
    UploadOptions,
)
from azureml.exceptions import RunConfigurationException, UserErrorException


@pytest.fixture
def config() -> RunConfiguration:
    made = RunConfiguration(script="train.py", arguments=["--alpha", 0.5], framework="PyTorch")
    made.node_count = 2
    made.environment = Environment("mine")
    made.environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["numpy", "azureml-core"])
    made.environment_variables = {"A": "1"}
    made.history.directories_to_watch = ["logs", "events"]
    return made


def test_what_is_saved_is_loaded(config: RunConfiguration, tmp_path: Path) -> None:
    config.save(str(tmp_path), "cpu")

    again = RunConfiguration.load(str(tmp_path), "cpu")

    expected = config._definition()
    expected["environment"]["python"]["condaDependenciesFile"] = ".azureml/conda_dependencies.yml"
    assert again._definition() == expected
    assert again.environment.python.conda_dependencies is not None


def test_the_file_has_azures_name_keys_and_order(config: RunConfiguration, tmp_path: Path) -> None:
    config.save(str(tmp_path), "cpu")

    content = yaml.safe_load((tmp_path / ".azureml" / "cpu").read_text())
    keys = list(content)
    assert keys[:9] == [
        "script",
        "arguments",
        "target",
        "framework",
        "communicator",
        "maxRunDurationSeconds",
        "nodeCount",
        "priority",
        "environment",
    ]
    assert keys[-2:] == ["environmentVariables", "applicationEndpoints"]
    assert list(content["environment"])[:5] == ["name", "version", "environmentVariables", "python", "docker"]
    assert content["environment"]["python"]["condaDependenciesFile"] == ".azureml/conda_dependencies.yml"
    assert content["history"] == {
        "outputCollection": True,
        "snapshotProject": True,
        "directoriesToWatch": ["logs", "events"],
    }
    conda = yaml.safe_load((tmp_path / ".azureml" / "conda_dependencies.yml").read_text())
    assert {"pip": ["numpy", "azureml-core~=1.61.0"]} in conda["dependencies"]


def test_an_old_folder_is_preferred_where_it_is_there(config: RunConfiguration, tmp_path: Path) -> None:
    (tmp_path / "aml_config").mkdir()

    config.save(str(tmp_path), "cpu")

    assert (tmp_path / "aml_config" / "cpu").is_file()
    assert RunConfiguration.load(str(tmp_path), "cpu").node_count == 2


def test_the_environment_may_have_a_file_of_its_own(config: RunConfiguration, tmp_path: Path) -> None:
    config.save(str(tmp_path), "cpu", separate_environment_yaml=True)

    assert "environment" not in yaml.safe_load((tmp_path / ".azureml" / "cpu").read_text())
    assert RunConfiguration.load(str(tmp_path), "cpu").environment.name == "mine"


def test_the_ending_runconfig_may_be_left_out(tmp_path: Path) -> None:
    (tmp_path / ".azureml").mkdir()
    (tmp_path / ".azureml" / "gpu.runconfig").write_text("script: t.py\ntarget: local\n")

    assert RunConfiguration.load(str(tmp_path), "gpu").script == "t.py"


def test_files_of_the_earliest_versions_are_read(tmp_path: Path) -> None:
    (tmp_path / "aml_config").mkdir()
    (tmp_path / "aml_config" / "old.runconfig").write_text(
        "ArgumentVector: [--x, '1']\nNodeCount: 3\nenvironment:\n  python:\n    user_managed_dependencies: true\n"
    )

    old = RunConfiguration.load(str(tmp_path), "old")

    assert (old.arguments, old.node_count) == (["--x", "1"], 3)
    assert old.environment.python.user_managed_dependencies is True


@pytest.mark.parametrize(("text", "said"), [("- a\n- b\n", "no mapping"), ("a: [", "cannot be read")])
def test_a_wrong_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / ".azureml").mkdir()
    (tmp_path / ".azureml" / "bad").write_text(text)

    with pytest.raises(RunConfigurationException, match=said):
        RunConfiguration.load(str(tmp_path), "bad")


def test_a_file_cannot_run_code(tmp_path: Path) -> None:
    (tmp_path / ".azureml").mkdir()
    (tmp_path / ".azureml" / "evil").write_text(f"script: !!python/object/apply:os.mkdir ['{tmp_path}/ran']\n")

    with pytest.raises(RunConfigurationException):
        RunConfiguration.load(str(tmp_path), "evil")
    assert not (tmp_path / "ran").exists()


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunConfigurationException, match="absent"):
        RunConfiguration.load(str(tmp_path), "absent")
    with pytest.raises(UserErrorException, match="nowhere"):
        RunConfiguration().save(str(tmp_path / "nowhere"), "x")


def test_delete_removes_the_file(config: RunConfiguration, tmp_path: Path) -> None:
    config.save(str(tmp_path), "cpu")

    RunConfiguration.delete(str(tmp_path), "cpu")

    assert not (tmp_path / ".azureml" / "cpu").exists()


def test_a_target_is_a_name_or_an_object() -> None:
    config = RunConfiguration()
    assert config.target == "local"
    config.target = LocalTarget()
    assert config.target == "local"
    assert ScriptRunConfig(".", "t.py", compute_target="cpu-cluster").run_config.target == "cpu-cluster"


@pytest.mark.parametrize(
    ("distribution", "told"),
    [
        (MpiConfiguration(2, 3), ("Python", "OpenMpi", 3)),
        (PyTorchConfiguration("Gloo", 4, 2), ("PyTorch", "Gloo", 2)),
        (TensorflowConfiguration(3, 1), ("TensorFlow", "ParameterServer", 4)),
    ],
)
def test_a_distribution_is_told_in_the_run_configuration(
    distribution: MpiConfiguration | PyTorchConfiguration | TensorflowConfiguration, told: tuple[str, str, int]
) -> None:
    config = ScriptRunConfig(".", "t.py", distributed_job_config=distribution).run_config

    assert (config.framework, config.communicator, config.node_count) == told


def test_data_in_a_run_configuration_keeps_its_classes_through_a_file(tmp_path: Path) -> None:
    config = RunConfiguration()
    config.data_references = {"in": DataReferenceConfiguration("store", "download", "a/b")}
    config.data = {"ds": Data(DataLocation(dataset=Dataset("an-id", "iris", "3")), mechanism="mount")}
    options = OutputOptions("out", RegistrationOptions("made"), UploadOptions(True, GlobsOptions(["*.csv"])))
    config.output_data = {"o": OutputData(DataLocation(data_path=DataPath("store", "x")), "upload", options)}
    config.datacaches = [DatacacheConfiguration(dataset_id="an-id")]
    config.services = {"jupyter": ApplicationEndpointConfiguration("Jupyter", 8888)}
    (tmp_path / ".azureml").mkdir()

    config.save(str(tmp_path), "a")
    again = RunConfiguration.load(str(tmp_path), "a")
    again.save(str(tmp_path), "b")

    assert (tmp_path / ".azureml" / "a").read_bytes() == (tmp_path / ".azureml" / "b").read_bytes()
    assert again.data["ds"].data_location.dataset.name == "iris"
    assert again.data_references["in"].path_on_data_store == "a/b"
    assert again.output_data["o"].additional_options.upload_options.source_globs.patterns == ["*.csv"]
    assert again.datacaches[0].mode == "mount"
    assert again.services["jupyter"].port == 8888


def test_data_is_made_of_what_a_definition_says() -> None:
    made = Data.create({"dataLocation": {"uri": "x"}, "mechanism": "download"})

    assert isinstance(made, Data)
    assert isinstance(made.data_location, DataLocation)
    assert (made.data_location.uri, made.mechanism, Data.create(None)) == ("x", "download", None)


def test_a_saved_file_has_azures_keys_and_order_to_the_end(tmp_path: Path) -> None:
    RunConfiguration().save(str(tmp_path), "a")

    content = yaml.safe_load((tmp_path / ".azureml" / "a").read_text())
    assert list(content) == [
        *("script", "arguments", "target", "framework", "communicator", "maxRunDurationSeconds", "nodeCount"),
        *("priority", "environment", "history", "spark", "docker", "hdi", "tensorflow", "mpi", "pytorch"),
        *("paralleltask", "dataReferences", "data", "datacaches", "outputData", "sourceDirectoryDataStore"),
        *("amlcompute", "kubernetescompute", "autoClusterComputeSpecification", "credentialPassthrough", "command"),
        *("environmentVariables", "applicationEndpoints"),
    ]
    assert list(content["amlcompute"]) == ["vmSize", "vmPriority", "retainCluster", "name", "clusterMaxNodeCount"]
    assert list(content["environment"]["python"]) == [
        *("userManagedDependencies", "interpreterPath", "condaDependenciesFile", "baseCondaEnvironment")
    ]
    assert list(content["environment"]["docker"]) == [
        *("enabled", "baseImage", "baseDockerfile", "buildContext", "sharedVolumes", "shmSize", "arguments"),
        *("baseImageRegistry", "platform"),
    ]


SNAKE_CASE = """
script: train.py
arguments:
auto_prepare_environment: true
max_run_duration_seconds:
node_count: 2
environment:
  environment_variables: {A_b: c}
  python: {user_managed_dependencies: false, conda_dependencies_file: aml_config/mine.yml}
  docker:
    enabled: true
    base_image: an-image
    gpu_support: true
    arguments: [--ipc=host]
    base_image_registry: {address: here, username:, password:}
  spark: {repositories: [], packages: [{group: g, artifact: a, version: '1'}], precache_packages: false}
history: {output_collection: true, snapshot_project: true}
data_references: {in: {data_store_name: store, path_on_data_store: a/b}}
amlcompute: {vm_size: small, retain_cluster: true, cluster_max_node_count: 3}
"""


def test_an_old_file_is_read_whole_and_saved_twice_with_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "aml_config"
    folder.mkdir()
    (folder / "old.runconfig").write_text(SNAKE_CASE)
    (folder / "mine.yml").write_text("dependencies:\n- python=3.9\n")

    old = RunConfiguration.load(str(tmp_path), "old")
    old.save(str(tmp_path), "once")
    RunConfiguration.load(str(tmp_path), "once").save(str(tmp_path), "twice")

    assert (old.arguments, old.node_count, old.environment.environment_variables) == ([], 2, {"A_b": "c"})
    docker = old.environment.docker
    assert (docker.enabled, docker.base_image, docker.gpu_support) == (True, "an-image", True)
    assert (docker.arguments, docker.base_image_registry.address) == (["--ipc=host"], "here")
    assert isinstance(old.environment.spark.packages[0], SparkPackage)
    assert old.data_references["in"].path_on_data_store == "a/b"
    saved = yaml.safe_load((folder / "once").read_text())
    assert saved["amlcompute"] == {
        "vmSize": "small",
        "vmPriority": None,
        "retainCluster": True,
        "name": None,
        "clusterMaxNodeCount": 3,
    }
    assert saved["environment"]["python"]["condaDependenciesFile"] == "aml_config/mine.yml"
    assert yaml.safe_load((folder / "mine.yml").read_text()) == {"dependencies": ["python=3.9"]}
    assert (folder / "once").read_bytes() == (folder / "twice").read_bytes()


def test_a_file_that_names_a_specification_elsewhere_does_not_write_there(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "theirs.yml"
    (project / ".azureml").mkdir(parents=True)
    elsewhere.write_text("dependencies:   [python=3.9]\n")
    (project / ".azureml" / "a").write_text("environment: {python: {condaDependenciesFile: ../theirs.yml}}\n")

    RunConfiguration.load(str(project), "a").save(str(project), "b")

    assert elsewhere.read_text() == "dependencies:   [python=3.9]\n"
    assert yaml.safe_load((project / ".azureml" / "conda_dependencies.yml").read_text()) == {
        "dependencies": ["python=3.9"]
    }


def test_the_file_of_a_compute_says_what_its_name_stands_for(tmp_path: Path) -> None:
    folder = tmp_path / ".azureml"
    folder.mkdir()
    (folder / "docker-python.compute").write_text(
        "type: localdocker\nbaseDockerImage: an-image\nsharedVolumes: false\npythonLocation: python3\n"
    )
    (folder / "python.runconfig").write_text("Target: docker-python\nArgumentVector: [a.py]\n")
    (folder / "far.compute").write_text("type: remotedocker\naddress: here\n")

    config, alone = (
        RunConfiguration.load(str(tmp_path), "python"),
        RunConfiguration.load(str(tmp_path), "docker-python"),
    )

    for one in (config, alone):
        assert (one.target, one.docker.use_docker) == ("local", True)
        assert (one.environment.docker.base_image, one.environment.docker.shared_volumes) == ("an-image", False)
        assert one.environment.python.interpreter_path == "python3"
    assert config.arguments == ["a.py"]
    assert RunConfiguration.load(str(tmp_path), "far").target == "far"


def test_delete_removes_the_file_of_the_compute_too(tmp_path: Path) -> None:
    (tmp_path / ".azureml").mkdir()
    for end in (".runconfig", ".compute"):
        (tmp_path / ".azureml" / f"old{end}").write_text("target: old\n")

    RunConfiguration.delete(str(tmp_path), "old")

    assert list((tmp_path / ".azureml").iterdir()) == []
    with pytest.raises(RunConfigurationException, match="old"):
        RunConfiguration.delete(str(tmp_path), "old")


def test_a_run_configuration_that_was_read_from_a_file_can_be_told_to_others(tmp_path: Path) -> None:
    RunConfiguration().save(str(tmp_path), "a")

    definition = RunConfiguration.load(str(tmp_path), "a")._definition()
    (tmp_path / ".azureml" / "conda_dependencies.yml").unlink()

    told = Environment._from_definition(definition["environment"])
    assert told.python.conda_dependencies is not None
    assert list(told.python.conda_dependencies.pip_packages) == ["azureml-defaults"]
