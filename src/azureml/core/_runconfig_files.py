"""Run configuration files: `.azureml/<name>` and the conda specification beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from azureml.core._elements import Element, filled, snake_case
from azureml.core.conda_dependencies import FILE_NAME as CONDA_FILE_NAME
from azureml.exceptions import RunConfigurationException, UserErrorException

FOLDER, OLD_FOLDER = ".azureml", "aml_config"
SUFFIX = ".runconfig"
ENVIRONMENT_FILE_NAME = "environment.yml"
DEFAULT_NAME = "local"
# What files written by the earliest versions call the same things.
OLD_KEYS = {"argument_vector": "arguments", "environment_definition": "environment"}


def write_configuration(
    definition: Mapping[str, Any], path: Path, *, name: str | None, separate_environment: bool
) -> None:
    """Write `<path>/.azureml/<name>` exactly as named; an `aml_config/` that is there is preferred."""
    if not path.is_dir():
        raise UserErrorException(f"the folder {path} does not exist; a run configuration is saved below it")
    folder = path / OLD_FOLDER if (path / OLD_FOLDER).is_dir() else path / FOLDER
    folder.mkdir(exist_ok=True)
    whole = {**definition, "environment": _with_conda_file(definition["environment"], folder)}
    if separate_environment:
        (folder / ENVIRONMENT_FILE_NAME).write_text(_dumped(whole.pop("environment")), encoding="utf-8")
    (folder / (name or DEFAULT_NAME)).write_text(_dumped(whole), encoding="utf-8")


def read_configuration(empty: Element, path: Path, *, name: str | None) -> Element:
    """Fill `empty` from a file: the exact name, then `<name>.runconfig`, in the folder's own places."""
    file = path if name is None and path.is_file() else _found(path, name or DEFAULT_NAME)
    content = {OLD_KEYS.get(snake_case(key), key): value for key, value in _loaded(file).items()}
    beside = file.parent / ENVIRONMENT_FILE_NAME
    if "environment" not in content and beside.is_file():
        content["environment"] = _loaded(beside)
    environment = content.get("environment")
    if isinstance(environment, dict):
        content["environment"] = _with_conda_content(environment, file.parent)
    return filled(empty, content)


def delete_configuration(path: Path, *, name: str) -> None:
    """Remove the file; one that is not there is an error."""
    _found(path, name).unlink()


def _found(path: Path, name: str) -> Path:
    places = [folder / (name + end) for folder in (path / FOLDER, path / OLD_FOLDER, path) for end in ("", SUFFIX)]
    found = next((file for file in places if file.is_file()), None)
    if found is None:
        raise RunConfigurationException(
            f"there is no run configuration {name!r} below {path}; looked for {', '.join(map(str, places[:2]))}"
        )
    return found


def _loaded(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RunConfigurationException(f"the run configuration {file} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise RunConfigurationException(f"{file} is no run configuration: it holds no mapping of keys to values")
    return content


def _with_conda_file(environment: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    python = dict(environment["python"])
    specification = python.pop("condaDependencies")
    if specification is not None:
        (folder / CONDA_FILE_NAME).write_text(_dumped(specification), encoding="utf-8")
        python["condaDependenciesFile"] = f"{folder.name}/{CONDA_FILE_NAME}"
    return {**environment, "python": python}


def _with_conda_content(environment: dict[str, Any], folder: Path) -> dict[str, Any]:
    python = dict(environment.get("python") or {})
    named = python.pop("condaDependenciesFile", None) or python.pop("conda_dependencies_file", None)
    if named:
        place = next((at for at in (folder.parent / named, folder / named, Path(named)) if at.is_file()), None)
        if place is None:
            raise RunConfigurationException(f"the conda specification {named!r} is not below {folder.parent}")
        python["condaDependencies"] = _loaded(place)
    return {**environment, "python": python}


def _dumped(content: object) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=False))
