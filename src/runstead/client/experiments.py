"""Experiments of a workspace."""

from runstead.client.connection import Json, quoted
from runstead.client.workspaces import Workspace


def list_experiments(workspace: Workspace, *, include_archived: bool = False) -> list[Json]:
    """Last active first."""
    query = {"include_archived": include_archived}
    return list(workspace.connection.call("GET", f"{workspace.path}/experiments", query=query)["experiments"])


def ensure_experiment(workspace: Workspace, name: str) -> Json:
    """The experiment, made if missing."""
    return workspace.connection.call("PUT", _path(workspace, name), {})


def load_experiment(workspace: Workspace, name: str) -> Json:
    """Raises NotFound."""
    return workspace.connection.call("GET", _path(workspace, name))


def change_experiment(workspace: Workspace, name: str, **changes: object) -> Json:
    """changes: archived, description, tags ({k: v}), remove_tags ([k])."""
    return workspace.connection.call("PATCH", _path(workspace, name), changes)


def delete_experiment(workspace: Workspace, name: str) -> None:
    """Raises Conflict if it has runs."""
    workspace.connection.call("DELETE", _path(workspace, name))


def studio_url(workspace: Workspace, name: str) -> str:
    """The experiment's page."""
    return f"{workspace.studio_url}/experiments/{quoted(name)}"


def _path(workspace: Workspace, name: str) -> str:
    return f"{workspace.path}/experiments/{quoted(name)}"
