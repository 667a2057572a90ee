"""The one rule for paths of artifacts, logs and snapshot files; every door uses it."""

import unicodedata

from runstead.domain.errors import InvalidArgument

MAX_PATH_CHARS = 5_000
MAX_PART_BYTES = 255  # what the file systems underneath take


def normalised_path(path: str, *, max_chars: int = MAX_PATH_CHARS) -> str:
    """`path` as it is stored: relative, `/`-separated, no empty, `.` or `..` parts.

    A leading `./`, doubled and trailing slashes are forgiven, for scripts write them. Everything that could leave the
    folder is InvalidArgument, never repaired: absolute paths, `..`, backslashes, control characters.
    """
    if len(path) > max_chars:
        raise InvalidArgument(f"the path {path[:60]!r}… has {len(path)} characters; at most {max_chars} are allowed")
    if path.startswith("/"):
        raise InvalidArgument(
            f"the path {path!r} is absolute; give one relative to the run, such as 'outputs/model.pkl'"
        )
    if bad := next((c for c in path if _is_forbidden(c)), None):
        raise InvalidArgument(f"the path {path!r} contains {bad!r}, which is not allowed in a path")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise InvalidArgument(f"the path {path!r} names no file")
    for part in parts:
        _check_part(part, path)
    return "/".join(parts)


def normalised_prefix(prefix: str | None) -> str:
    """The start of paths, as given by a caller; it only filters names and never reaches a file system."""
    return (prefix or "").removeprefix("./").lstrip("/")


def _check_part(part: str, path: str) -> None:
    if part == "..":
        raise InvalidArgument(f"the path {path!r} contains '..'; give one that stays within the run")
    if len(part.encode()) > MAX_PART_BYTES:
        raise InvalidArgument(f"a part of the path {path[:60]!r}… is longer than {MAX_PART_BYTES} bytes")


def _is_forbidden(character: str) -> bool:
    # Cc: control characters with NUL and newline; Cs: lone surrogates, which no UTF-8 can carry.
    return character == "\\" or unicodedata.category(character) in ("Cc", "Cs")
