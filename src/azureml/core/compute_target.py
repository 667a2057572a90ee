"""SDK v1 `azureml.core.compute_target`: in this version, the machine itself."""

from collections.abc import Mapping

from azureml._later import not_yet
from azureml.exceptions import ComputeTargetException

__all__ = ["AbstractComputeTarget", "ComputeTargetException", "LocalTarget"]


class AbstractComputeTarget:
    """SDK v1 `AbstractComputeTarget`: something that runs can be sent to."""

    def __init__(self, compute_type: str, name: str) -> None:
        self._type = compute_type
        self._name = name

    @property
    def type(self) -> str:
        return self._type

    @property
    def name(self) -> str:
        return self._name

    @staticmethod
    def deserialize_from_dict(
        compute_target_name: str, compute_target_dict: Mapping[str, object]
    ) -> "AbstractComputeTarget":
        raise not_yet("AbstractComputeTarget.deserialize_from_dict")


class LocalTarget(AbstractComputeTarget):
    """SDK v1 `LocalTarget`: this machine."""

    def __init__(self) -> None:
        super().__init__("local", "local")
