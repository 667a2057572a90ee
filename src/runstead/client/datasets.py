"""Datasets of a workspace: saved, registered, found again."""

from collections.abc import Mapping, Sequence

from runstead.client.connection import Json, quoted
from runstead.client.workspaces import Workspace
from runstead.domain.datasets import Definition


def save_dataset(workspace: Workspace, definition: Definition) -> Json:
    """The dataset of this definition, with its id."""
    return workspace.connection.call("POST", f"{workspace.path}/datasets", {"definition": dict(definition)})


def load_dataset(workspace: Workspace, dataset_id: str) -> Json:
    """Raises NotFound."""
    return workspace.connection.call("GET", f"{workspace.path}/datasets/{quoted(dataset_id)}")


def load_registered(workspace: Workspace, name: str, version: int | None) -> Json:
    """The newest version where none is named. Raises NotFound."""
    return workspace.connection.call("GET", _named(workspace, name), query={"version": version})


def list_registered(workspace: Workspace) -> list[Json]:
    """The newest version of every name."""
    return list(workspace.connection.call("GET", f"{workspace.path}/registered-datasets")["datasets"])


def register_dataset(workspace: Workspace, name: str, definition: Definition, **said: object) -> Json:
    """Give a definition a name. said: description, tags, create_new_version. Raises Conflict if the name is taken."""
    return workspace.connection.call("POST", _named(workspace, name), {"definition": dict(definition), **said})


def change_dataset(
    workspace: Workspace,
    name: str,
    version: int,
    *,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
    remove_tags: Sequence[str] = (),
) -> Json:
    """Change what is given of one version."""
    body = {"description": description, "tags": dict(tags or {}), "remove_tags": list(remove_tags)}
    return workspace.connection.call("PATCH", f"{_named(workspace, name)}/versions/{version}", body)


def unregister_dataset(workspace: Workspace, name: str) -> None:
    """Forget a name with all its versions."""
    workspace.connection.call("DELETE", _named(workspace, name))


def _named(workspace: Workspace, name: str) -> str:
    return f"{workspace.path}/registered-datasets/{quoted(name)}"
