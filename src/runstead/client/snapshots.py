"""Takes the snapshot of a source folder: only what the server does not have yet is read and sent."""

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from runstead.client.connection import quoted
from runstead.client.folders import SourceFile, Version, Walk, checked_source, version_of
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.snapshots import SnapshotFile, SnapshotLimits, check_limits, manifest_json, snapshot_id_of

log = logging.getLogger(__name__)
BATCH_BYTES = 8 << 20
ATTEMPTS = 5  # a folder that changes all the time: after so many tries, say so
# Two writes within one tick of the file system's clock leave the same times: what was just written is hashed again.
SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that the server has; `left_out`: one sentence for each thing that could not be taken."""

    snapshot_id: str
    files: tuple[SnapshotFile, ...]
    left_out: tuple[str, ...]
    sent_files: int


class Hashed(NamedTuple):
    """A file's hash, and the state that was hashed."""

    sha256: str
    version: Version


def take_snapshot(
    workspace: Workspace,
    source: Path,
    *,
    home: Path,
    limits: SnapshotLimits,
    must_have: str | None = None,
) -> Snapshot:
    """The snapshot of `source` as it is now, on the server.

    must_have: the script's path, which no ignore file may leave out. Raises TooLarge past the limits, InvalidArgument
    for a folder that cannot be taken; nothing has been sent by then.
    """
    source = checked_source(source)
    walk = Walk(source, skip=frozenset({home.resolve()}), max_files=limits.max_files)
    found = {file.path: file for file in walk.files()}
    check_limits({path: file.version.size_bytes for path, file in found.items()}, limits, source=str(source))
    if must_have is not None and must_have not in found:
        raise InvalidArgument(f"the script {must_have!r} is left out of the snapshot of {source} by its ignore file")
    cache = _cache_file(home, source)
    known = _read_cache(cache)
    hashed = {path: _hashed(file, known.get(path)) for path, file in found.items()}
    sent_files = _deliver(workspace, found, hashed)
    _write_cache(cache, hashed, known)
    files = _manifest(found, hashed)
    return Snapshot(snapshot_id_of(files), files, tuple(walk.left_out), sent_files)


def _deliver(workspace: Workspace, found: Mapping[str, SourceFile], hashed: dict[str, Hashed]) -> int:
    """Puts the manifest; sends what the server says is missing, and puts it again. Files may change meanwhile."""
    sent = 0
    for _ in range(ATTEMPTS):
        files = _manifest(found, hashed)
        path = f"{workspace.path}/snapshots/{quoted(snapshot_id_of(files))}"
        try:
            workspace.connection.call("PUT", path, {"files": manifest_json(files)})
            return sent
        except Conflict as lacking:
            missing = lacking.details.get("missing")
            if not isinstance(missing, list):
                raise
        by_hash = {one.sha256: path for path, one in hashed.items()}
        sent += _send_files(workspace, found, hashed, [by_hash[sha256] for sha256 in missing])
    raise Conflict(f"files of the source folder change faster than they can be sent: {sorted(found)[:3]} …; try again")


def _send_files(
    workspace: Workspace, found: Mapping[str, SourceFile], hashed: dict[str, Hashed], paths: Sequence[str]
) -> int:
    batch = bytearray()
    for path in paths:
        content, version = _read(found[path])
        digest = hashlib.sha256(content)
        hashed[path] = Hashed(digest.hexdigest(), version)  # another one, if the file changed since it was hashed
        batch += digest.digest() + len(content).to_bytes(8, "little") + content
        if len(batch) >= BATCH_BYTES:
            workspace.connection.send("POST", f"{workspace.path}/blobs", bytes(batch))
            batch.clear()
    if batch:
        workspace.connection.send("POST", f"{workspace.path}/blobs", bytes(batch))
    return len(paths)


def _manifest(found: Mapping[str, SourceFile], hashed: Mapping[str, Hashed]) -> tuple[SnapshotFile, ...]:
    return tuple(
        SnapshotFile(path, one.sha256, one.version.size_bytes, found[path].executable) for path, one in hashed.items()
    )


def _hashed(file: SourceFile, known: Hashed | None) -> Hashed:
    if known is not None and known.version == file.version:
        return known
    with _opened(file) as content:
        version = version_of(os.fstat(content.fileno()))
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        # Written to meanwhile? Then this is what was read; sending will find out what is there by then.
        return Hashed(digest, version._replace(size_bytes=content.tell()))


def _read(file: SourceFile) -> tuple[bytes, Version]:
    with _opened(file) as opened:
        version = version_of(os.fstat(opened.fileno()))
        content = opened.read()
    return content, version._replace(size_bytes=len(content))


@contextmanager
def _opened(file: SourceFile) -> Iterator[BufferedReader]:
    try:
        with open(file.real, "rb", opener=_open_file_only) as it:
            yield it
    except FileNotFoundError as error:
        raise Conflict(f"{file.path} was deleted while the snapshot was taken; submit again") from error
    except OSError as error:
        raise InvalidArgument(
            f"{file.path} cannot be read for the snapshot: {error.strerror}; name it in .amlignore if it is not needed"
        ) from error


def _open_file_only(path: str, flags: int) -> int:
    # A link or a pipe may have taken the file's place since the walk.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _cache_file(home: Path, source: Path) -> Path:
    return home / "cache" / "snapshots" / f"{hashlib.sha256(os.fsencode(source)).hexdigest()[:32]}.json"


def _read_cache(cache: Path) -> dict[str, Hashed]:
    try:
        told = json.loads(cache.read_bytes())
        return {path: Hashed(sha256, Version(*version)) for path, (sha256, version) in told["files"].items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError):  # none yet, or not ours: everything is hashed anew
        return {}


def _write_cache(cache: Path, hashed: Mapping[str, Hashed], known: Mapping[str, Hashed]) -> None:
    settled_ns = time.time_ns() - SETTLED_NS
    keep = {path: one for path, one in hashed.items() if max(one.version.mtime_ns, one.version.ctime_ns) < settled_ns}
    if keep == known:
        return
    draft = cache.with_name(f"{cache.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"files": keep}))
        draft.replace(cache)
    except OSError as error:  # a home that cannot be written to costs time, not the submission
        log.warning("the hashes of unchanged files cannot be remembered: %s", error)
