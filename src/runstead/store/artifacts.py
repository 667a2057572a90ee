"""The files of runs: artifacts, which never change, and logs, which grow. One namespace of paths per run."""

from dataclasses import dataclass

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent, upsert
from runstead.store.hashes import key_of
from runstead.store.tables import artifacts

_MINE = (artifacts.c.run_key == sa.bindparam("of_run")) & (artifacts.c.path_key == sa.bindparam("at_path"))
_FIND = sa.select(artifacts).where(_MINE)
_NEW_SIZE = sa.bindparam("new_size", type_=sa.BigInteger)
_GROW = (
    sa.update(artifacts)
    .where(_MINE & artifacts.c.is_log)
    .values(size_bytes=sa.case((artifacts.c.size_bytes < _NEW_SIZE, _NEW_SIZE), else_=artifacts.c.size_bytes))
)


@dataclass(frozen=True)
class Artifact:
    """One file of a run; `sha256` is None for logs. `alias_of`: the path that its bytes are kept under, if another."""

    path: str
    size_bytes: int
    sha256: str | None
    is_log: bool
    created_at_ms: int
    alias_of: str | None = None

    @property
    def kept_as(self) -> str:
        """The path under which a log's bytes are found."""
        return self.alias_of or self.path


def find(connection: sa.Connection, run_key: int, path: str) -> Artifact | None:
    """The file at this path."""
    row = connection.execute(_FIND, {"of_run": run_key, "at_path": key_of(path)}).mappings().first()
    return None if row is None else _artifact(row)


def add(connection: sa.Connection, run_key: int, artifact: Artifact) -> bool:
    """Name a file, unless the path is taken; returns whether it was free."""
    return insert_if_absent(connection, artifacts, [_row(run_key, artifact)]) == 1


def replace(connection: sa.Connection, run_key: int, artifact: Artifact) -> None:
    """Name a file, or give the path its new content."""
    changed = ("size_bytes", "sha256", "is_log", "created_at_ms")
    upsert(connection, artifacts, [_row(run_key, artifact)], keys=("run_key", "path_key"), update=changed)


def set_size(connection: sa.Connection, run_key: int, path: str, size_bytes: int) -> bool:
    """A log has grown; returns False where there is no such log. A size never shrinks."""
    grown = {"of_run": run_key, "at_path": key_of(path), "new_size": size_bytes}
    return connection.execute(_GROW, grown).rowcount == 1


def remove(connection: sa.Connection, run_key: int, path: str) -> None:
    """Take a name away; the bytes may have other names."""
    mine = (artifacts.c.run_key == run_key) & (artifacts.c.path_key == key_of(path))
    connection.execute(sa.delete(artifacts).where(mine))


def listed(connection: sa.Connection, run_key: int, *, prefix: str = "") -> list[Artifact]:
    """By path; only those whose path begins with `prefix`."""
    query = sa.select(artifacts).where(artifacts.c.run_key == run_key)
    if prefix:
        query = query.where(artifacts.c.path.startswith(prefix, autoescape=True))
    rows = connection.execute(query).mappings()
    # Sorted and compared here: databases differ in collation and in the case of LIKE.
    return sorted((_artifact(row) for row in rows if row["path"].startswith(prefix)), key=lambda a: a.path)


def _row(run_key: int, artifact: Artifact) -> dict[str, object]:
    return {
        "run_key": run_key,
        "path_key": key_of(artifact.path),
        "path": artifact.path,
        "size_bytes": artifact.size_bytes,
        "sha256": artifact.sha256,
        "is_log": artifact.is_log,
        "created_at_ms": artifact.created_at_ms,
    }


def _artifact(row: sa.RowMapping) -> Artifact:
    return Artifact(row["path"], row["size_bytes"], row["sha256"], row["is_log"], row["created_at_ms"])
