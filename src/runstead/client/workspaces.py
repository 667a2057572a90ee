"""Workspaces of a server: where a run or experiment is addressed from."""

from collections.abc import Mapping
from dataclasses import dataclass

from runstead.client.connection import Connection, Json, quoted
from runstead.domain.limits import Limits
from runstead.domain.names import checked_name


@dataclass(frozen=True)
class Workspace:
    """One workspace of one server; everything below it is addressed through `path`."""

    connection: Connection
    name: str

    def __post_init__(self) -> None:
        # A slash in it, however it is quoted, would be another address.
        checked_name("workspace", self.name, Limits())

    @property
    def path(self) -> str:
        """Below the server's root."""
        return f"/api/v1/workspaces/{quoted(self.name)}"

    @property
    def studio_url(self) -> str:
        """The workspace's page."""
        return f"{self.connection.url}/w/{quoted(self.name)}"


def list_workspaces(connection: Connection) -> list[Json]:
    """All workspaces of the server."""
    return list(connection.call("GET", "/api/v1/workspaces")["workspaces"])


def load_workspace(workspace: Workspace) -> Json:
    """Raises NotFound."""
    return workspace.connection.call("GET", workspace.path)


def ensure_workspace(workspace: Workspace, *, identity: Mapping[str, str | None]) -> Json:
    """The workspace, made if missing. identity: subscription_id, resource_group, location, as far as known."""
    known = {key: value for key, value in identity.items() if value}
    return workspace.connection.call("PUT", workspace.path, known)


def change_workspace(workspace: Workspace, **changes: object) -> Json:
    """changes: tags (replaced as a whole), description, friendly_name."""
    return workspace.connection.call("PATCH", workspace.path, changes)


def delete_workspace(workspace: Workspace) -> None:
    """The workspace with everything in it. Raises Conflict while a job of it has not ended."""
    workspace.connection.call("DELETE", workspace.path)
