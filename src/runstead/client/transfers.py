"""Files between local folders and a storage, several at a time, with the lines that SDK v1 prints."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runstead.client.artifacts import files_below, targets_below, write_whole
from runstead.client.storages import RemoteFile, Storage
from runstead.domain.datastores import checked_folder, joined
from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import normalised_path

PARALLEL = 4
Tell = Callable[[str], None]


def folder_uploads(folder: str, target: str | None) -> dict[str, Path]:
    """What `upload` sends: every file below a folder, by its path in the storage."""
    place = Path(folder)
    if not place.is_dir():
        raise InvalidArgument(f"{folder!r} is no folder that is there; nothing was uploaded")
    root = checked_folder(target)
    return {joined(root, path): file for path, file in files_below(place).items()}


def file_uploads(files: Sequence[str], relative_root: str | None, target: str | None) -> dict[str, Path]:
    """What `upload_files` sends. relative_root: dropped from the local paths; None: the folder all have in common."""
    missing = [str(file) for file in files if not Path(file).is_file()]
    if missing:
        raise InvalidArgument(f"{', '.join(map(repr, missing))} is no file that is there; nothing was uploaded")
    local = [Path(os.path.abspath(file)) for file in files]
    if not local:
        return {}
    shared = os.path.commonpath([file.parent for file in local])
    root = Path(os.path.abspath(relative_root)) if relative_root is not None else Path(shared)
    if outside := next((file for file in local if not file.is_relative_to(root)), None):
        raise InvalidArgument(f"{str(outside)!r} is not below the relative_root {str(root)!r}; nothing was uploaded")
    folder = checked_folder(target)
    return {
        joined(folder, file.relative_to(root).as_posix()): Path(given) for file, given in zip(local, files, strict=True)
    }


def upload(storage: Storage, uploads: Mapping[str, Path], *, overwrite: bool, tell: Tell) -> int:
    """Send files by their path in the storage; how many were sent. What is there stays, unless `overwrite`."""
    wanted = {normalised_path(path): file for path, file in uploads.items()}
    tell(f"Uploading an estimated of {len(wanted)} files")
    progress = _Progress(len(wanted), tell)

    def send(path: str, file: Path) -> None:
        tell(f"Uploading {file}")
        if storage.put(path, file, overwrite=overwrite):
            progress.advance(f"Uploaded {file}")
        else:
            tell(f"Target already exists. Skipping upload for {path}")

    _for_all(send, list(wanted.items()))
    tell(f"Uploaded {progress.count} files")
    return progress.count


def download(
    storage: Storage, files: Sequence[RemoteFile], folder: Path, *, dropped: str = "", overwrite: bool, tell: Tell
) -> list[Path]:
    """Fetch files below `folder`, less the start `dropped` of their paths; the ones that were written.

    What is there stays, unless `overwrite`. No name from a server leads out of `folder`.
    """
    targets = targets_below(folder, [normalised_path(file.path) for file in files], dropped=dropped)
    progress = _Progress(len(files), tell)
    written: list[Path] = []

    def fetch(file: RemoteFile, target: Path) -> None:
        if target.exists() and not overwrite:
            tell(f"Target already exists. Skipping download for {target}")
            return
        tell(f"Downloading {file.path}")
        write_whole(target, storage.pieces(file.path))
        written.append(target)
        progress.advance(f"Downloaded {file.path}")

    _for_all(fetch, list(zip(files, targets, strict=True)))
    return sorted(written)


class _Progress:
    """Counts what is done, whatever thread does it."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._total = total
        self._tell = tell
        self._lock = threading.Lock()
        self.count = 0

    def advance(self, what: str) -> None:
        with self._lock:
            self.count += 1
            self._tell(f"{what}, {self.count} files out of an estimated total of {self._total}")


def _for_all(act: Callable[..., None], arguments: Sequence[tuple[object, ...]]) -> None:
    """Several at a time; the first failure is raised, and what has not begun then is left."""
    with ThreadPoolExecutor(max_workers=PARALLEL, thread_name_prefix="runstead-transfer") as pool:
        pending = [pool.submit(act, *one) for one in arguments]
        try:
            for one in pending:
                one.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
