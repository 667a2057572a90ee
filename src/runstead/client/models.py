"""Registered models of a workspace: make, find, change, fetch."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runstead.client.artifacts import files_below, write_whole
from runstead.client.connection import Json, quoted, quoted_path
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, InvalidArgument

BATCH_BYTES = 8 << 20
PIECE_BYTES = 1 << 20
SEND_TIMEOUT_S = 300.0  # per piece sent and for the server's answer


def register_from_run(workspace: Workspace, name: str, *, run_id: str, run_path: str, **facts: object) -> Json:
    """A new version made of a run's file or folder; NotFound if it has none of that path."""
    return _post(workspace, {"name": name, "run_id": run_id, "run_path": run_path, **facts})


def register_from_disk(
    workspace: Workspace, name: str, path: Path, *, child_paths: Sequence[str] = (), **facts: object
) -> Json:
    """A new version made of a file or folder of this machine; only what the server lacks is sent.

    child_paths: of a folder, only these files, by their paths in it. A file that changes meanwhile is a Conflict.
    """
    files = _files_of(path, child_paths)
    hashed = {inner: _sha256_of(file) for inner, file in files.items()}
    body = {"name": name, "files": [{"path": inner, "sha256": one} for inner, one in hashed.items()], **facts}
    try:
        return _post(workspace, body)
    except Conflict as lacking:
        missing = lacking.details.get("missing")
        if not isinstance(missing, list):
            raise
    by_hash = {sha256: files[inner] for inner, sha256 in hashed.items()}
    for batch in _batches([by_hash[sha256] for sha256 in missing]):
        _send(workspace, batch)
    return _post(workspace, body)


def load_model(workspace: Workspace, name: str, version: int | None = None) -> Json:
    """One version, by default the latest. Raises NotFound."""
    return workspace.connection.call("GET", _path(workspace, name, version))


def list_models(workspace: Workspace, **filters: object) -> list[Json]:
    """Newest first. filters: name, run_id, framework, dataset_id, tag and property ([k or k=v]), latest."""
    return list(workspace.connection.call("GET", f"{workspace.path}/models", query=filters)["models"])


def change_model(workspace: Workspace, name: str, version: int, **changes: object) -> Json:
    """changes: as PATCH of a model in rest-v1.md. Conflict on a property's second value."""
    return workspace.connection.call("PATCH", _path(workspace, name, version), changes)


def delete_model(workspace: Workspace, name: str, version: int) -> None:
    """Forget one version."""
    workspace.connection.call("DELETE", _path(workspace, name, version))


def list_files(workspace: Workspace, name: str, version: int) -> list[str]:
    """The paths of a version's files."""
    found = workspace.connection.call("GET", f"{_path(workspace, name, version)}/files")["files"]
    return [one["path"] for one in found]


def fetch_file(workspace: Workspace, name: str, version: int, *, path: str, target: Path) -> None:
    """Download one file to `target`, which appears whole or not at all."""
    address = f"{_path(workspace, name, version)}/files/{quoted_path(path)}"
    write_whole(target, workspace.connection.stream("GET", address))


def _post(workspace: Workspace, body: Mapping[str, object]) -> Json:
    return workspace.connection.call("POST", f"{workspace.path}/models", dict(body))


def _path(workspace: Workspace, name: str, version: int | None) -> str:
    return f"{workspace.path}/models/{quoted(name)}/versions/{version or 'latest'}"


def _files_of(path: Path, child_paths: Sequence[str]) -> dict[str, Path]:
    """The model's files by their paths in it: a file has its own name, a folder's begin with the folder's."""
    if path.is_file():
        return {path.name: path}
    below = files_below(path)
    if unknown := [one for one in child_paths if one not in below]:
        raise InvalidArgument(f"the model folder {path} has no file {unknown[0]!r}")
    wanted = {inner: file for inner, file in below.items() if not child_paths or inner in child_paths}
    if not wanted:
        raise InvalidArgument(f"there are no files in the model folder {path}")
    return {f"{path.absolute().name}/{inner}": file for inner, file in wanted.items()}


def _sha256_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    batch: list[Path] = []
    size_bytes = 0
    for file in files:
        batch.append(file)
        size_bytes += file.stat().st_size
        if size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _send(workspace: Workspace, files: Sequence[Path]) -> None:
    heads = [bytes.fromhex(_sha256_of(file)) + file.stat().st_size.to_bytes(8, "little") for file in files]
    size_bytes = sum(len(head) + file.stat().st_size for head, file in zip(heads, files, strict=True))
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
    address = f"{workspace.path}/blobs"
    workspace.connection.send("POST", address, _pieces(heads, files), headers=headers, timeout_s=SEND_TIMEOUT_S)


def _pieces(heads: Sequence[bytes], files: Sequence[Path]) -> Iterator[bytes]:
    """A model may be larger than memory: its bytes are read while they are sent."""
    for head, file in zip(heads, files, strict=True):
        yield head
        with file.open("rb") as content:
            while piece := content.read(PIECE_BYTES):
                yield piece
