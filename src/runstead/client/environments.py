"""Registered and curated environments of a workspace."""

from collections.abc import Mapping, Sequence
from typing import Any

from runstead.client.connection import Json
from runstead.client.workspaces import Workspace


def register_environment(workspace: Workspace, name: str, definition: Mapping[str, Any]) -> Json:  # Any: JSON
    """The version that has this definition; a new one if the newest differs."""
    return workspace.connection.call("POST", _path(workspace), {"name": name, "definition": dict(definition)})


def find_environment(workspace: Workspace, name: str, *, version: str | None = None, label: str | None = None) -> Json:
    """This version, the one with this label, or the newest. Raises NotFound."""
    query = {"name": name, "version": version, "label": label}
    return workspace.connection.call("GET", f"{_path(workspace)}/find", query=query)


def list_environments(workspace: Workspace, *, include_curated: bool = False) -> list[Json]:
    """The newest version of every name."""
    query = {"include_curated": include_curated}
    return list(workspace.connection.call("GET", _path(workspace), query=query)["environments"])


def list_versions(workspace: Workspace, name: str) -> list[Json]:
    """All versions of a name, newest first. Raises NotFound."""
    return list(workspace.connection.call("GET", f"{_path(workspace)}/versions", query={"name": name})["environments"])


def label_environment(workspace: Workspace, name: str, *, version: int, labels: Sequence[str]) -> Json:
    """Put labels on a version; each moves from where it was."""
    body: Json = {"name": name, "version": version, "labels": list(labels)}
    return workspace.connection.call("POST", f"{_path(workspace)}/labels", body)


def _path(workspace: Workspace) -> str:
    return f"{workspace.path}/environments"
