"""SDK v1 `azureml.core.container_registry`."""

from azureml.core._elements import _AbstractRunConfigElement


class ContainerRegistry(_AbstractRunConfigElement):
    """SDK v1 `ContainerRegistry`: where images come from."""

    def __init__(self) -> None:
        self.address: str | None = None
        self.username: str | None = None
        self.password: str | None = None
        self.registry_identity: object = None

    def __repr__(self) -> str:
        return f"ContainerRegistry(address={self.address!r}, username={self.username!r})"
