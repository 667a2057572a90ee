"""Files of datasets on this machine: fetched once, kept by their content, given out as links or copies.

Decision 0020 says why. A file of the cache is read-only and bears a fixed time: whoever changes it through a link gives
it another one, and it is fetched anew.
"""

import filecmp
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runstead.client.artifacts import targets_below, write_whole
from runstead.client.sources import DataFile
from runstead.client.transfers import PARALLEL
from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.paths import normalised_path

MARK_NS = 315_532_800 * 10**9  # 1980-01-01: no file that somebody wrote to has this time
READ_ONLY = 0o444


def data_cache(home: Path) -> Path:
    """Where the cache is; it may be deleted at any time while no job runs."""
    return home / "cache" / "data"


def cached(cache: Path, file: DataFile) -> Path:
    """The file in the cache, fetched if it is not there."""
    key = file.remote.sha256 or _key(file.place, file.remote.path, file.remote.version)
    kept = cache / key[:2] / key[2:]
    if _is_sound(kept, file.remote.size_bytes):
        return kept
    write_whole(kept, _checked(file))
    os.chmod(kept, READ_ONLY)
    os.utime(kept, ns=(MARK_NS, MARK_NS))
    return kept


def mount(files: Sequence[DataFile], folder: Path, *, cache: Path) -> list[Path]:
    """Links to read-only files, below a folder that is made; where each file is. Conflict if another file is there."""
    targets = _targets(files, folder)
    _for_each(lambda file, target: _link(_content(file, cache, target), target, cache), files, targets)
    return targets


def download(
    files: Sequence[DataFile], folder: Path, *, overwrite: bool, same_is_fine: bool = False, cache: Path
) -> list[Path]:
    """Copies that belong to whoever asked. Conflict if a file is there, unless it may be overwritten or is the same."""
    targets = _targets(files, folder)

    def bring(file: DataFile, target: Path) -> None:
        if overwrite or not target.exists():
            _copy(file, target, cache)
        elif not (same_is_fine and _same(file, target, cache)):
            raise Conflict(f"{target} is there already; pass overwrite=True to replace it, or choose another folder")

    _for_each(bring, files, targets)
    return targets


def open_paths(files: Sequence[DataFile], *, cache: Path, spare: Path) -> list[Path]:
    """Where each file can be read, in order. spare: a folder for what no cache keeps."""
    paths = [spare / f"{index}-{Path(file.name).name[-80:]}" for index, file in enumerate(files)]
    with ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        return list(pool.map(lambda file, path: _content(file, cache, path), files, paths))


def _content(file: DataFile, cache: Path, spare: Path) -> Path:
    """Where the bytes are: on this machine already, in the cache, or now at `spare`."""
    if file.local is not None:
        return file.local
    if _is_known(file):
        return cached(cache, file)
    write_whole(spare, file.pieces())
    return spare


def _link(content: Path, target: Path, cache: Path) -> None:
    if content == target:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear(target, cache)
    try:
        os.link(content, target)
    except OSError:  # another file system, or one without hard links
        target.symlink_to(content)


def _clear(target: Path, cache: Path) -> None:
    """Takes an earlier link of ours away; a file of anybody else's is Conflict."""
    try:
        found = target.lstat()
    except FileNotFoundError:
        return
    is_ours = Path(os.readlink(target)).is_relative_to(cache) if target.is_symlink() else found.st_mtime_ns == MARK_NS
    if not is_ours:
        raise Conflict(f"{target} is there already and no link of a mount; choose another folder")
    target.unlink()


def _copy(file: DataFile, target: Path, cache: Path) -> None:
    if file.local is None and not _is_known(file):
        write_whole(target, _checked(file))
        return
    source = file.local or cached(cache, file)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)  # it may be a link into the cache
    shutil.copyfile(source, target)


def _same(file: DataFile, target: Path, cache: Path) -> bool:
    if file.local is None and not _is_known(file):
        return False
    return filecmp.cmp(file.local or cached(cache, file), target, shallow=False)


def _is_known(file: DataFile) -> bool:
    """Whether the storage tells one content of it from another."""
    return bool(file.remote.version or file.remote.sha256)


def _targets(files: Sequence[DataFile], folder: Path) -> list[Path]:
    names = [normalised_path(file.name) for file in files]
    if len(set(names)) < len(names):
        raise InvalidArgument("two files of the dataset have one name here; use two datasets")
    return targets_below(folder, names)


def _checked(file: DataFile) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in file.pieces():
        digest.update(piece)
        yield piece
    if file.remote.sha256 not in (None, digest.hexdigest()):
        raise Conflict(f"{file.name} arrived with other bytes than the server says it has; it may have been replaced")


def _is_sound(kept: Path, size_bytes: int) -> bool:
    try:
        found = kept.stat()
    except FileNotFoundError:
        return False
    return found.st_mtime_ns == MARK_NS and size_bytes in (-1, found.st_size)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _for_each(act: Callable[[DataFile, Path], None], files: Sequence[DataFile], targets: Sequence[Path]) -> None:
    with ThreadPoolExecutor(max_workers=PARALLEL) as pool:
        list(pool.map(act, files, targets))
