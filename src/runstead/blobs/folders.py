"""Opens files beneath a folder without ever leaving it: part by part, following no link."""

import errno
import os
from pathlib import Path

from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.paths import normalised_path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def open_beneath(root: Path, path: str, flags: int, *, make_folders: bool = False) -> int:
    """A file descriptor of `root`/`path`; `path` is normalised once more here, whoever calls.

    NotFound if it is not there, Conflict if a file stands where a folder is needed or the other way round.
    """
    parts = normalised_path(path).split("/")
    if make_folders:
        root.mkdir(parents=True, exist_ok=True)
    try:
        return _walk(root, parts, flags, make_folders=make_folders)
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path!r}") from error
    except (NotADirectoryError, IsADirectoryError) as error:
        raise Conflict(
            f"{path!r} cannot be a file: its name or a part of it is taken by another file or folder"
        ) from error
    except OSError as error:
        raise _refusal(error, path) from error


def _walk(root: Path, parts: list[str], flags: int, *, make_folders: bool) -> int:
    folder = os.open(root, _FOLDER & ~os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            if make_folders:
                _make_folder(part, folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    finally:
        os.close(folder)


def _make_folder(name: str, folder: int) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
    except FileExistsError:
        return


def _refusal(error: OSError, path: str) -> Exception:
    if error.errno == errno.ELOOP:
        return Conflict(f"{path!r} leads through a symbolic link, which is not followed")
    if error.errno == errno.ENAMETOOLONG:
        return InvalidArgument(f"the path {path[:60]!r}… is too long for the file system")
    return error
