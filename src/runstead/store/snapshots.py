"""Snapshots: which blob lists the files of each."""

import sqlalchemy as sa

from runstead.store.engine import insert_if_absent
from runstead.store.job_tables import snapshots


def insert(
    connection: sa.Connection,
    workspace_key: int,
    snapshot_id: str,
    *,
    manifest_sha256: str,
    file_count: int,
    size_bytes: int,
    at_ms: int,
) -> bool:
    """Keep a snapshot unless it is there; returns whether it is new."""
    row = {
        "workspace_key": workspace_key,
        "snapshot_id": snapshot_id,
        "manifest_sha256": manifest_sha256,
        "file_count": file_count,
        "size_bytes": size_bytes,
        "created_at_ms": at_ms,
    }
    return insert_if_absent(connection, snapshots, [row]) == 1


def find_manifest(connection: sa.Connection, workspace_key: int, snapshot_id: str) -> str | None:
    """The sha256 of the snapshot's list of files."""
    mine = (snapshots.c.workspace_key == workspace_key) & (snapshots.c.snapshot_id == snapshot_id)
    found = connection.execute(sa.select(snapshots.c.manifest_sha256).where(mine)).scalar()
    return None if found is None else str(found)
