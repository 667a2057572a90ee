"""SDK v1 Environment and CondaDependencies as plain data."""

import io
import json
from pathlib import Path
from typing import IO

import pytest
import yaml

from azureml._restclient.exceptions import ServiceException
from azureml.core import Environment, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.databricks import PyPiLibrary
from azureml.core.environment import DockerBuildContext, DockerImageDetails
from azureml.core.runconfig import DEFAULT_CPU_IMAGE
from azureml.exceptions import UserErrorException


def packages(environment: Environment) -> tuple[list[str], list[str]]:
    dependencies = environment.python.conda_dependencies
    assert dependencies is not None
    return list(dependencies.conda_packages), list(dependencies.pip_packages)


def test_a_new_environment_is_azures_default() -> None:
    environment = Environment("mine")

    assert str(environment) == "Environment(Name: mine,\nVersion: None)"
    assert list(json.loads(repr(environment))) == [
        *("assetId", "databricks", "docker", "environmentVariables", "inferencingStackVersion", "name", "python", "r"),
        *("spark", "version"),
    ]
    assert environment.python.interpreter_path == "python"
    assert environment.python.user_managed_dependencies is False
    assert environment.docker.base_image == DEFAULT_CPU_IMAGE
    assert packages(environment) == (["python=3.8.13"], ["azureml-defaults"])


def test_a_conda_file_becomes_an_environment(tmp_path: Path) -> None:
    file = tmp_path / "conda.yml"
    file.write_text("name: x\nchannels: [conda-forge]\ndependencies:\n- python=3.9\n- pip:\n  - numpy\n")

    assert packages(Environment.from_conda_specification("mine", str(file))) == (["python=3.9"], ["numpy"])


@pytest.mark.parametrize("text", ["dependencies: 3", "- a", "{"])
def test_a_wrong_conda_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "conda.yml").write_text(text)

    with pytest.raises(UserErrorException, match=r"conda\.yml"):
        Environment.from_conda_specification("mine", str(tmp_path / "conda.yml"))


def test_a_requirements_file_becomes_an_environment(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# our needs\nnumpy==1.26\n\n-e .\n")

    environment = Environment.from_pip_requirements("mine", str(tmp_path / "requirements.txt"), pip_version="24.0")

    assert packages(environment) == (["python=3.10.18", "pip==24.0"], ["numpy==1.26"])


def test_an_image_without_packages_manages_its_own_python() -> None:
    environment = Environment.from_docker_image("mine", "python:3.11")

    assert environment.docker.base_image == "python:3.11"
    assert environment.python.user_managed_dependencies is True


@pytest.mark.parametrize("kind", ["text", "path", "file"])
def test_a_dockerfile_is_a_text_a_path_or_an_open_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    path, file = str(tmp_path / "Dockerfile"), io.StringIO("FROM scratch\n")
    given: dict[str, str | IO[str]] = {"text": "FROM scratch\n", "path": path, "file": file}

    environment = Environment.from_dockerfile("mine", given[kind])

    assert environment.docker.base_dockerfile == "FROM scratch\n"
    assert environment.docker.base_image is None


def test_what_is_saved_to_a_directory_is_loaded(tmp_path: Path) -> None:
    environment = Environment.from_dockerfile("mine", "FROM scratch\nRUN true\n")
    environment.environment_variables = {"A": "1"}

    environment.save_to_directory(str(tmp_path / "env"))

    assert Environment.load_from_directory(str(tmp_path / "env"))._definition() == environment._definition()
    assert (tmp_path / "env" / "BaseDockerfile").read_text() == "FROM scratch\nRUN true\n"
    with pytest.raises(UserErrorException, match="overwrite"):
        environment.save_to_directory(str(tmp_path / "env"))


def test_a_clone_shares_nothing_with_the_original() -> None:
    environment = Environment("mine")
    environment.version = "3"

    clone = environment.clone("other")
    clone.environment_variables["B"] = "2"

    assert (clone.name, clone.version) == ("other", None)
    assert "B" not in environment.environment_variables


def test_a_registered_environment_has_versions_that_count_by_themselves(workspace: Workspace) -> None:
    mine = Environment("mine")
    mine.python.conda_dependencies = CondaDependencies.create(pip_packages=["numpy"])

    first, again = mine.register(workspace), mine.register(workspace)
    mine.environment_variables["A"] = "2"
    changed = mine.register(workspace)

    assert (first.version, again.version, changed.version) == ("1", "1", "2")
    assert Environment.get(workspace, "mine").version == "2"
    assert Environment.get(workspace, "mine", version="1").environment_variables == {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"}
    assert packages(Environment.get(workspace, "mine", 1)) == packages(mine)  # type: ignore[arg-type]  # users do it
    assert workspace.environments["mine"].version == "2"
    assert first.register(workspace).version == "3"  # back to the first: the newest is what was registered last


def test_a_registered_environment_that_is_loaded_and_registered_again_is_the_same(workspace: Workspace) -> None:
    made = Environment.from_dockerfile("built", "FROM scratch\n").register(workspace)

    assert Environment.get(workspace, "built").register(workspace).version == made.version == "1"
    assert made.docker.base_dockerfile == "FROM scratch\n"


def test_a_label_finds_the_version_that_has_it_last(workspace: Workspace) -> None:
    mine = Environment("mine")
    mine.register(workspace)
    mine.environment_variables["A"] = "2"
    mine.register(workspace)

    Environment.label(workspace, "mine", "1", ["good", "old"])
    Environment.label(workspace, "mine", "2", "good")

    assert Environment.get(workspace, "mine", label="good").version == "2"
    assert Environment.get(workspace, "mine", label="old").version == "1"
    with pytest.raises(ServiceException, match="no label 'bad'"):
        Environment.get(workspace, "mine", label="bad")
    with pytest.raises(UserErrorException, match="not by both"):
        Environment.get(workspace, "mine", version="1", label="good")


def test_an_environment_that_is_not_there_is_told_with_what_is(workspace: Workspace) -> None:
    Environment("mine").register(workspace)

    with pytest.raises(ServiceException, match="registered are mine"):
        Environment.get(workspace, "other")
    with pytest.raises(ServiceException, match="newest version is 1"):
        Environment.get(workspace, "mine", version="7")
    with pytest.raises(UserErrorException, match="reserved"):
        Environment("AzureML-mine").register(workspace)
    both = Environment("both")
    both.docker.base_dockerfile = "FROM scratch"
    with pytest.raises(UserErrorException, match="exclude each other"):
        both.register(workspace)


def test_a_curated_environment_says_what_it_is_made_of(workspace: Workspace) -> None:
    found = Environment.list(workspace)["AzureML-sklearn-1.5"]

    conda, pip = packages(found)
    assert conda == ["python=3.11", "pip"]
    assert {"scikit-learn~=1.5.0", "numpy~=1.23.5", "pandas~=1.5.3"} <= set(pip)
    assert found.docker.base_image == DEFAULT_CPU_IMAGE
    assert found.clone("mine").register(workspace).version == "1"


def test_a_build_context_is_kept_on_the_server(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "Dockerfile").write_text("FROM scratch\n")

    context = DockerBuildContext.from_local_directory(workspace, str(tmp_path / "context"))
    made = Environment.from_docker_build_context("built", context).register(workspace)

    assert made.docker.build_context is not None
    assert made.docker.build_context.location == context.location
    assert made.python.user_managed_dependencies is True
    with pytest.raises(UserErrorException, match="no file 'Other'"):
        DockerBuildContext.from_local_directory(workspace, str(tmp_path / "context"), "Other")


CONDA = """#!/bin/sh
[ "$5" = there ] || { echo "EnvironmentLocationNotFound: $5" >&2; exit 1; }
printf 'name: there\\nchannels: [defaults]\\ndependencies:\\n- python=3.9\\n- pip:\\n  - numpy==1.2\\n'
"""


def test_a_conda_environment_of_this_machine_becomes_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceException, match="no conda on PATH"):
        Environment.from_existing_conda_environment("mine", "there")
    (tmp_path / "conda").write_text(CONDA)
    (tmp_path / "conda").chmod(0o755)

    assert packages(Environment.from_existing_conda_environment("mine", "there")) == (["python=3.9"], ["numpy==1.2"])
    with pytest.raises(ServiceException, match="EnvironmentLocationNotFound"):
        Environment.from_existing_conda_environment("mine", "absent")
    with pytest.raises(UserErrorException, match="no name"):
        Environment.from_existing_conda_environment("mine", "--help")


def test_the_details_of_an_image_are_read_from_what_the_service_says() -> None:
    details = DockerImageDetails(
        dockerImage={"name": "azureml/azureml_1", "registry": {"address": "here"}},
        imageExistsInRegistry=True,
        pythonEnvironment={"interpreterPath": "/p/bin/python", "condaEnvironmentPath": "/p"},
        ingredients={"dockerfile": "FROM scratch"},
    )

    assert (details.repository, details.registry, details.image_exist) == (
        "azureml/azureml_1",
        {"address": "here"},
        True,
    )
    assert (details.dockerfile, details.environment_path, details.interpreter_path) == (
        "FROM scratch",
        "/p",
        "/p/bin/python",
    )


def test_given_pip_packages_replace_the_default_ones_and_azures_own_are_pinned() -> None:
    made = CondaDependencies.create(
        pip_packages=["azureml-sdk", "azureml-core==1.30", "pandas"], conda_packages=["scikit-learn==1.5"]
    )

    assert list(made.pip_packages) == ["azureml-sdk~=1.61.0", "azureml-core==1.30", "pandas"]
    assert list(made.conda_packages) == ["python=3.10.18", "scikit-learn==1.5"]
    assert made.get_python_version() == "3.10.18"
    assert list(CondaDependencies.create(pin_sdk_version=False, pip_packages=["azureml-sdk"]).pip_packages) == [
        "azureml-sdk"
    ]


def test_the_specification_is_written_in_the_order_of_v1() -> None:
    made = CondaDependencies.create(
        pip_indexurl="https://example.org", pip_packages=["numpy"], conda_packages=["scikit-learn"]
    )

    assert made.serialize_to_string() == (
        "name: project_environment\ndependencies:\n- python=3.10.18\n- pip:\n  - --index-url https://example.org\n"
        "  - numpy\n- scikit-learn\nchannels:\n- anaconda\n- conda-forge\n"
    )


def test_packages_and_channels_are_added_once_and_removed() -> None:
    made = CondaDependencies()
    made.add_pip_package("numpy==1.0")
    made.add_pip_package("NumPy==2.0")
    made.add_conda_package("pandas")
    made.add_channel("pytorch")
    made.add_channel("pytorch")
    made.set_pip_option("--pre")
    made.set_python_version("3.11")

    assert list(made.pip_packages) == ["azureml-defaults", "NumPy==2.0"]
    assert list(made.pip_options) == ["--pre"]
    assert list(made.conda_channels) == ["anaconda", "conda-forge", "pytorch"]
    assert list(made.conda_packages) == ["python=3.11", "pandas"]
    made.remove_pip_package("numpy")
    made.remove_conda_package("pandas")
    made.remove_channel("pytorch")
    assert list(made.pip_packages) == ["azureml-defaults"]
    assert list(made.conda_packages) == ["python=3.11"]


def test_it_is_written_and_read_as_yaml(tmp_path: Path) -> None:
    made = CondaDependencies.create(pip_packages=["numpy"])

    name = made.save_to_file(str(tmp_path))

    assert yaml.safe_load(made.serialize_to_string()) == made.as_dict()
    assert CondaDependencies(str(tmp_path / name)).as_dict() == made.as_dict()


def test_libraries_of_databricks_are_kept_as_what_they_are(tmp_path: Path) -> None:
    environment = Environment("mine")
    environment.databricks.pypi_libraries = [PyPiLibrary("numpy==1.0")]
    environment.save_to_directory(str(tmp_path / "env"))

    again = Environment.load_from_directory(str(tmp_path / "env"))

    assert isinstance(again.databricks.pypi_libraries[0], PyPiLibrary)
    assert again.databricks.pypi_libraries[0].package == "numpy==1.0"
    assert again.databricks.jar_libraries == []
