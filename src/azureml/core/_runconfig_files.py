"""Run configuration files: `.azureml/<name>`, the conda specification beside it, and the older `<name>.compute`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from azureml.core._elements import Element, filled, snake_case
from azureml.core.conda_dependencies import FILE_NAME as CONDA_FILE_NAME
from azureml.exceptions import RunConfigurationException, UserErrorException
from runstead.domain.logins import without_password

FOLDER, OLD_FOLDER = ".azureml", "aml_config"
SUFFIX = ".runconfig"
COMPUTE_SUFFIX = ".compute"
ENVIRONMENT_FILE_NAME = "environment.yml"
DEFAULT_NAME = "local"
# What files written by the earliest versions call the same things.
OLD_KEYS = {
    "argument_vector": "arguments",
    "environment_definition": "environment",
    "services": "application_endpoints",
}
# What they say at the top, or in the file of the compute, and where it belongs now.
OLD_PLACES = {
    "conda_dependencies_file": ("environment", "python", "condaDependenciesFile"),
    "python_location": ("environment", "python", "interpreterPath"),
    "user_managed_environment": ("environment", "python", "userManagedDependencies"),
    "base_docker_image": ("environment", "docker", "baseImage"),
    "shared_volumes": ("environment", "docker", "sharedVolumes"),
    "gpu_support": ("environment", "docker", "gpuSupport"),
    "yarn_deploy_mode": ("hdi", "yarnDeployMode"),
}
LOCAL, IN_DOCKER = "local", "docker"


def write_configuration(
    definition: Mapping[str, Any], path: Path, *, name: str | None, separate_environment: bool
) -> None:
    """Write `<path>/.azureml/<name>` exactly as named; an `aml_config/` that is there is preferred."""
    if not path.is_dir():
        raise UserErrorException(f"the folder {path} does not exist; a run configuration is saved below it")
    folder = path / OLD_FOLDER if (path / OLD_FOLDER).is_dir() else path / FOLDER
    folder.mkdir(exist_ok=True)
    environment = without_password(definition["environment"])  # snapshots are taken of such folders
    whole = {**definition, "environment": _with_conda_file(environment, folder)}
    if separate_environment:
        (folder / ENVIRONMENT_FILE_NAME).write_text(_dumped(whole.pop("environment")), encoding="utf-8")
    (folder / (name or DEFAULT_NAME)).write_text(_dumped(whole), encoding="utf-8")


def read_configuration(empty: Element, path: Path, *, name: str | None) -> Element:
    """Fill `empty` from a file: the exact name, then `<name>.runconfig`, in the folder's own places."""
    file = path if name is None and path.is_file() else _found(path, name or DEFAULT_NAME)
    content = _of_compute(file) if file.suffix == COMPUTE_SUFFIX else _of_runconfig(file)
    beside = file.parent / ENVIRONMENT_FILE_NAME
    if "environment" not in content and beside.is_file():
        content["environment"] = _loaded(beside)
    environment = content.get("environment")
    if isinstance(environment, dict):
        content["environment"] = _with_conda_content(environment, file.parent)
    return filled(empty, content)


def delete_configuration(path: Path, *, name: str) -> None:
    """Remove the file, and the older one of its compute; none that is there is an error."""
    file = _found(path, name)
    file.unlink()
    file.with_suffix(COMPUTE_SUFFIX).unlink(missing_ok=True)


def _of_runconfig(file: Path) -> dict[str, Any]:
    content = _in_place(_loaded(file))
    compute = file.with_name(f"{content.get('target')}{COMPUTE_SUFFIX}")
    if not compute.is_file():
        return content
    meant = _of_compute(compute)
    return {**_merged(meant, content), "target": meant["target"]}


def _of_compute(file: Path) -> dict[str, Any]:
    content = _loaded(file)
    kind = str(content.pop("type", LOCAL)).lower()
    target = LOCAL if kind.startswith(LOCAL) else file.stem
    return {**_in_place(content), "target": target, "docker": {"useDocker": kind.endswith(IN_DOCKER)}}


def _in_place(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same with every key where it belongs today."""
    plain = {snake_case(str(key)): value for key, value in content.items()}
    made: dict[str, Any] = {OLD_KEYS.get(key, key): value for key, value in plain.items()}
    for key in [key for key in made if key in OLD_PLACES]:
        *sections, last = OLD_PLACES[key]
        said: Any = made.pop(key)
        for section in [last, *reversed(sections)]:
            said = {section: said}
        made = _merged(said, made)
    return made


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, section by section; where both say something, the second counts."""
    merged = {**first, **second}
    for key in first.keys() & second.keys():
        if isinstance(first[key], Mapping) and isinstance(second[key], Mapping):
            merged[key] = _merged(first[key], second[key])
    return merged


def _found(path: Path, name: str) -> Path:
    folders, ends = (path / FOLDER, path / OLD_FOLDER, path), ("", SUFFIX, COMPUTE_SUFFIX)
    places = [folder / (name + end) for folder in folders for end in ends]
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
        file = _conda_file(python["condaDependenciesFile"], folder)
        file.write_text(_dumped(specification), encoding="utf-8")
        python["condaDependenciesFile"] = file.relative_to(folder.parent).as_posix()
    return {**environment, "python": python}


def _conda_file(named: str | None, folder: Path) -> Path:
    """The file that the configuration was read with, if that is in its folder; nothing outside is written to."""
    file = folder.parent / (named or CONDA_FILE_NAME)
    return file if named and file.parent == folder and file.suffix in (".yml", ".yaml") else folder / CONDA_FILE_NAME


def _with_conda_content(environment: dict[str, Any], folder: Path) -> dict[str, Any]:
    python = dict(environment.get("python") or {})
    named = python.pop("condaDependenciesFile", None) or python.pop("conda_dependencies_file", None)
    if named:
        place = next((at for at in (folder.parent / named, folder / named, Path(named)) if at.is_file()), None)
        if place is None:
            raise RunConfigurationException(f"the conda specification {named!r} is not below {folder.parent}")
        python["condaDependencies"] = _loaded(place)
        python["condaDependenciesFile"] = str(named)
    return {**environment, "python": python}


def _dumped(content: object) -> str:
    return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=False))
