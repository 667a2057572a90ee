"""Logins of image registries, whose passwords a workspace keeps."""

from runstead.client.workspaces import Workspace


def forget_login(workspace: Workspace, address: str, username: str) -> None:
    """Has the workspace throw the password away. Raises NotFound."""
    workspace.connection.call("DELETE", f"{workspace.path}/logins", query={"address": address, "username": username})
