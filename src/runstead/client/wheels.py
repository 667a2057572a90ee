"""Gives wheels to a workspace, which are on no index."""

import hashlib
from pathlib import Path

from runstead.client import datastores
from runstead.client.workspaces import Workspace
from runstead.domain.datastores import BLOB_STORE
from runstead.domain.errors import InvalidArgument
from runstead.domain.wheels import FOLDER, wheel_path, wheel_url


def add_wheel(workspace: Workspace, file: Path, *, exist_ok: bool) -> str:
    """The address for a pip requirement. InvalidArgument if one of this name is there and may not be."""
    try:
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InvalidArgument(f"the wheel {file} cannot be read: {error.strerror}") from error
    path = wheel_path(sha256, file.name)
    there = [str(one["path"]) for one in datastores.list_files(workspace, BLOB_STORE, prefix=f"{FOLDER}/")]
    if not exist_ok and any(one.rpartition("/")[2] == file.name for one in there):
        raise InvalidArgument(f"the workspace has a wheel {file.name} already; pass exist_ok=True to use this one")
    if f"{FOLDER}/{path}" not in there:
        datastores.put_file(workspace, BLOB_STORE, path=f"{FOLDER}/{path}", file=file, overwrite=True)
    return wheel_url(path)
