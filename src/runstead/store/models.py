"""Registered models and the files they are made of, which are blobs."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from runstead.domain.models import Model, ModelFile
from runstead.store import counters
from runstead.store.hashes import key_of
from runstead.store.model_tables import model_files, models
from runstead.store.registry_tables import model_stages


def next_version(connection: sa.Connection, workspace_key: int, name: str) -> int:
    """The next version of this name, reserved; a number is never given twice, whatever was deleted."""
    return counters.take(connection, workspace_key, key_of("model", name))


def insert(connection: sa.Connection, values: Mapping[str, Any], files: Sequence[ModelFile]) -> None:
    """Make a version with its files. `values` by column name."""
    key = connection.execute(sa.insert(models).values(**values).returning(models.c.model_key)).scalar_one()
    rows = [
        {"model_key": key, "path_key": key_of(f.path), "path": f.path, "size_bytes": f.size_bytes, "sha256": f.sha256}
        for f in files
    ]
    if rows:
        connection.execute(sa.insert(model_files), rows)


def find(
    connection: sa.Connection, workspace_key: int, name: str, version: int | None, *, for_update: bool = False
) -> Model | None:
    """One version; None asks for the latest."""
    query = sa.select(models).where(models.c.workspace_key == workspace_key, models.c.name == name)
    if version is not None:
        query = query.where(models.c.version == version)
    query = query.order_by(models.c.version.desc()).limit(1)
    row = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    return None if row is None else _model(row)


def listed(connection: sa.Connection, workspace_key: int, *, name: str | None, run_id: str | None) -> list[Model]:
    """Newest first."""
    query = sa.select(models).where(models.c.workspace_key == workspace_key)
    if name is not None:
        query = query.where(models.c.name == name)
    if run_id is not None:
        query = query.where(models.c.run_id == run_id)
    return [_model(row) for row in connection.execute(query.order_by(models.c.model_key.desc())).mappings()]


def update(connection: sa.Connection, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one version; `values` by column name."""
    connection.execute(sa.update(models).where(models.c.model_key == key).values(**values))


def delete(connection: sa.Connection, key: int) -> None:
    """Forget one version; its blobs stay."""
    connection.execute(sa.delete(model_files).where(model_files.c.model_key == key))
    connection.execute(sa.delete(model_stages).where(model_stages.c.model_key == key))
    connection.execute(sa.delete(models).where(models.c.model_key == key))


def files_of(connection: sa.Connection, key: int) -> list[ModelFile]:
    """The files of one version, by path."""
    rows = connection.execute(sa.select(model_files).where(model_files.c.model_key == key)).mappings()
    found = (ModelFile(row["path"], row["size_bytes"], row["sha256"]) for row in rows)
    return sorted(found, key=lambda file: file.path)  # here: databases differ in collation


def _model(row: sa.RowMapping) -> Model:
    return Model(
        key=row["model_key"],
        asset_id=row["asset_id"],
        name=row["name"],
        version=row["version"],
        description=row["description"],
        framework=row["framework"],
        framework_version=row["framework_version"],
        tags=row["tags"],
        properties=row["properties"],
        run_id=row["run_id"],
        experiment=row["experiment"],
        datasets=tuple(row["datasets"]),
        sample_input_id=row["sample_input_id"],
        sample_output_id=row["sample_output_id"],
        resource=row["resource"],
        created_at_ms=row["created_at_ms"],
        created_by=row["created_by"],
        file_count=row["file_count"],
        size_bytes=row["size_bytes"],
    )
