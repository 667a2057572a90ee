"""A datastore: a named place for data. Each workspace has two of the server's own; of others the facts are kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import MAX_PATH_CHARS, normalised_path

BLOB_STORE = "workspaceblobstore"
FILE_STORE = "workspacefilestore"
OWN_STORES = (BLOB_STORE, FILE_STORE)
OWN = "own"  # its files are blobs of this server
AZURE_BLOB = "AzureBlob"
KINDS = (
    AZURE_BLOB,
    "AzureFile",
    "AzureDataLake",
    "AzureDataLakeGen2",
    "AzureSqlDatabase",
    "AzurePostgreSql",
    "AzureMySql",
    "DBFS",
    "HDFS",
)
_NAME = re.compile(r"[a-zA-Z0-9_]{1,255}")
_MAX_SETTINGS = 50
_MAX_SETTING_CHARS = 10_000


@dataclass(frozen=True)
class Datastore:
    """`settings`: where it is, no secrets among them. `key` is the store's own number; it never leaves the server."""

    key: int
    name: str
    kind: str
    settings: Mapping[str, str | None]
    is_default: bool
    created_at_ms: int


@dataclass(frozen=True)
class StoredFile:
    """One file of a datastore of the server's own."""

    path: str
    size_bytes: int
    sha256: str
    changed_at_ms: int


@dataclass(frozen=True)
class DatastoreDraft:
    """What a datastore is registered with; `secrets` are kept sealed."""

    kind: str
    settings: Mapping[str, str | None] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


def checked_datastore_name(name: str) -> str:
    """SDK v1's rule: letters, digits and `_`."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(f"{name[:60]!r} is no datastore name: write up to 255 letters, digits and '_'")
    return name


def checked_draft(draft: DatastoreDraft) -> DatastoreDraft:
    """`draft` if it can be kept; what it points to is not asked, it may be out of reach from here."""
    if draft.kind not in KINDS:
        raise InvalidArgument(f"{draft.kind[:60]!r} is no kind of datastore; there are {', '.join(KINDS)}")
    for key, value in [*draft.settings.items(), *draft.secrets.items()]:
        if len(key) > 100 or len(value or "") > _MAX_SETTING_CHARS or "\0" in f"{key}{value}":
            raise InvalidArgument(f"the setting {key[:60]!r} of a datastore is too long, or holds a NUL")
    if len(draft.settings) + len(draft.secrets) > _MAX_SETTINGS:
        raise InvalidArgument(f"a datastore has at most {_MAX_SETTINGS} settings")
    return draft


def checked_folder(path: str | None) -> str:
    """A folder of a datastore as it is stored: `""` for all of it, else without slashes around it.

    A leading slash means the datastore's root, as in SDK v1; everything else is the rule of all paths.
    """
    bare = (path or "").strip("/")
    return "" if bare in ("", ".") else normalised_path(bare, max_chars=MAX_PATH_CHARS)


def joined(folder: str, path: str) -> str:
    """`path` below `folder`."""
    return f"{folder}/{path}" if folder else path


def is_below(path: str, folder: str) -> bool:
    """Whether a file is the one named `folder`, or in the folder of that name."""
    return not folder or path == folder or path.startswith(f"{folder}/")
