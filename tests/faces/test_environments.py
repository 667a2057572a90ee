"""SDK v1 Environment and CondaDependencies as plain data."""

import io
import json
from pathlib import Path
from typing import IO

import pytest
import yaml

from azureml.core import Environment
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import DEFAULT_CPU_IMAGE
from azureml.exceptions import UserErrorException


def packages(environment: Environment) -> tuple[list[str], list[str]]:
    dependencies = environment.python.conda_dependencies
    assert dependencies is not None
    return list(dependencies.conda_packages), list(dependencies.pip_packages)


def test_a_new_environment_is_azures_default() -> None:
    environment = Environment("mine")

    assert str(environment) == "Environment(Name: mine,\nVersion: None)"
    assert json.loads(repr(environment))["name"] == "mine"
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


def test_registering_and_building_say_that_they_come_later() -> None:
    with pytest.raises(UserErrorException, match="not in this version"):
        Environment("mine").register(None)  # type: ignore[arg-type]  # it is not looked at
    with pytest.raises(UserErrorException, match="AzureML-sklearn"):
        Environment.get(None, "AzureML-sklearn-1.5")  # type: ignore[arg-type]  # it is not looked at


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
