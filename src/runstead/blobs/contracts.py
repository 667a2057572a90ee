"""What a place for blobs must do."""

from collections.abc import Iterable
from typing import BinaryIO, NamedTuple, Protocol


class Blob(NamedTuple):
    """Stored bytes: their name and their length."""

    sha256: str
    size_bytes: int


class BlobWriter(Protocol):
    """Takes one blob's bytes. Leave the `with` block without `commit`, and nothing was stored."""

    def __enter__(self) -> "BlobWriter":
        """Begin."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Throw away what was not committed."""
        ...

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises TooLarge if the disk is full."""
        ...

    def commit(self, expected_sha256: str | None = None) -> Blob:
        """Make it durable under its name; the same bytes twice are one blob. InvalidArgument if the hash is another."""
        ...


class Blobs(Protocol):
    """Bytes by sha256 (64 lower-case hexadecimal digits)."""

    def writer(self) -> BlobWriter:
        """Begin a new blob of unknown name."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The blob's bytes, seekable. NotFound if there is none."""
        ...

    def missing(self, sha256s: Iterable[str]) -> list[str]:
        """Those of the names that are not here, in order, each once."""
        ...
