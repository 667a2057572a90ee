"""Where the files of a datastore are: on our server, or somewhere else that this process can reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol

from runstead.client import datastores
from runstead.client.connection import Json
from runstead.client.workspaces import Workspace
from runstead.domain.datastores import AZURE_BLOB, OWN
from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.paths import normalised_path


class RemoteFile(NamedTuple):
    """One file of a storage. `sha256`: where the storage knows it; `version`: changes when the content does."""

    path: str
    size_bytes: int
    sha256: str | None
    version: str


class Storage(Protocol):
    """A place for files. Paths are relative, with `/`."""

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        """Those whose path begins with `prefix`, by path."""
        ...

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file's bytes, piece by piece."""
        ...

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        """Send a file; False if the path is taken and `overwrite` is not asked for."""
        ...


class Container(Storage, Protocol):
    """A storage elsewhere, which can be made."""

    def ensure(self) -> None:
        """Make it unless it is there."""
        ...


@dataclass(frozen=True)
class OwnStorage:
    """A datastore whose files are on our server."""

    workspace: Workspace
    name: str

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        """Those whose path begins with `prefix`, by path."""
        found = datastores.list_files(self.workspace, self.name, prefix=prefix)
        return [RemoteFile(one["path"], one["size_bytes"], one["sha256"], one["sha256"]) for one in found]

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file's bytes, piece by piece."""
        return datastores.file_pieces(self.workspace, self.name, path=path)

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        """Send a file; False if the path is taken and `overwrite` is not asked for."""
        try:
            datastores.put_file(self.workspace, self.name, path=normalised_path(path), file=file, overwrite=overwrite)
        except Conflict:
            return False
        return True


def storage_of(workspace: Workspace, record: Json) -> Storage:
    """The storage of a datastore's record; InvalidArgument for a kind that cannot be reached from here."""
    if record["kind"] == OWN:
        return OwnStorage(workspace, record["name"])
    if record["kind"] == AZURE_BLOB:
        return _azure_blobs(record, datastores.load_secrets(workspace, record["name"]))
    raise InvalidArgument(
        f"the datastore {record['name']} is of kind {record['kind']}; this version of Runstead keeps its settings and "
        "cannot read or write it"
    )


def ensure_container(workspace: Workspace, record: Json) -> None:
    """Make the Azure Blob container of a datastore's record unless it is there."""
    _azure_blobs(record, datastores.load_secrets(workspace, record["name"])).ensure()


def _azure_blobs(record: Json, secrets: Mapping[str, str]) -> Container:
    try:
        module = import_module("runstead.client.azure_blobs")
    except ModuleNotFoundError as error:
        raise InvalidArgument(
            f"the datastore {record['name']} is an Azure Blob container, and {error.name} is not installed; "
            "try: pip install 'runstead[azure]'"
        ) from error
    storage: Container = module.container_storage(record["settings"], secrets)
    return storage
