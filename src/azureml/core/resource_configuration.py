"""SDK v1 `azureml.core.resource_configuration`."""

from collections.abc import Mapping
from typing import Any, Self


class ResourceConfiguration:
    """SDK v1 `ResourceConfiguration`: what a service of a model needs."""

    def __init__(self, cpu: float | None = None, memory_in_gb: float | None = None, gpu: int | None = None) -> None:
        self.cpu = cpu
        self.memory_in_gb = memory_in_gb
        self.gpu = gpu

    def serialize(self) -> dict[str, Any]:  # Any: numbers or None
        return {"cpu": self.cpu, "memoryInGB": self.memory_in_gb, "gpu": self.gpu}

    @staticmethod
    def deserialize(payload_obj: Mapping[str, Any] | None) -> "ResourceConfiguration | None":  # Any: JSON
        if payload_obj is None:
            return None
        return ResourceConfiguration(payload_obj.get("cpu"), payload_obj.get("memoryInGB"), payload_obj.get("gpu"))

    def _body(self) -> dict[str, Any]:  # Any: numbers or None
        """As REST v1 has it."""
        return {"cpu": self.cpu, "memory_gb": self.memory_in_gb, "gpu": self.gpu}

    @classmethod
    def _of(cls, record: Mapping[str, Any] | None) -> Self | None:  # Any: JSON
        return None if record is None else cls(record["cpu"], record["memory_gb"], record["gpu"])
