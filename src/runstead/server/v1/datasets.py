"""Datasets: definitions that are saved, and their names and versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runstead.domain.datasets import Dataset
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import at
from runstead.service import datasets

routes = router()
W = "/api/v1/workspaces/{ws}"
NAMED = W + "/registered-datasets/{name}"


@dataclass(frozen=True)
class DefinitionBody:
    """What a dataset is; checked by the domain."""

    definition: dict[str, Any]


@dataclass(frozen=True)
class RegistrationBody:
    """What a name stands for from now on."""

    definition: dict[str, Any]
    description: str | None = None
    tags: dict[str, str | None] | None = None
    create_new_version: bool = False


@dataclass(frozen=True)
class DatasetEditBody:
    """What is changed; the rest stays."""

    description: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DatasetShape:
    """Dataset."""

    dataset_id: str
    kind: str
    definition: Mapping[str, Any]
    name: str | None
    version: int | None
    description: str
    tags: Mapping[str, str | None]
    created_at: str


@dataclass(frozen=True)
class DatasetsShape:
    """By name."""

    datasets: list[DatasetShape]


@dataclass(frozen=True)
class UnregisteredShape:
    """Nothing more to say."""


@routes.post(W + "/datasets")
@needs("run")
def post_dataset(ws: str, unit: UnitIn, body: DefinitionBody) -> DatasetShape:
    """Save a definition; again is fine."""
    return _shape(datasets.save(unit, ws, body.definition))


@routes.get(W + "/datasets/{dataset_id}")
@needs("read")
def get_dataset(ws: str, dataset_id: str, unit: UnitIn) -> DatasetShape:
    """One dataset by id."""
    return _shape(datasets.load(unit, ws, dataset_id))


@routes.get(W + "/registered-datasets")
@needs("read")
def list_datasets(ws: str, unit: UnitIn) -> DatasetsShape:
    """The newest version of every name."""
    return DatasetsShape([_shape(one) for one in datasets.listed(unit, ws)])


@routes.post(NAMED)
@needs("run")
def post_registration(ws: str, name: str, unit: UnitIn, body: RegistrationBody) -> DatasetShape:
    """Register a definition under a name."""
    made = datasets.register(
        unit,
        ws,
        name,
        body.definition,
        description=body.description,
        tags=body.tags,
        create_new_version=body.create_new_version,
    )
    return _shape(made)


@routes.get(NAMED)
@needs("read")
def get_registered(ws: str, name: str, unit: UnitIn, version: int | None = None) -> DatasetShape:
    """One version of a name; the newest where none is named."""
    return _shape(datasets.load_named(unit, ws, name, version))


@routes.patch(NAMED + "/versions/{version}")
@needs("run")
def patch_version(ws: str, name: str, version: int, unit: UnitIn, body: DatasetEditBody) -> DatasetShape:
    """Change what is given of one version."""
    changed = datasets.edit(
        unit, ws, name, version, description=body.description, tags=body.tags, remove_tags=body.remove_tags
    )
    return _shape(changed)


@routes.delete(NAMED)
@needs("write")
def delete_registered(ws: str, name: str, unit: UnitIn) -> UnregisteredShape:
    """Forget a name with all its versions."""
    datasets.unregister(unit, ws, name)
    return UnregisteredShape()


def _shape(dataset: Dataset) -> DatasetShape:
    return DatasetShape(
        dataset_id=dataset.dataset_id,
        kind=dataset.kind,
        definition=dataset.definition,
        name=dataset.name,
        version=dataset.version,
        description=dataset.description,
        tags=dataset.tags or {},
        created_at=at(dataset.created_at_ms),
    )
