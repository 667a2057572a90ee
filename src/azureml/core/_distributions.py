"""Parts of a run configuration that say how many processes run where."""

from typing import ClassVar

from azureml.core._elements import _AbstractRunConfigElement


class MpiConfiguration(_AbstractRunConfigElement):
    """SDK v1 `MpiConfiguration`."""

    def __init__(self, process_count_per_node: int = 1, node_count: int = 1) -> None:
        self.process_count_per_node = process_count_per_node
        self.node_count = node_count


class PyTorchConfiguration(_AbstractRunConfigElement):
    """SDK v1 `PyTorchConfiguration`: `process_count` is the total, by default one per node."""

    def __init__(
        self, communication_backend: str = "Nccl", process_count: int | None = None, node_count: int = 1
    ) -> None:
        self.communication_backend = communication_backend
        self.process_count = process_count
        self.node_count = node_count


class TensorflowConfiguration(_AbstractRunConfigElement):
    """SDK v1 `TensorflowConfiguration`."""

    def __init__(self, worker_count: int = 1, parameter_server_count: int = 1) -> None:
        self.worker_count = worker_count
        self.parameter_server_count = parameter_server_count


class ParallelTaskConfiguration(_AbstractRunConfigElement):
    """SDK v1 `ParallelTaskConfiguration`."""

    def __init__(self) -> None:
        self.max_retries_per_worker = 0
        self.worker_count_per_node = 1
        self.terminal_exit_codes: list[int] | None = None


class AmlComputeConfiguration(_AbstractRunConfigElement):
    """SDK v1 `AmlComputeConfiguration`: a cluster that is made for one run."""

    _SPELLED: ClassVar = {
        "_retain_cluster": "retainCluster",
        "_name": "name",
        "_cluster_max_node_count": "clusterMaxNodeCount",
    }

    def __init__(self) -> None:
        self.vm_size: str | None = None
        self.vm_priority: str | None = None
        self._retain_cluster = False
        self._name: str | None = None
        self._cluster_max_node_count: int | None = None


class KubernetesComputeConfiguration(_AbstractRunConfigElement):
    """SDK v1 `KubernetesComputeConfiguration`."""

    def __init__(self) -> None:
        self.instance_type: str | None = None


class SparkConfiguration(_AbstractRunConfigElement):
    """SDK v1 `SparkConfiguration`."""

    def __init__(self) -> None:
        self.configuration: dict[str, str] = {"spark.app.name": "Runstead", "spark.yarn.maxAppAttempts": "1"}


class HdiConfiguration(_AbstractRunConfigElement):
    """SDK v1 `HdiConfiguration`."""

    def __init__(self) -> None:
        self.yarn_deploy_mode = "cluster"


class DockerConfiguration(_AbstractRunConfigElement):
    """SDK v1 `DockerConfiguration`: whether and how a run goes into a container."""

    def __init__(
        self,
        use_docker: bool = False,
        shared_volumes: bool = True,
        arguments: list[str] | None = None,
        shm_size: str | None = "2g",
    ) -> None:
        self.use_docker = use_docker
        self.shared_volumes = shared_volumes
        self.arguments = list(arguments or [])
        self.shm_size = shm_size


class HistoryConfiguration(_AbstractRunConfigElement):
    """SDK v1 `HistoryConfiguration`: what is kept of a run."""

    def __init__(self) -> None:
        self.output_collection = True
        self.snapshot_project = True
        self.directories_to_watch = ["logs"]


class ApplicationEndpointConfiguration(_AbstractRunConfigElement):
    """SDK v1 `ApplicationEndpointConfiguration`."""

    def __init__(
        self, type: str | None = None, port: int | None = None, properties: dict[str, str] | None = None
    ) -> None:
        self.type = type
        self.port = port
        self.properties = properties
