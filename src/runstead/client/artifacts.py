"""Files of a run: list, send, fetch."""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from runstead.client.connection import Json, quoted_path
from runstead.client.runs import run_path
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, InvalidArgument

LOG_FOLDERS = ("azureml-logs/", "logs/", "user_logs/")
log = logging.getLogger(__name__)
UPLOAD_TIMEOUT_S = 300.0  # per piece sent and for the server's answer, not for the whole file


def list_artifacts(workspace: Workspace, run_id: str, *, prefix: str | None = None) -> list[Json]:
    """Artifacts and logs, by path."""
    answer = workspace.connection.call("GET", f"{run_path(workspace, run_id)}/artifacts", query={"prefix": prefix})
    return list(answer["artifacts"])


def put_artifact(
    workspace: Workspace, run_id: str, *, path: str, content: bytes | IO[bytes], overwrite: bool = False
) -> None:
    """Send one file; one that is there with other content is Conflict, with the same content fine."""
    size = len(content) if isinstance(content, bytes) else _remaining_bytes(content)
    headers = {"Content-Type": "application/octet-stream", **({} if size is None else {"Content-Length": str(size)})}
    workspace.connection.send(
        "PUT",
        artifact_path(workspace, run_id, path),
        content,
        query={"overwrite": overwrite},
        headers=headers,
        timeout_s=UPLOAD_TIMEOUT_S,
    )


def put_file(workspace: Workspace, run_id: str, *, path: str, file: Path, overwrite: bool = False) -> None:
    """Send one file from disk, piece by piece."""
    try:
        content = file.open("rb")
    except OSError as error:
        raise InvalidArgument(f"{file} cannot be read: {error.strerror}") from error
    with content:
        put_artifact(workspace, run_id, path=path, content=content, overwrite=overwrite)


def files_below(folder: Path) -> dict[str, Path]:
    """Every file below a folder by its `/`-separated path in it; links to folders are not entered."""
    found = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    files = {file.relative_to(folder).as_posix(): file for file in found if file.is_file()}
    return dict(sorted(files.items()))


def put_folder(workspace: Workspace, run_id: str, *, folder: Path, prefix: str, besides: str = "") -> None:
    """Send all files below a folder but `besides`; one that is there with other content stays, with a warning."""
    for inner, file in files_below(folder).items():
        if inner == besides:
            continue
        try:
            put_file(workspace, run_id, path=f"{prefix}/{inner}", file=file)
        except Conflict:
            log.warning(
                "%s/%s of run %s was uploaded before with other content; that one is kept", prefix, inner, run_id
            )


def put_distinct(workspace: Workspace, run_id: str, *, path: str, content: bytes) -> str:
    """Send a file under its path or, where another one is, under a path with a piece of its hash; returns the path."""
    try:
        put_artifact(workspace, run_id, path=path, content=content)
    except Conflict:
        stem, dot, ending = path.rpartition(".") if "." in path.rpartition("/")[2] else (path, "", "")
        path = f"{stem}_{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"
        put_artifact(workspace, run_id, path=path, content=content)
    return path


def targets_below(folder: Path, paths: Sequence[str], *, dropped: str = "") -> list[Path]:
    """Where files of a run go below a folder, less the start `dropped`; none of them may leave it."""
    targets = [folder / (path.removeprefix(dropped).lstrip("/") or path.rpartition("/")[2]) for path in paths]
    for path, target in zip(paths, targets, strict=True):
        if not target.resolve().is_relative_to(folder.resolve()):
            raise InvalidArgument(f"the file {path!r} would be written outside of {folder}")
    return targets


def file_target(path: str, wanted: str | None) -> Path:
    """Where one downloaded file goes: the base name here, into a folder that is there, or as named."""
    name = path.rpartition("/")[2]
    if wanted is None:
        return Path(name)
    return Path(wanted) / name if Path(wanted).is_dir() or wanted.endswith("/") else Path(wanted)


def read_artifact(workspace: Workspace, run_id: str, *, path: str) -> bytes:
    """The whole content; for small files."""
    return workspace.connection.send("GET", artifact_path(workspace, run_id, path)).body


def fetch_artifact(workspace: Workspace, run_id: str, *, path: str, target: Path) -> None:
    """Download to `target`, which appears whole or not at all; its folder is made."""
    write_whole(target, workspace.connection.stream("GET", artifact_path(workspace, run_id, path)))


def write_whole(target: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that appears whole or not at all; InvalidArgument if it cannot be written there."""
    partial = target.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            for piece in pieces:
                file.write(piece)
        partial.replace(target)
    except OSError as error:
        raise InvalidArgument(f"{target} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # it may be gone, or never have been there
            partial.unlink()


def artifact_path(workspace: Workspace, run_id: str, path: str) -> str:
    """The artifact's address below the server's root."""
    return f"{run_path(workspace, run_id)}/artifacts/{quoted_path(path)}"


def _remaining_bytes(content: IO[bytes]) -> int | None:
    if not content.seekable():
        return None
    here = content.tell()
    end = content.seek(0, os.SEEK_END)
    content.seek(here)
    return end - here
