"""Files at http(s) addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from runstead import client
from runstead.client.storages import RemoteFile
from runstead.domain.errors import InvalidArgument, NotFound, Unavailable
from runstead.domain.paths import normalised_path

TIMEOUT_S = 60.0
PIECE_BYTES = 1 << 16  # a job that is canceled while it fetches notices between pieces


@dataclass(frozen=True)
class UrlStorage:
    """One address; its path is the address itself."""

    url: str

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        """The one file; nothing is asked for before its bytes are."""
        return [RemoteFile(self.url, -1, None, "")]

    def pieces(self, path: str) -> Iterator[bytes]:
        """The address's bytes, piece by piece; redirections are followed."""
        shown = self.url.partition("?")[0]  # what follows may be a key
        try:
            answer = client.pools.PoolManager().request("GET", self.url, preload_content=False, timeout=TIMEOUT_S)
        except client.pools.HTTPError as error:
            raise Unavailable(f"{shown} cannot be read: {type(error).__name__}") from error
        try:
            if answer.status >= 400:
                kind = NotFound if answer.status in (404, 410) else InvalidArgument
                raise kind(f"{shown} cannot be read: it answers with HTTP {answer.status}")
            yield from answer.stream(PIECE_BYTES)
        except client.pools.HTTPError as error:
            raise Unavailable(f"the download of {shown} broke off: {type(error).__name__}") from error
        finally:
            answer.release_conn()

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        """An address cannot be written to."""
        raise InvalidArgument(f"{self.url.partition('?')[0]} is an address, which can only be read")


def path_of_url(url: str) -> str:
    """What a file at this address is called among others, as SDK v1 nests it: scheme, host, path."""
    parts = urlsplit(url)
    return normalised_path(f"{parts.scheme}%3A/%2F{parts.netloc.rpartition('@')[2]}{parts.path}")
