"""Blobs as files of a folder: `ab/cdef…`. A file appears whole, under its right name, and already on disk."""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from runstead.blobs.contracts import Blob
from runstead.blobs.disks import told_when_full
from runstead.domain.errors import InvalidArgument, NotFound

_SHA256 = re.compile(r"[0-9a-f]{64}")
AHEAD_BYTES = 8 << 20


class LocalBlobs:
    """Blobs beneath `root`; unfinished ones are in `root`/incoming."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def writer(self) -> "LocalWriter":
        """Begin a new blob."""
        return LocalWriter(self._root, self._incoming)

    def open(self, sha256: str) -> BinaryIO:
        """The blob's bytes."""
        try:
            return blob_path(self._root, sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"there is no blob {sha256}") from error

    def missing(self, sha256s: Iterable[str]) -> list[str]:
        """Those that are not here."""
        return [sha256 for sha256 in dict.fromkeys(sha256s) if not blob_path(self._root, sha256).exists()]

    def clean(self) -> None:
        """Throw away what an earlier server left unfinished; call it before this one takes anything."""
        for path in self._incoming.iterdir():
            path.unlink()


class LocalWriter:
    """One blob on its way to the disk; hashed while it is written."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self._root = root
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        self._ahead_bytes = 0
        with told_when_full("a blob"):
            self._file = tempfile.NamedTemporaryFile(dir=incoming, delete=False)  # noqa: SIM115  closed in __exit__
        self._path: Path | None = Path(self._file.name)

    def __enter__(self) -> "LocalWriter":
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        with told_when_full("a blob"):
            self._file.write(chunk)
        self._hash.update(chunk)
        self._size_bytes += len(chunk)
        if self._size_bytes >= self._ahead_bytes + AHEAD_BYTES:
            self._send_ahead()

    def _send_ahead(self) -> None:
        """Let the disk begin with what there is, so that `commit` need not wait for all of it."""
        self._file.flush()
        if sys.platform == "linux":  # there, this begins to write what is not written yet, and waits for nothing
            size_bytes = self._size_bytes - self._ahead_bytes
            os.posix_fadvise(self._file.fileno(), self._ahead_bytes, size_bytes, os.POSIX_FADV_DONTNEED)
        self._ahead_bytes = self._size_bytes

    def commit(self, expected_sha256: str | None = None) -> Blob:
        """Name it; on disk when this returns."""
        sha256 = self._hash.hexdigest()
        if expected_sha256 is not None and expected_sha256 != sha256:
            raise InvalidArgument(f"the bytes that were sent as {expected_sha256} have the sha256 {sha256}")
        target = blob_path(self._root, sha256)
        with told_when_full("a blob"):
            self._file.flush()
            if not target.exists():
                os.fsync(self._file.fileno())
                target.parent.mkdir(exist_ok=True, mode=0o700)
                os.replace(self._file.name, target)
                self._path = None
                _sync_folder(target.parent)
        return Blob(sha256, self._size_bytes)


def blob_path(root: Path, sha256: str) -> Path:
    """Where the blob of this name is; InvalidArgument if that is no such name."""
    if not _SHA256.fullmatch(sha256):
        raise InvalidArgument(f"{sha256[:80]!r} is no sha256: 64 lower-case hexadecimal digits are needed")
    return root / sha256[:2] / sha256[2:]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
