"""Wheels of a workspace: pip requirements that only Runstead answers, from files that somebody has given it.

Their address stands for the content, wherever the server is: the same wheel has the same one, another wheel another,
and no token is in it. Its host is one that no name server ever knows (RFC 2606).
"""

import re
from collections.abc import Iterable

from runstead.domain.errors import InvalidArgument

HOST = "https://wheels.runstead.invalid"
FOLDER = "azureml-private-packages"  # in the workspace's own datastore; SDK v1 calls its container so
LOCAL = "wheels"  # where a build has them, in the folder that it runs in
_HASH_DIGITS = 32
_FILE = r"[A-Za-z0-9_.]+-[A-Za-z0-9_.!+]+(?:-[0-9][A-Za-z0-9_.]*)?(?:-[A-Za-z0-9_.]+){3}\.whl"
_LINE = re.compile(
    rf"(?:[A-Za-z0-9][\w.-]*\s*(?P<extras>\[[\w\s,.-]*\])?\s*@\s*)?{HOST}/(?P<path>[0-9a-f]{{{_HASH_DIGITS}}}/{_FILE})"
    r"(?P<rest>\s*;.*|)"
)


def wheel_path(sha256: str, file_name: str) -> str:
    """Where a wheel is in a workspace, below FOLDER. InvalidArgument if the name is none of a wheel."""
    if not re.fullmatch(_FILE, file_name) or len(file_name) > 250:
        raise InvalidArgument(
            f"{file_name[:80]!r} is no name of a wheel; `pip wheel` makes one, such as name-1.0-py3-none-any.whl"
        )
    return f"{sha256[:_HASH_DIGITS]}/{file_name}"


def wheel_url(path: str) -> str:
    """What a pip requirement says of it."""
    return f"{HOST}/{path}"


def local_line(line: str) -> str:
    """The requirement with the file that a build finds in its folder; any other one as it is."""
    found = _LINE.fullmatch(line)
    return line if found is None else f"./{LOCAL}/{found['path']}{found['extras'] or ''}{found['rest']}"


def wheel_paths(lines: Iterable[str]) -> list[str]:
    """The wheels that these requirements name, each once."""
    found = (_LINE.fullmatch(line) for line in lines)
    return list(dict.fromkeys(one["path"] for one in found if one is not None))


def is_content_of(path: str, sha256: str) -> bool:
    """Whether a file's hash is the one that its path says."""
    return sha256.startswith(path.partition("/")[0])
