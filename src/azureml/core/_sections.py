"""The sections of an environment; SDK v1 names them in `azureml.core.environment`."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

from azureml._errors import speaks_v1
from azureml.core._elements import _AbstractRunConfigElement
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.container_registry import ContainerRegistry
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException
from runstead.client import snapshots
from runstead.domain import images
from runstead.domain.snapshots import SnapshotLimits

DEFAULT_CPU_IMAGE = images.DEFAULT_CPU_IMAGE
DEFAULT_GPU_IMAGE = f"{images.AZURE}openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04"
DEFAULT_SHM_SIZE = "2g"
STORED = "storageaccount"
log = logging.getLogger(__name__)


class PythonSection(_AbstractRunConfigElement):
    """SDK v1 `PythonSection`: which interpreter, with which packages."""

    # A definition that names a file has its content, too; that file may be on another machine.
    _SPELLED: ClassVar = {"_conda_dependencies_file": "condaDependenciesFile"}

    def __init__(self, **kwargs: object) -> None:
        self.user_managed_dependencies = False
        self.interpreter_path = "python"
        self.base_conda_environment: str | None = None
        self._conda_dependencies: CondaDependencies | None = CondaDependencies()
        self._conda_dependencies_file: str | None = None

    @property
    def conda_dependencies(self) -> CondaDependencies | None:
        return self._conda_dependencies

    @conda_dependencies.setter
    def conda_dependencies(self, value: CondaDependencies | Mapping[str, Any] | None) -> None:  # Any: YAML
        known = value is None or isinstance(value, CondaDependencies)
        self._conda_dependencies = value if known else CondaDependencies._from_specification(dict(value))  # type: ignore[arg-type,assignment]  # `known` narrows nothing for mypy

    @property
    def conda_dependencies_file(self) -> str | None:
        return self._conda_dependencies_file

    @conda_dependencies_file.setter
    def conda_dependencies_file(self, value: str | None) -> None:
        self._conda_dependencies_file = value
        if value is not None:
            self._conda_dependencies = CondaDependencies(value)

    def _definition(self) -> dict[str, Any]:  # Any: JSON
        return {
            "userManagedDependencies": self.user_managed_dependencies,
            "interpreterPath": self.interpreter_path,
            "condaDependenciesFile": self._conda_dependencies_file,
            "baseCondaEnvironment": self.base_conda_environment,
            "condaDependencies": self._conda_dependencies.as_dict() if self._conda_dependencies else None,
        }


class DockerImagePlatform(_AbstractRunConfigElement):
    """SDK v1 `DockerImagePlatform`."""

    def __init__(self) -> None:
        self.os = "Linux"
        self.architecture = "amd64"


@speaks_v1
class DockerBuildContext(_AbstractRunConfigElement):
    """SDK v1 `DockerBuildContext`: a folder that an image is built from; it is kept on the server as a snapshot."""

    def __init__(
        self, location_type: str | None = None, location: str | None = None, dockerfile_path: str = "Dockerfile"
    ) -> None:
        self.location_type = location_type
        self.location = location
        self.dockerfile_path = dockerfile_path

    @staticmethod
    def from_local_directory(
        workspace: Workspace, path: str, dockerfile_path: str = "Dockerfile"
    ) -> "DockerBuildContext":
        folder = Path(path).absolute()
        if not (folder / dockerfile_path).is_file():
            raise UserErrorException(f"the build context {folder} has no file {dockerfile_path!r}")
        taken = snapshots.take_snapshot(
            workspace._place, folder, home=workspace._settings.home, limits=SnapshotLimits()
        )
        return DockerBuildContext(STORED, f"snapshots/{taken.snapshot_id}", dockerfile_path)


class DockerSection(_AbstractRunConfigElement):
    """SDK v1 `DockerSection`: the image of an environment."""

    _PARTS: ClassVar = {"build_context": DockerBuildContext}
    _SPELLED: ClassVar = {"_enabled": "enabled"}

    def __init__(self, **kwargs: object) -> None:
        self._enabled = False
        self.base_image: str | None = DEFAULT_CPU_IMAGE
        self._base_dockerfile: str | None = None
        self.build_context: DockerBuildContext | None = None
        self.shared_volumes = True
        self.shm_size: str | None = DEFAULT_SHM_SIZE
        self.arguments: list[str] = []
        self.gpu_support = False
        self.base_image_registry = ContainerRegistry()
        self.platform = DockerImagePlatform()

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        log.warning("docker.enabled is deprecated; give a DockerConfiguration(use_docker=True) to the run instead")
        self._enabled = value

    @property
    def base_dockerfile(self) -> str | None:
        return self._base_dockerfile

    @base_dockerfile.setter
    def base_dockerfile(self, value: str | IO[str] | None) -> None:
        self._base_dockerfile = _dockerfile_text(value)

    def _definition(self) -> dict[str, Any]:  # Any: JSON
        plain = super()._definition()
        enabled, image = plain.pop("enabled"), plain.pop("baseImage")
        if not self.gpu_support:
            del plain["gpuSupport"]  # 1.61 writes it no more; older files have it
        return {"enabled": enabled, "baseImage": image, "baseDockerfile": self._base_dockerfile, **plain}


class SparkPackage(_AbstractRunConfigElement):
    """SDK v1 `SparkPackage`."""

    def __init__(self, group: str | None = None, artifact: str | None = None, version: str | None = None) -> None:
        self.group = group
        self.artifact = artifact
        self.version = version


class SparkSection(_AbstractRunConfigElement):
    """SDK v1 `SparkSection`."""

    _ITEMS: ClassVar = {"packages": SparkPackage}

    def __init__(self, **kwargs: object) -> None:
        self.repositories: list[str] = []
        self.packages: list[SparkPackage] = []
        self.precache_packages = True


class RSection(_AbstractRunConfigElement):
    """SDK v1 `RSection`."""

    def __init__(self) -> None:
        self.r_version: str | None = None
        self.user_managed = False
        self.rscript_path: str | None = None
        self.snapshot_date: str | None = None
        self.cran_packages: list[object] | None = None
        self.github_packages: list[object] | None = None
        self.custom_url_packages: list[str] | None = None
        self.bioconductor_packages: list[str] | None = None


def _dockerfile_text(value: str | IO[str] | None) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return value.read()
    # A Dockerfile's text has several words or lines; what names a file is taken as a path, as SDK v1 does.
    is_file = "\n" not in value and len(value) < 4096 and Path(value).is_file()
    return Path(value).read_text(encoding="utf-8") if is_file else value
