"""Datastores of a workspace: which there are, and the files of the server's own ones."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from runstead.client.artifacts import UPLOAD_TIMEOUT_S
from runstead.client.connection import Json, quoted, quoted_path
from runstead.client.workspaces import Workspace
from runstead.domain.errors import InvalidArgument


def list_datastores(workspace: Workspace) -> list[Json]:
    """All of them, by name."""
    return list(workspace.connection.call("GET", f"{workspace.path}/datastores")["datastores"])


def load_datastore(workspace: Workspace, name: str) -> Json:
    """Raises NotFound."""
    return workspace.connection.call("GET", datastore_path(workspace, name))


def load_default(workspace: Workspace) -> Json:
    """The one that is used where none is named."""
    return workspace.connection.call("GET", f"{workspace.path}/default-datastore")


def register_datastore(
    workspace: Workspace,
    name: str,
    *,
    kind: str,
    settings: Mapping[str, str | None],
    secrets: Mapping[str, str],
    overwrite: bool,
) -> Json:
    """Keep where a datastore is; Conflict if the name is taken by another one and `overwrite` is False."""
    body = {"kind": kind, "settings": dict(settings), "secrets": dict(secrets), "overwrite": overwrite}
    return workspace.connection.call("PUT", datastore_path(workspace, name), body)


def load_secrets(workspace: Workspace, name: str) -> dict[str, str]:
    """A datastore's credentials by name; empty if it has none."""
    return dict(workspace.connection.call("GET", f"{datastore_path(workspace, name)}/secrets")["secrets"])


def unregister_datastore(workspace: Workspace, name: str) -> None:
    """Forget it; what it points to stays."""
    workspace.connection.call("DELETE", datastore_path(workspace, name))


def set_default(workspace: Workspace, name: str) -> Json:
    """Make it the one that is used where none is named."""
    return workspace.connection.call("POST", f"{datastore_path(workspace, name)}/default", {})


def list_files(workspace: Workspace, name: str, *, prefix: str) -> list[Json]:
    """The files of an own datastore whose path begins with `prefix`, by path."""
    found: list[Json] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"prefix": prefix, "after": cursor}
        page = workspace.connection.call("GET", f"{datastore_path(workspace, name)}/files", query=query)
        found += page["files"]
        cursor = page["next_cursor"]
    return sorted(found, key=lambda file: str(file["path"]))


def put_file(workspace: Workspace, name: str, *, path: str, file: Path, overwrite: bool) -> None:
    """Send one file from disk, piece by piece; Conflict if the path is taken and `overwrite` is False."""
    try:
        content = file.open("rb")
    except OSError as error:
        raise InvalidArgument(f"{file} cannot be read: {error.strerror}") from error
    with content:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.stat().st_size)}
        address = f"{datastore_path(workspace, name)}/files/{quoted_path(path)}"
        query = {"overwrite": overwrite}
        workspace.connection.send("PUT", address, content, query=query, headers=headers, timeout_s=UPLOAD_TIMEOUT_S)


def file_pieces(workspace: Workspace, name: str, *, path: str) -> Iterator[bytes]:
    """A file's bytes, piece by piece."""
    return workspace.connection.stream("GET", f"{datastore_path(workspace, name)}/files/{quoted_path(path)}")


def datastore_path(workspace: Workspace, name: str) -> str:
    """The datastore's address below the server's root."""
    return f"{workspace.path}/datastores/{quoted(name)}"
