"""SDK v1 `azureml.core.runconfig`: how a script is run, as plain data and as a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from azureml.core._data_sections import (
    Data,
    DatacacheConfiguration,
    DataLocation,
    DataPath,
    DataReferenceConfiguration,
    Dataset,
    GlobsOptions,
    MountOptions,
    OutputData,
    OutputOptions,
    RegistrationOptions,
    UploadOptions,
)
from azureml.core._distributions import (
    AmlComputeConfiguration,
    ApplicationEndpointConfiguration,
    DockerConfiguration,
    HdiConfiguration,
    HistoryConfiguration,
    KubernetesComputeConfiguration,
    MpiConfiguration,
    ParallelTaskConfiguration,
    PyTorchConfiguration,
    SparkConfiguration,
    TensorflowConfiguration,
)
from azureml.core._elements import _AbstractRunConfigElement
from azureml.core._runconfig_files import delete_configuration, read_configuration, write_configuration
from azureml.core._sections import DEFAULT_CPU_IMAGE, DEFAULT_GPU_IMAGE
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.container_registry import ContainerRegistry as _ContainerRegistry
from azureml.core.databricks import (
    DatabricksSection,
    EggLibrary,
    JarLibrary,
    MavenLibrary,
    PyPiLibrary,
    RCranLibrary,
)
from azureml.core.environment import (
    DockerSection,
    Environment,
    PythonSection,
    RSection,
    SparkPackage,
    SparkSection,
)

__all__ = [
    "DEFAULT_CPU_IMAGE",
    "DEFAULT_GPU_IMAGE",
    "AmlComputeConfiguration",
    "ApplicationEndpointConfiguration",
    "CondaDependencies",
    "ContainerRegistry",
    "Data",
    "DataLocation",
    "DataPath",
    "DataReferenceConfiguration",
    "DatabricksSection",
    "DatacacheConfiguration",
    "Dataset",
    "DockerConfiguration",
    "DockerSection",
    "EggLibrary",
    "Environment",
    "EnvironmentDefinition",
    "GlobsOptions",
    "HdiConfiguration",
    "HistoryConfiguration",
    "JarLibrary",
    "KubernetesComputeConfiguration",
    "MavenLibrary",
    "MountOptions",
    "MpiConfiguration",
    "OutputData",
    "OutputOptions",
    "ParallelTaskConfiguration",
    "PyPiLibrary",
    "PyTorchConfiguration",
    "PythonSection",
    "RCranLibrary",
    "RSection",
    "RegistrationOptions",
    "RunConfiguration",
    "SparkConfiguration",
    "SparkPackage",
    "SparkSection",
    "TensorflowConfiguration",
    "UploadOptions",
]
LOCAL = "local"


class ContainerRegistry(_ContainerRegistry):
    """SDK v1 `runconfig.ContainerRegistry`: the older name of `azureml.core.ContainerRegistry`."""


class EnvironmentDefinition(Environment):
    """SDK v1 `EnvironmentDefinition`: the older name of Environment."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)


class RunConfiguration(_AbstractRunConfigElement):
    """SDK v1 `RunConfiguration`; the order of the attributes is the order of the file."""

    _ITEMS: ClassVar = {
        "data_references": DataReferenceConfiguration,
        "data": Data,
        "datacaches": DatacacheConfiguration,
        "output_data": OutputData,
        "services": ApplicationEndpointConfiguration,
    }
    _SPELLED: ClassVar = {"services": "applicationEndpoints"}  # v1 writes it last

    def __init__(
        self,
        script: str | None = None,
        arguments: Sequence[object] | None = None,
        framework: str | None = None,
        communicator: str | None = None,
        conda_dependencies: CondaDependencies | None = None,
        command: str | Sequence[object] | None = None,
    ) -> None:
        self.script = script
        self.arguments: list[Any] = list(arguments or [])  # Any: SDK v1 takes numbers and data objects, too
        self._target: str = LOCAL
        self.framework = framework or "Python"
        self.communicator = communicator or "None"
        self.max_run_duration_seconds: int | None = None
        self.node_count = 1
        self.priority: int | None = None
        self.environment = Environment(None)
        self.history = HistoryConfiguration()
        self.spark = SparkConfiguration()
        self.docker = DockerConfiguration()
        self.hdi = HdiConfiguration()
        self.tensorflow = TensorflowConfiguration()
        self.mpi = MpiConfiguration()
        self.pytorch = PyTorchConfiguration()
        self.paralleltask = ParallelTaskConfiguration()
        self.data_references: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.datacaches: list[Any] = []
        self.output_data: dict[str, Any] = {}
        self.source_directory_data_store: str | None = None
        self.amlcompute = AmlComputeConfiguration()
        self.kubernetescompute = KubernetesComputeConfiguration()
        self.auto_cluster_compute_specification: object = None
        self.services: dict[str, Any] = {}
        self.credential_passthrough = False
        self.command: str | list[Any] = command if isinstance(command, str) else list(command or [])
        self._environment_variables: dict[str, str] = {}
        if conda_dependencies is not None:
            self.environment.python.conda_dependencies = conda_dependencies

    @property
    def target(self) -> str:
        return self._target

    @target.setter
    def target(self, value: object) -> None:
        self._target = str(getattr(value, "name", value))

    @property
    def environment_variables(self) -> dict[str, str]:
        return self._environment_variables

    @environment_variables.setter
    def environment_variables(self, value: dict[str, str]) -> None:
        self._environment_variables = value

    @property
    def auto_prepare_environment(self) -> bool:
        return True

    @auto_prepare_environment.setter
    def auto_prepare_environment(self, value: bool) -> None:
        """Accepted and without effect, as in the later versions of SDK v1."""

    def _definition(self) -> dict[str, Any]:  # Any: JSON
        plain = super()._definition()
        start = {"script": plain.pop("script"), "arguments": plain.pop("arguments"), "target": self._target}
        last = {"applicationEndpoints": plain.pop("applicationEndpoints")}
        return {**start, **plain, "environmentVariables": dict(self._environment_variables), **last}

    def save(self, path: str | None = None, name: str | None = None, separate_environment_yaml: bool = False) -> None:
        write_configuration(
            self._definition(), Path(path or "."), name=name, separate_environment=separate_environment_yaml
        )

    @staticmethod
    def load(path: str, name: str | None = None) -> "RunConfiguration":
        return read_configuration(RunConfiguration(), Path(path), name=name)

    @staticmethod
    def delete(path: str, name: str) -> None:
        delete_configuration(Path(path), name=name)
