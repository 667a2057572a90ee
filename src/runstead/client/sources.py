"""Finds the files of a dataset's definition: asks the datastores, matches patterns, names each from its common root."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from runstead.client.artifacts import files_below
from runstead.client.storages import RemoteFile, Storage
from runstead.client.urls import UrlStorage, path_of_url
from runstead.domain.datasets import FILE, Definition, chosen
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.globs import fixed_start, has_wildcard, matches, shared_folder

StorageOf = Callable[[str], Storage]  # by the datastore's name
COPY_BYTES = 1 << 20
URL = "url"  # the place of every address


@dataclass(frozen=True)
class DataFile:
    """One file of a dataset. `name`: below the dataset's root; `local`: where it lies on this machine already."""

    name: str
    remote: RemoteFile
    storage: Storage
    place: str  # tells this storage from others
    local: Path | None = None

    @property
    def full_path(self) -> str:
        """From its storage's root; what a partition format describes the end of."""
        return self.name if self.place == URL else self.remote.path.lstrip("/")

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, piece by piece."""
        return self.storage.pieces(self.remote.path)


@dataclass(frozen=True)
class LocalStorage:
    """Files of this machine, by absolute path."""

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        """Those below a folder, or the file itself."""
        place = Path(prefix)
        found = [place] if place.is_file() else list(files_below(place).values())
        return [RemoteFile(str(file), file.stat().st_size, None, "") for file in found]

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file's bytes, piece by piece."""
        try:
            with open(path, "rb") as file:
                while piece := file.read(COPY_BYTES):
                    yield piece
        except OSError as error:
            raise NotFound(f"{path} cannot be read: {error.strerror}") from error

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        """Datasets are only read."""
        raise InvalidArgument(f"{path} is a local path of a dataset, which can only be read")


@dataclass(frozen=True)
class _Found:
    """What one source holds: files with the folder that they are named from."""

    root: str
    files: Sequence[RemoteFile]
    storage: Storage
    place: str


def files_of(definition: Definition, storage_of: StorageOf) -> list[DataFile]:
    """The files of a dataset in order, each once; NotFound names a source that has none.

    Steps that choose files are done; those that choose rows (of tabular datasets) are not.
    """
    found = [_found(source, storage_of) for source in definition["sources"]]
    files = _named(found)
    if definition["kind"] != FILE:
        return files
    for step in definition["steps"]:
        files = [files[index] for index in chosen(len(files), step)]
    return files


def _found(source: dict[str, str], storage_of: StorageOf) -> _Found:
    if "url" in source:
        return _of_url(source["url"])
    if "local" in source:
        return _matching(source["local"], LocalStorage(), "local", shown=source["local"])
    name = source["datastore"]
    return _matching(source["path"], storage_of(name), name, shown=f"{source['path']!r} on the datastore {name}")


def _of_url(url: str) -> _Found:
    if has_wildcard(url.partition("?")[0]):
        raise InvalidArgument(f"{url!r} has a wildcard, which an http(s) address cannot have; name each file")
    storage = UrlStorage(url)
    return _Found("", storage.files(""), storage, URL)


def _matching(pattern: str, storage: Storage, place: str, *, shown: str) -> _Found:
    start = fixed_start(pattern)
    files = [file for file in storage.files(start) if matches(file.path, pattern)]
    if not files:
        raise NotFound(f"there is nothing at {shown}")
    is_file = [file.path for file in files] == [pattern]
    return _Found(start.rpartition("/")[0] if is_file else start, files, storage, place)


def _named(found: Sequence[_Found]) -> list[DataFile]:
    places = {one.place for one in found}
    named: dict[tuple[str, str], DataFile] = {}
    for one in found:
        root = shared_folder(other.root for other in found if other.place == one.place)
        for file in one.files:
            inner = path_of_url(file.path) if one.place == URL else _below(file.path, root)
            name = f"{one.place}/{inner}" if len(places) > 1 and one.place != URL else inner
            local = Path(file.path) if one.place == "local" else None
            named.setdefault((one.place, file.path), DataFile(name, file, one.storage, one.place, local))
    return list(named.values())


def _below(path: str, root: str) -> str:
    return path[len(root) :].lstrip("/") if root else path.lstrip("/")
