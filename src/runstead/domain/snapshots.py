"""A snapshot: the source folder as it was at submit, named by what is in it."""

import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.paths import normalised_path

MIB = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST_SHOWN = 5


@dataclass(frozen=True)
class SnapshotLimits:
    """What one snapshot may hold; SDK v1 has the same two limits."""

    max_bytes: int = 300 * MIB
    max_files: int = 2_000


@dataclass(frozen=True)
class SnapshotFile:
    """One file of a snapshot; `path` is relative to the source folder, with slashes."""

    path: str
    sha256: str
    size_bytes: int
    executable: bool = False


def snapshot_id_of(files: Iterable[SnapshotFile]) -> str:
    """The content's name in UUID form: the same files give the same id, whatever their order."""
    rows = [[f.path, f.sha256, f.size_bytes, f.executable] for f in sorted(files, key=lambda f: f.path)]
    digest = hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def manifest_json(files: Iterable[SnapshotFile]) -> list[dict[str, Any]]:
    """The files as REST v1 writes them, sorted by path."""
    return [asdict(f) for f in sorted(files, key=lambda f: f.path)]


def manifest_of(rows: object, limits: SnapshotLimits) -> tuple[SnapshotFile, ...]:
    """The checked files of a manifest that came from outside, sorted by path.

    Raises InvalidArgument for a path that leaves the folder, comes twice, or is both file and folder; TooLarge.
    """
    if not isinstance(rows, list):
        raise InvalidArgument("a snapshot's 'files' must be a list of {path, sha256, size_bytes, executable}")
    files = sorted((_file_of(row) for row in rows), key=lambda f: f.path)
    check_limits({f.path: f.size_bytes for f in files}, limits, source="the submitted folder")
    paths = {f.path for f in files}
    if len(paths) < len(files):
        twice = next(a.path for a, b in itertools.pairwise(files) if a.path == b.path)
        raise InvalidArgument(f"the snapshot names {twice!r} twice")
    for path in paths:
        if folder := next((p for p in _parents(path) if p in paths), None):
            raise InvalidArgument(f"the snapshot has {folder!r} both as a file and as a folder")
    return tuple(files)


def check_limits(sizes: Mapping[str, int], limits: SnapshotLimits, *, source: str) -> None:
    """TooLarge, in SDK v1's words, if files of these sizes (by path) are too much for one snapshot."""
    total = sum(sizes.values())
    if total > limits.max_bytes:
        raise TooLarge(
            f"While attempting to take snapshot of {source} Your total snapshot size exceeds the limit of "
            f"{limits.max_bytes / MIB} MB: it is {total / MIB:.1f} MB. Largest: {_largest(sizes)}. "
            "Name what the script does not need in an .amlignore file, or give a smaller source_directory."
        )
    if len(sizes) > limits.max_files:
        raise TooLarge(
            f"While attempting to take snapshot of {source} Your snapshot has {len(sizes)} files and exceeds the "
            f"limit of {limits.max_files} files. Name what the script does not need in an .amlignore file, or give a "
            "smaller source_directory."
        )


def _file_of(row: object) -> SnapshotFile:
    if not isinstance(row, dict):
        raise InvalidArgument(f"{row!r} is no file of a snapshot: {{path, sha256, size_bytes, executable}}")
    path, sha256, size_bytes = row.get("path"), row.get("sha256"), row.get("size_bytes")
    if not isinstance(path, str) or normalised_path(path) != path:
        raise InvalidArgument(f"the snapshot path {path!r} is not in its plain form, such as 'src/train.py'")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise InvalidArgument(f"the sha256 of {path!r} must be 64 hexadecimal digits, not {sha256!r}")
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes < 0:
        raise InvalidArgument(f"the size_bytes of {path!r} must be a count of bytes, not {size_bytes!r}")
    return SnapshotFile(path, sha256, size_bytes, bool(row.get("executable", False)))


def _parents(path: str) -> Sequence[str]:
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def _largest(sizes: Mapping[str, int]) -> str:
    by_top: dict[str, int] = {}
    for path, size in sizes.items():
        top, slash, _ = path.partition("/")
        by_top[top + slash] = by_top.get(top + slash, 0) + size
    largest = sorted(by_top.items(), key=lambda item: -item[1])[:_LARGEST_SHOWN]
    return ", ".join(f"{name} {size / MIB:.1f} MB" for name, size in largest)
