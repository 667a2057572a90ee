"""SDK v1 `azureml.core.keyvault`."""

import logging
from collections.abc import Mapping, Sequence

from azureml._errors import speaks_v1
from azureml.core.workspace import Workspace
from runstead.client import secrets as client
from runstead.domain.errors import NotFound

NO_CONTENT_TYPE = "application/NotProvided"
log = logging.getLogger(__name__)


@speaks_v1
class Keyvault:
    """SDK v1 `Keyvault`: the secrets of a workspace, kept encrypted by the server."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def set_secret(self, name: str, value: str, content_type: str = NO_CONTENT_TYPE) -> None:
        client.put_secret(self.workspace._place, name, value, content_type=content_type)

    def set_secrets(self, secrets_batch: Mapping[str, str]) -> None:
        for name, value in secrets_batch.items():
            self.set_secret(name, value)

    def get_secret(self, name: str) -> str | None:
        return self.get_secrets([name])[name]

    def get_secrets(self, secrets: Sequence[str]) -> dict[str, str | None]:
        """Of a secret that is not there the value is None, as in SDK v1; it is logged."""
        return {name: self._value(name) for name in secrets}

    def get_secret_content_type(self, name: str) -> str:
        return str(client.load_secret(self.workspace._place, name)["content_type"])

    def list_secrets(self) -> list[dict[str, str]]:
        found = client.list_secrets(self.workspace._place)
        return [{"name": one["name"], "content_type": one["content_type"]} for one in found]

    def delete_secret(self, name: str) -> None:
        client.delete_secret(self.workspace._place, name)

    def delete_secrets(self, secrets: Sequence[str]) -> None:
        for name in secrets:
            self.delete_secret(name)

    def _value(self, name: str) -> str | None:
        try:
            return str(client.load_secret(self.workspace._place, name)["value"])
        except NotFound:
            log.warning("there is no secret %r in workspace %r", name, self.workspace.name)
            return None

    def __repr__(self) -> str:
        return f"Keyvault(workspace={self.workspace.name!r})"
