"""Artifacts of a run: named once, never changed unless asked to; read together with its logs, which share the paths."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO

import sqlalchemy as sa

from runstead.blobs.contracts import Blob
from runstead.blobs.folders import open_beneath
from runstead.domain.aliases import OLDER, newer_name, older_name
from runstead.domain.errors import Conflict, NotFound
from runstead.domain.paths import normalised_path, normalised_prefix
from runstead.domain.runs import RunRef
from runstead.service import feed, runs
from runstead.service.unit import Unit
from runstead.store import artifacts
from runstead.store.artifacts import Artifact


def check_free(unit: Unit, workspace: str, run_id: str, path: str) -> None:
    """NotFound or Conflict, as far as that can be told before the bytes have arrived."""
    wanted = normalised_path(path, max_chars=unit.settings.limits.artifact_path_chars)
    with unit.read() as connection:
        run = runs.located(connection, workspace, run_id)
        there = artifacts.find(connection, run.key, wanted)
    if there is not None and there.is_log:
        raise Conflict(f"{wanted!r} of run {run_id} is a log; choose another path")


def put(unit: Unit, workspace: str, run_id: str, path: str, blob: Blob, *, overwrite: bool = False) -> Artifact:
    """Name a blob that is stored. The same content again is fine; other content is Conflict unless `overwrite`."""
    wanted = normalised_path(path, max_chars=unit.settings.limits.artifact_path_chars)
    with unit.write() as tx:
        run = runs.located(tx.connection, workspace, run_id)
        fresh = Artifact(wanted, blob.size_bytes, blob.sha256, is_log=False, created_at_ms=tx.at_ms)
        if not artifacts.add(tx.connection, run.key, fresh):
            there = artifacts.find(tx.connection, run.key, wanted)
            if there is not None and there.sha256 == blob.sha256:
                return there
            if there is not None and (there.is_log or not overwrite):
                kind = "a log" if there.is_log else "already there with other content"
                raise Conflict(f"{wanted!r} of run {run_id} is {kind}; choose another path")
            artifacts.replace(tx.connection, run.key, fresh)
        feed.publish(tx, "artifact", run, key=wanted)
    return fresh


def remove(unit: Unit, workspace: str, run_id: str, path: str) -> None:
    """Take a file's name away, or those of all files below a folder; NotFound if there are none. Logs stay."""
    wanted = normalised_path(path, max_chars=unit.settings.limits.artifact_path_chars)
    with unit.write() as tx:
        run = runs.located(tx.connection, workspace, run_id)
        there = artifacts.find(tx.connection, run.key, wanted)
        below = [there] if there is not None else artifacts.listed(tx.connection, run.key, prefix=f"{wanted}/")
        gone = [artifact.path for artifact in below if not artifact.is_log]
        if not gone:
            raise NotFound(f"run {run_id} has no artifact {wanted!r}")
        for name in gone:
            artifacts.remove(tx.connection, run.key, name)
            feed.publish(tx, "artifact", run, key=name)


def listed(unit: Unit, workspace: str, run_id: str, *, prefix: str | None = None) -> tuple[RunRef, list[Artifact]]:
    """(the run, its artifacts and logs by path), second names (domain/aliases.py) included."""
    wanted = normalised_prefix(prefix)
    with unit.read() as connection:
        run = runs.located(connection, workspace, run_id)
        found = artifacts.listed(connection, run.key, prefix=wanted)
        holders = found if OLDER.startswith(wanted) else artifacts.listed(connection, run.key, prefix=OLDER)
    taken = {artifact.path for artifact in found}
    # One name each: what a run has under the newer name itself stays what it is.
    second = [replace(one, path=name, alias_of=one.path) for one in holders if (name := newer_name(one.path))]
    more = [one for one in second if one.is_log and one.path.startswith(wanted) and one.path not in taken]
    return run, sorted([*found, *more], key=lambda artifact: artifact.path)


def chosen(found: Sequence[Artifact], paths: Iterable[str], run_id: str) -> list[Artifact]:
    """Those of `found` that are named, or lie in a folder that is named with a slash; NotFound if a name finds none."""
    names: set[str] = set()
    known = {artifact.path for artifact in found}
    for path in paths:
        wanted = {path} & known if not path.endswith("/") else {each for each in known if each.startswith(path)}
        if not wanted:
            raise NotFound(f"run {run_id} has no file {path!r}")
        names |= wanted
    return [artifact for artifact in found if artifact.path in names]


def find(unit: Unit, workspace: str, run_id: str, path: str) -> Artifact:
    """The artifact or log at this path, or NotFound."""
    return find_with_run(unit, workspace, run_id, path)[1]


def find_with_run(unit: Unit, workspace: str, run_id: str, path: str) -> tuple[RunRef, Artifact]:
    """The same with the run, both as of one moment."""
    wanted = normalised_path(path, max_chars=unit.settings.limits.artifact_path_chars)
    with unit.read() as connection:
        run = runs.located(connection, workspace, run_id)
        artifact = artifacts.find(connection, run.key, wanted) or _second(connection, run, wanted)
    if artifact is None:
        raise NotFound(f"run {run_id} has no file {wanted!r}")
    return run, artifact


def opened(unit: Unit, run_id: str, artifact: Artifact) -> BinaryIO:
    """The bytes of a file that `find` or `listed` gave, seekable."""
    if artifact.sha256 is not None:
        return unit.blobs.open(artifact.sha256)
    return os.fdopen(open_beneath(unit.settings.logs / run_id, artifact.kept_as, os.O_RDONLY), "rb")


def _second(connection: sa.Connection, run: RunRef, path: str) -> Artifact | None:
    """The log that has this as its second name."""
    older = older_name(path)
    there = None if older is None else artifacts.find(connection, run.key, older)
    return replace(there, path=path, alias_of=older) if there is not None and there.is_log else None
