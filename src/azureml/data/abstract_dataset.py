"""SDK v1 `azureml.data.abstract_dataset`."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Self

from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.data._failures import user_errors
from azureml.data._homes import Home
from azureml.data._lazy import Lazy
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import UserErrorException
from runstead.client import caches, config, datasets, datastores
from runstead.client.connection import Json
from runstead.client.sources import DataFile, files_of
from runstead.client.storages import Storage, storage_of
from runstead.domain.datasets import Definition, checked_definition, with_step
from runstead.domain.partitions import partition_format, partition_values

REGISTRATION = ("dataset_id", "name", "version", "description", "tags")
Anything = Any  # a FileDataset or a TabularDataset, as SDK v1 says


@speaks_v1
class AbstractDataset:
    """SDK v1 `AbstractDataset`: where data is and what is done with it; nothing is read before it is needed."""

    File: ClassVar = Lazy("azureml.data.dataset_factory", "FileDatasetFactory")
    Tabular: ClassVar = Lazy("azureml.data.dataset_factory", "TabularDatasetFactory")

    def __init__(self) -> None:
        self._definition: Definition = {}
        self._workspace: Home | None = None
        self._record: Json | None = None

    @classmethod
    def _of(cls, definition: Definition, workspace: Home | None, record: Json | None = None) -> Self:
        made = cls.__new__(cls)
        made._definition = checked_definition(definition)
        made._workspace, made._record = workspace, record
        return made

    @staticmethod
    def get_by_name(workspace: Home, name: str, version: object = "latest", **kwargs: object) -> Anything:
        wanted = None if version in ("latest", None) else _version(version)
        with user_errors():
            return _dataset_of(workspace, datasets.load_registered(workspace._place, name, wanted))

    @staticmethod
    def get_by_id(workspace: Home, id: str, **kwargs: object) -> Anything:
        with user_errors():
            return _dataset_of(workspace, datasets.load_dataset(workspace._place, id))

    @staticmethod
    def get_all(workspace: Home) -> dict[str, Anything]:
        found = datasets.list_registered(workspace._place)
        return {one["name"]: _dataset_of(workspace, one) for one in found}

    def register(
        self,
        workspace: Home,
        name: str,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        create_new_version: bool = False,
    ) -> Anything:
        said = {"description": description, "tags": None if tags is None else dict(tags)}
        with user_errors():
            record = datasets.register_dataset(
                workspace._place, name, self._definition, create_new_version=create_new_version, **said
            )
        return type(self)._of(record["definition"], workspace, record)

    def unregister_all_versions(self) -> None:
        with user_errors():
            datasets.unregister_dataset(self._registered()._place, self.name or "")
        self._record = None

    def update(self, description: str | None = None, tags: Mapping[str, str] | None = None) -> Anything:
        gone = [] if tags is None else [key for key in self.tags if key not in tags]
        return self._edited(description=description, tags=tags, remove_tags=gone)

    def add_tags(self, tags: Mapping[str, str] | None = None) -> Anything:
        return self._edited(tags=tags)

    def remove_tags(self, tags: list[str] | None = None) -> Anything:
        return self._edited(remove_tags=list(tags or []))

    def as_named_input(self, name: str) -> DatasetConsumptionConfig:
        return DatasetConsumptionConfig(name, self)

    def get_partition_key_values(self, partition_keys: list[str] | None = None) -> list[dict[str, object]]:
        text = self._definition["partition_format"]
        wanted = partition_keys or self.partition_keys
        if text is None or not set(wanted) <= set(self.partition_keys):
            raise UserErrorException(f"the dataset has the partition keys {self.partition_keys}, not {wanted}")
        found = [partition_values(text, file.full_path) or {} for file in self._files()]
        rows: list[dict[str, object]] = [{key: values.get(key) for key in wanted} for values in found]
        return [row for index, row in enumerate(rows) if row not in rows[:index]]

    @property
    def id(self) -> str | None:
        if self._record is None and self._workspace is not None:
            self._record = datasets.save_dataset(self._workspace._place, self._definition)
        return None if self._record is None else str(self._record["dataset_id"])

    @property
    def name(self) -> str | None:
        return None if self._record is None else self._record["name"]

    @property
    def version(self) -> int | None:
        return None if self._record is None else self._record["version"]

    @property
    def description(self) -> str | None:
        return None if self._record is None else self._record["description"]

    @property
    def tags(self) -> dict[str, str | None]:
        return {} if self._record is None else dict(self._record["tags"])

    @property
    def partition_keys(self) -> list[str]:
        text = self._definition["partition_format"]
        return [] if text is None else partition_format(text).columns

    @property
    def data_changed_time(self) -> object:
        raise not_yet("Dataset.data_changed_time")

    def _saved_in(self, workspace: Home) -> str:
        """The dataset's id in this workspace, saved there if it was not."""
        if self._workspace is None:
            self._workspace = workspace
        return self.id or ""

    def _with(self, do: str, **values: object) -> Self:
        """The same with one more step."""
        return type(self)._of(with_step(self._definition, do, **values), self._workspace)

    def _storage(self, name: str) -> Storage:
        if self._workspace is None:
            raise UserErrorException(f"the dataset is on the datastore {name}, and of no workspace")
        place = self._workspace._place
        return storage_of(place, datastores.load_datastore(place, name))

    def _files(self) -> list[DataFile]:
        with user_errors():
            return files_of(self._definition, self._storage)

    @property
    def _cache(self) -> Path:
        settings = config.from_environment() if self._workspace is None else self._workspace._settings
        return caches.data_cache(settings.home)

    def _registered(self) -> Home:
        if self._workspace is None or self.name is None:
            raise UserErrorException("the dataset is not registered; register(workspace, name) does that")
        return self._workspace

    def _edited(self, **change: Anything) -> Anything:
        home = self._registered()
        self._record = datasets.change_dataset(home._place, self.name or "", self.version or 1, **change)
        return self

    def __repr__(self) -> str:
        told: dict[str, object] = {
            "source": [_shown(source) for source in self._definition["sources"]],
            "definition": [step["do"] for step in self._definition["steps"]],
        }
        if self._record is not None:
            told["registration"] = {key: self._record[key] for key in REGISTRATION if self._record[key]}
        return f"{type(self).__name__}\n{json.dumps(told, indent=2)}"


def _shown(source: Mapping[str, str]) -> str:
    """A source without what may be a key in its address."""
    if "url" in source:
        return source["url"].partition("?")[0]
    return source.get("local") or str((source["datastore"], source["path"]))


def _dataset_of(workspace: Home, record: Json) -> Anything:
    return import_module("azureml.data._datasets").dataset_of(workspace, record)


def _version(version: object) -> int:
    try:
        return int(str(version))
    except ValueError as error:
        raise UserErrorException(f"a version is a number or 'latest', not {version!r}") from error
