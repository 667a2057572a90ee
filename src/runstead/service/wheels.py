"""Wheels that were given to a workspace, for the builds of its environments."""

from typing import BinaryIO

from runstead.domain.datastores import BLOB_STORE
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.wheels import FOLDER, is_content_of
from runstead.service import datastores
from runstead.service.unit import Unit


def open_wheel(unit: Unit, workspace: str, path: str) -> BinaryIO:
    """The bytes of the wheel at this path (domain/wheels.py). NotFound; InvalidArgument if it was replaced."""
    name = path.rpartition("/")[2]
    try:
        file, content = datastores.open_file(unit, workspace, BLOB_STORE, f"{FOLDER}/{path}")
    except NotFound as error:
        raise NotFound(
            f"the wheel {name} is not in the workspace {workspace!r}; give it with Environment.add_private_pip_wheel"
        ) from error
    if not is_content_of(path, file.sha256):
        content.close()
        raise InvalidArgument(f"the wheel {name} of the workspace {workspace!r} was replaced by another file")
    return content
