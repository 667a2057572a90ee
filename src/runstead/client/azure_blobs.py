"""Files of an Azure Blob container, through `azure-storage-blob`: the extra `azure`, imported when one is used."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.storage.blob import ContainerClient

from runstead.client.storages import RemoteFile
from runstead.domain.errors import Forbidden, InvalidArgument, NotFound, RunsteadError, Unavailable
from runstead.domain.paths import normalised_path

ENDPOINT = "core.windows.net"
# The service's version that reading and writing needs; newer ones are not asked for, so that emulators understand.
API_VERSION = "2021-12-02"


@dataclass(frozen=True)
class ContainerStorage:
    """One container; without credentials it is read as a public one."""

    client: Any  # azure.storage.blob.ContainerClient: comes without types here
    shown: str

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        """Those whose path begins with `prefix`, by path."""
        with _translated(self.shown):
            found = list(self.client.list_blobs(name_starts_with=prefix or None))
        # Folders of a hierarchical account are listed, too, as empty blobs that say so.
        files = [one for one in found if (one.metadata or {}).get("hdi_isfolder") != "true"]
        return [RemoteFile(one.name, one.size, None, str(one.etag)) for one in files]

    def pieces(self, path: str) -> Iterator[bytes]:
        """A blob's bytes, piece by piece."""
        with _translated(f"{path!r} in {self.shown}"):
            yield from self.client.download_blob(path).chunks()

    def ensure(self) -> None:
        """Make the container unless it is there."""
        with _translated(self.shown):
            if not self.client.exists():
                self.client.create_container()

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        """Send a file; False if the path is taken and `overwrite` is not asked for."""
        try:
            with _translated(f"{path!r} in {self.shown}"), file.open("rb") as content:
                self.client.upload_blob(normalised_path(path), content, overwrite=overwrite)
        except _Taken:
            return False
        return True


class _Taken(RunsteadError):
    """The path has a blob already."""


def container_storage(settings: Mapping[str, str], secrets: Mapping[str, str]) -> ContainerStorage:
    """The container that a datastore's settings name, with the credentials it was registered with, if any."""
    account, container = settings["account_name"], settings["container_name"]
    endpoint = settings.get("endpoint") or ENDPOINT
    protocol = settings.get("protocol") or "https"
    # An emulator has no name per account; it has the account in the path.
    host = f"{endpoint}/{account}" if _is_address(endpoint) else f"{account}.blob.{endpoint}"
    key, sas = secrets.get("account_key"), (secrets.get("sas_token") or "").removeprefix("?")
    credential = {"account_name": account, "account_key": key} if key else sas or None
    client = ContainerClient(f"{protocol}://{host}", container, credential=credential, api_version=API_VERSION)
    return ContainerStorage(client, f"the container {container} of {account}")


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Azure's errors as ours. Their own texts may hold a signed address, so only their code is told."""
    try:
        yield
    except ResourceExistsError as error:
        raise _Taken(f"{what} is there already") from error
    except ResourceNotFoundError as error:
        raise NotFound(f"{what} cannot be found: {_code(error)}") from error
    except ClientAuthenticationError as error:
        raise Forbidden(f"{what} cannot be reached with these credentials: {_code(error)}") from error
    except ServiceRequestError as error:
        raise Unavailable(f"{what} cannot be reached: {type(error).__name__}") from error
    except HttpResponseError as error:
        kind = Forbidden if error.status_code in (401, 403, 409) else InvalidArgument
        raise kind(f"{what} cannot be used: {_code(error)}") from error
    except (AzureError, ValueError) as error:
        raise InvalidArgument(f"{what} cannot be used: {type(error).__name__}") from error


def _code(error: HttpResponseError) -> str:
    return str(getattr(error, "error_code", None) or f"HTTP {error.status_code}")


def _is_address(endpoint: str) -> bool:
    host = endpoint.rpartition(":")[0] or endpoint
    if host == "localhost":
        return True
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
