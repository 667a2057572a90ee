"""Secrets of a workspace."""

from runstead.client.connection import Json, quoted
from runstead.client.workspaces import Workspace


def list_secrets(workspace: Workspace) -> list[Json]:
    """Names and content types, by name; no values."""
    return list(workspace.connection.call("GET", f"{workspace.path}/secrets")["secrets"])


def load_secret(workspace: Workspace, name: str) -> Json:
    """The secret with its value. Raises NotFound."""
    return workspace.connection.call("GET", _path(workspace, name))


def put_secret(workspace: Workspace, name: str, value: str, *, content_type: str = "") -> None:
    """Keep a secret; one of the same name is replaced."""
    workspace.connection.call("PUT", _path(workspace, name), {"value": value, "content_type": content_type})


def delete_secret(workspace: Workspace, name: str) -> None:
    """Raises NotFound."""
    workspace.connection.call("DELETE", _path(workspace, name))


def _path(workspace: Workspace, name: str) -> str:
    return f"{workspace.path}/secrets/{quoted(name)}"
