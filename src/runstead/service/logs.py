"""Logs of a run: files that grow by offset, so that a repeated piece changes nothing and a gap is noticed."""

import os
import threading
from dataclasses import dataclass
from typing import BinaryIO

from runstead.blobs.disks import told_when_full
from runstead.blobs.folders import open_beneath
from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.paths import normalised_path
from runstead.domain.runs import RunRef
from runstead.service import arrivals, feed, runs
from runstead.service import artifacts as files
from runstead.service.masks import Mask, mask_of
from runstead.service.unit import Unit
from runstead.store import artifacts
from runstead.store.artifacts import Artifact

# Appends to one log go one after the other; which of these locks is decided by the log's name.
_LOCKS = tuple(threading.Lock() for _ in range(64))


@dataclass(frozen=True)
class Piece:
    """Bytes of a log from `offset`; `size_bytes` of the whole log; `final`: it will not grow."""

    offset: int
    size_bytes: int
    final: bool
    content: bytes


def append(unit: Unit, workspace: str, run_id: str, path: str, *, offset: int, content: bytes) -> int:
    """Add what is new of `content`; returns the log's size. What was acknowledged survives kill -9 of the server.

    Secrets are hidden in what is kept, also those whose first part came before.

    Conflict, with the size as `offset`, if bytes before `offset` are missing.
    """
    if offset < 0:
        raise InvalidArgument(f"the offset {offset} is negative")
    wanted = normalised_path(path, max_chars=unit.settings.limits.artifact_path_chars)
    with unit.read() as connection:
        run = runs.located(connection, workspace, run_id)
        known = artifacts.find(connection, run.key, wanted)
        mask = mask_of(unit, workspace, connection=connection, workspace_key=run.workspace_key)
    if known is not None and not known.is_log:
        raise Conflict(f"{wanted!r} of run {run_id} is an artifact; a log needs another path")
    with _LOCKS[hash((run_id, wanted)) % len(_LOCKS)]:
        size_bytes = _grow(unit, run_id, wanted, offset, content, mask=mask)
        if known is None or size_bytes > known.size_bytes:
            arrivals.note(unit, run_id, wanted, offset if known is None else known.size_bytes)
            _record(unit, run, wanted, size_bytes)
    return size_bytes


def extend(unit: Unit, workspace: str, run_id: str, path: str, content: bytes) -> int:
    """Add to the end, wherever that is; for a log with one writer at a time."""
    size_bytes = append(unit, workspace, run_id, path, offset=0, content=b"")
    return append(unit, workspace, run_id, path, offset=size_bytes, content=content)


def read(unit: Unit, workspace: str, run_id: str, path: str, *, offset: int, limit: int) -> Piece:
    """At most `limit` bytes from `offset`; a negative offset counts from the end. An artifact reads as a final log.

    While a log grows, it is shown without an end that may be the beginning of a secret.
    """
    run, known = files.find_with_run(unit, workspace, run_id, path)
    final = run.is_final or not known.is_log
    with files.opened(unit, run_id, known) as file:
        size_bytes = file.seek(0, os.SEEK_END)
        if not final:
            size_bytes -= _held_back(unit, workspace, run, file, size_bytes)
        start = max(0, size_bytes + offset) if offset < 0 else min(offset, size_bytes)
        file.seek(start)
        content = file.read(max(0, min(limit, size_bytes - start)))
    return Piece(start, size_bytes, final, content)


def may_appear(unit: Unit, workspace: str, run_id: str) -> bool:
    """Whether a log that is not there yet may still come."""
    with unit.read() as connection:
        return not runs.located(connection, workspace, run_id).is_final


def _held_back(unit: Unit, workspace: str, run: RunRef, file: BinaryIO, size_bytes: int) -> int:
    with unit.read() as connection:
        mask = mask_of(unit, workspace, connection=connection, workspace_key=run.workspace_key)
    file.seek(max(0, size_bytes - mask.reach_bytes))
    return mask.begun(file.read(size_bytes - file.tell()))


def _grow(unit: Unit, run_id: str, path: str, offset: int, content: bytes, *, mask: Mask) -> int:
    with told_when_full(f"the log {path!r} of run {run_id}"):
        descriptor = open_beneath(unit.settings.logs / run_id, path, os.O_RDWR | os.O_CREAT, make_folders=True)
        try:
            size_bytes = os.fstat(descriptor).st_size
            if offset > size_bytes:
                raise Conflict(
                    f"the log {path!r} of run {run_id} has {size_bytes} bytes; offset {offset} leaves a gap",
                    offset=size_bytes,
                )
            fresh = content[size_bytes - offset :]
            return _write_all(descriptor, *_masked(descriptor, fresh, size_bytes, mask), size_bytes)
        finally:
            os.close(descriptor)


def _masked(descriptor: int, fresh: bytes, size_bytes: int, mask: Mask) -> tuple[bytes, int]:
    """What to write, and where it begins: before `fresh` where that shows a secret in what is there already."""
    if not fresh:
        return fresh, size_bytes
    begin = max(0, size_bytes - mask.reach_bytes)
    before = os.pread(descriptor, size_bytes - begin, begin)
    blank = mask.blanked(before + fresh)
    if blank.startswith(before):
        return blank[len(before) :], size_bytes
    return blank, begin


def _write_all(descriptor: int, content: bytes, begin: int, size_bytes: int) -> int:
    rest = memoryview(content)
    end = begin
    try:
        while rest:
            written = os.pwrite(descriptor, rest, end)
            rest, end = rest[written:], end + written
    except OSError:
        os.ftruncate(descriptor, size_bytes)  # what is not acknowledged is not shown either
        raise
    return end


def _record(unit: Unit, run: RunRef, path: str, size_bytes: int) -> None:
    with unit.write() as tx:
        if not artifacts.set_size(tx.connection, run.key, path, size_bytes):
            fresh = Artifact(path, size_bytes, None, is_log=True, created_at_ms=tx.at_ms)
            if not artifacts.add(tx.connection, run.key, fresh):
                raise Conflict(f"{path!r} of run {run.run_id} is an artifact; a log needs another path")
        feed.publish(tx, "log", run, key=path)
