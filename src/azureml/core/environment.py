"""SDK v1 `azureml.core.environment`: an environment as plain data."""

import copy
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, ClassVar

from azureml._errors import speaks_v1
from azureml.core._elements import _AbstractRunConfigElement, filled
from azureml.core._images import DockerImageDetails, ImageBuildDetails, details_of
from azureml.core._packages import wanted_in
from azureml.core._sections import (
    DockerBuildContext,
    DockerImagePlatform,
    DockerSection,
    PythonSection,
    RSection,
    SparkPackage,
    SparkSection,
)
from azureml.core.conda_dependencies import FILE_NAME as CONDA_FILE_NAME
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.container_registry import ContainerRegistry
from azureml.core.databricks import DatabricksSection
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException
from runstead.client import builds, condas, config, environments, wheels
from runstead.domain.containers import Wanted
from runstead.domain.logins import without_password
from runstead.domain.requirements import requirement_lines

__all__ = [
    "CondaDependencies",
    "ContainerRegistry",
    "DatabricksSection",
    "DockerBuildContext",
    "DockerImageDetails",
    "DockerImagePlatform",
    "DockerSection",
    "Environment",
    "EnvironmentReference",
    "ImageBuildDetails",
    "PythonSection",
    "RSection",
    "SparkPackage",
    "SparkSection",
]
DEFINITION_FILE_NAME = "azureml_environment.json"
DOCKERFILE_NAME = "BaseDockerfile"
log = logging.getLogger(__name__)


@speaks_v1
class Environment(_AbstractRunConfigElement):
    """SDK v1 `Environment`: what a script needs around it."""

    _PARTS: ClassVar = {"r": RSection}

    def __init__(self, name: str | None, **kwargs: object) -> None:
        self.name = name
        self.version: str | None = None
        self.environment_variables: dict[str, str] = {"EXAMPLE_ENV_VAR": "EXAMPLE_VALUE"}
        self.python = PythonSection()
        self.docker = DockerSection()
        self.spark = SparkSection()
        self.databricks = DatabricksSection()
        self.r: RSection | None = None
        self.inferencing_stack_version: str | None = None
        self.asset_id: str | None = None

    def __str__(self) -> str:
        return f"Environment(Name: {self.name},\nVersion: {self.version})"

    def __repr__(self) -> str:
        return _json(without_password(self._definition()))

    @classmethod
    def _from_definition(cls, definition: dict[str, Any]) -> "Environment":  # Any: JSON
        return filled(cls(definition.get("name")), definition)

    @staticmethod
    def from_conda_specification(name: str, file_path: str) -> "Environment":
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies(file_path)
        return made

    @staticmethod
    def from_pip_requirements(name: str, file_path: str, pip_version: str | None = None) -> "Environment":
        made = Environment(name)
        made.python.conda_dependencies = _dependencies_of(_requirements(file_path), pip_version=pip_version)
        return made

    @staticmethod
    def from_docker_image(
        name: str,
        image: str,
        container_registry: ContainerRegistry | None = None,
        conda_specification: str | None = None,
        pip_requirements: str | None = None,
    ) -> "Environment":
        made = _with_packages(Environment(name), conda_specification, pip_requirements)
        made.docker.base_image = image
        made.docker.base_image_registry = container_registry or ContainerRegistry()
        return made

    @staticmethod
    def from_dockerfile(
        name: str,
        dockerfile: str | IO[str],
        conda_specification: str | None = None,
        pip_requirements: str | None = None,
    ) -> "Environment":
        made = _with_packages(Environment(name), conda_specification, pip_requirements)
        made.docker.base_image = None
        made.docker.base_dockerfile = dockerfile
        return made

    @staticmethod
    def from_docker_build_context(name: str, docker_build_context: DockerBuildContext) -> "Environment":
        made = Environment(name)
        made.python.user_managed_dependencies = True
        made.docker.base_image = None
        made.docker.build_context = docker_build_context
        return made

    @staticmethod
    def from_existing_conda_environment(name: str, conda_environment_name: str) -> "Environment":
        exported = condas.export_environment(conda_environment_name, search_path=config.search_path())
        made = Environment(name)
        made.python.conda_dependencies = CondaDependencies._from_text(exported, conda_environment_name)
        return made

    @staticmethod
    def get(workspace: Workspace, name: str, version: str | None = None, label: str | None = None) -> "Environment":
        asked = None if version is None else str(version)
        found = environments.find_environment(workspace._place, name, version=asked, label=label)
        if found["curated"] and asked not in (None, found["version"]):
            log.warning("version %s of %s is Azure's; what stands for it here has one version", asked, found["name"])
        return Environment._from_definition(found["definition"])

    @staticmethod
    def list(workspace: Workspace) -> dict[str, "Environment"]:
        found = environments.list_environments(workspace._place, include_curated=True)
        return {one["name"]: Environment._from_definition(one["definition"]) for one in found}

    @staticmethod
    def label(workspace: Workspace, name: str, version: str, labels: str | Iterable[str]) -> None:
        if not str(version).isdigit():
            raise UserErrorException(f"the version of the environment {name!r} must be a number, not {version!r}")
        chosen = [labels] if isinstance(labels, str) else [*labels]
        environments.label_environment(workspace._place, name, version=int(version), labels=chosen)

    @staticmethod
    def add_private_pip_wheel(workspace: Workspace, file_path: str, exist_ok: bool = False) -> str:
        return wheels.add_wheel(workspace._place, Path(file_path), exist_ok=exist_ok)

    def register(self, workspace: Workspace) -> "Environment":
        if not self.name:
            raise UserErrorException("an environment needs a name to be registered")
        kept = environments.register_environment(workspace._place, self.name, self._definition())
        return Environment._from_definition(kept["definition"])

    def build(self, workspace: Workspace, image_build_compute: object = None) -> ImageBuildDetails:
        return self._begun(workspace, wanted_in(self._definition()))

    def build_local(self, workspace: Workspace, platform: object = None, **kwargs: object) -> str:
        if kwargs.get("pushImageToWorkspaceAcr"):
            raise UserErrorException("a workspace of Runstead has no registry of its own to push an image to")
        wanted = wanted_in(self._definition(), boxed=bool(kwargs.get("useDocker")))
        details = self._begun(workspace, wanted).wait_for_completion(show_output=True)
        if details.status != builds.SUCCEEDED:
            raise UserErrorException(f"the environment {self.name} was not built; its log is above")
        return details.get_log()

    def get_image_details(self, workspace: Workspace) -> DockerImageDetails:
        definition = self._definition()
        told = builds.explain_build(workspace._place, self.name or "", wanted_in(definition, boxed=True))
        return details_of(without_password(definition), told)

    def _begun(self, workspace: Workspace, wanted: Wanted) -> ImageBuildDetails:
        place = workspace._place
        return ImageBuildDetails(place, builds.begin_build(place, self.name or "", wanted))

    def clone(self, new_name: str) -> "Environment":
        made = copy.deepcopy(self)
        made.name, made.version, made.asset_id = new_name, None, None
        return made

    def save_to_directory(self, path: str, overwrite: bool = False) -> None:
        folder = Path(path)
        if folder.exists() and not overwrite:
            raise UserErrorException(f"the folder {folder} exists already; pass overwrite=True to write into it")
        folder.mkdir(parents=True, exist_ok=True)
        definition = without_password(self._definition())  # the folder may be one that snapshots are taken of
        (folder / DEFINITION_FILE_NAME).write_text(_json(definition), encoding="utf-8")
        if self.python.conda_dependencies is not None:
            self.python.conda_dependencies.save(str(folder / CONDA_FILE_NAME))
        if self.docker.base_dockerfile is not None:
            (folder / DOCKERFILE_NAME).write_text(self.docker.base_dockerfile, encoding="utf-8")

    @staticmethod
    def load_from_directory(path: str) -> "Environment":
        file = Path(path) / DEFINITION_FILE_NAME
        try:
            definition = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserErrorException(f"the environment definition {file} cannot be read: {error}") from error
        return Environment._from_definition(definition)


class EnvironmentReference(_AbstractRunConfigElement):
    """SDK v1 `EnvironmentReference`: a registered environment by name."""

    def __init__(self, name: str, version: str | None = None) -> None:
        self.name = name
        self.version = version

    def get_environment(self, workspace: Workspace) -> Environment:
        return Environment.get(workspace, self.name, self.version)


def _json(definition: dict[str, Any]) -> str:  # Any: JSON
    return json.dumps(definition, indent=4, sort_keys=True)  # as v1 prints it


def _with_packages(made: Environment, conda_specification: str | None, pip_requirements: str | None) -> Environment:
    if conda_specification and pip_requirements:
        raise UserErrorException("give either conda_specification or pip_requirements, not both")
    if conda_specification:
        made.python.conda_dependencies = CondaDependencies(conda_specification)
    elif pip_requirements:
        made.python.conda_dependencies = _dependencies_of(_requirements(pip_requirements))
    else:
        made.python.user_managed_dependencies = True
    return made


def _requirements(file_path: str) -> list[str]:
    try:
        return requirement_lines(Path(file_path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserErrorException(f"the requirements file {file_path} cannot be read: {error}") from error


def _dependencies_of(requirements: list[str], *, pip_version: str | None = None) -> CondaDependencies:
    pip = [f"pip=={pip_version}"] if pip_version else []
    return CondaDependencies.create(pip_packages=requirements, conda_packages=pip, pin_sdk_version=False)
