"""SDK v1 `azureml.data.output_dataset_config`: folders that a job fills, and the datasets that they become."""

import copy
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Self

from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.data._paths import PathLike, target_of
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig, checked_name
from azureml.data.dataset_factory import TabularDatasetFactory, Types
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.exceptions import UserErrorException
from runstead.domain.bindings import OUTPUT, OUTPUT_NAME, RUN_ID
from runstead.domain.datasets import FILE, TABULAR, with_step
from runstead.domain.datastores import BLOB_STORE

MOUNT, UPLOAD = "mount", "upload"
DEFAULT_PATH = f"dataset/{RUN_ID}/{OUTPUT_NAME}"
LATER_STEP = "Pipelines come later; until then read the registered dataset by its name."
Definition = dict[str, Any]  # Any: JSON


@speaks_v1
class OutputDatasetConfig:
    """SDK v1 `OutputDatasetConfig`: an output of a job. Its methods give changed copies."""

    def __init__(self, mode: str, name: str | None = None, **kwargs: object) -> None:
        self.mode = mode
        self._name = checked_name(name or f"output_{secrets.token_hex(4)}")
        self._registration: Mapping[str, Any] = {}  # Any: what register_on_complete was told

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = checked_name(value)

    @property
    def arg_val(self) -> str:
        return f"{OUTPUT}{self._name}"

    def as_input(self, name: str | None = None) -> DatasetConsumptionConfig:
        raise not_yet("OutputDatasetConfig.as_input", instead=LATER_STEP)

    def register_on_complete(
        self, name: str, description: str | None = None, tags: Mapping[str, str] | None = None
    ) -> Self:
        return self._changed(_registration={"name": name, "description": description, "tags": dict(tags or {})})

    def _changed(self, **values: object) -> Self:
        changed = copy.copy(self)
        vars(changed).update(values)
        return changed

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r}, mode={self.mode!r})"


@speaks_v1
class OutputFileDatasetConfig(OutputDatasetConfig):
    """SDK v1 `OutputFileDatasetConfig`: a folder that a job fills; it becomes a dataset of files."""

    def __init__(
        self,
        name: str | None = None,
        destination: PathLike = None,
        source: str | None = None,
        partition_format: str | None = None,
    ) -> None:
        super().__init__(MOUNT, name)
        self.destination = destination
        self.source = source
        self._partition_format = partition_format
        self._overwrite = True
        self._globs: tuple[str, ...] = ()
        self._format: Definition | None = None
        self._steps: list[Definition] = []

    def as_mount(self, disable_metadata_cache: bool = False) -> Self:
        return self._changed(mode=MOUNT)

    def as_upload(self, overwrite: bool = False, source_globs: str | Sequence[str] | None = None) -> Self:
        globs = (source_globs,) if isinstance(source_globs, str) else tuple(source_globs or ())
        return self._changed(mode=UPLOAD, _overwrite=overwrite, _globs=globs)

    def read_delimited_files(
        self,
        include_path: bool = False,
        separator: str = ",",
        header: PromoteHeadersBehavior = PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS,
        partition_format: str | None = None,
        path_glob: str | None = None,
        set_column_types: Types = None,
    ) -> "OutputTabularDatasetConfig":
        options = {"separator": separator, "header": header, "set_column_types": set_column_types}
        return _tabular(self, "from_delimited_files", include_path, partition_format, path_glob, options)

    def read_parquet_files(
        self,
        include_path: bool = False,
        partition_format: str | None = None,
        path_glob: str | None = None,
        set_column_types: Types = None,
    ) -> "OutputTabularDatasetConfig":
        options = {"set_column_types": set_column_types}
        return _tabular(self, "from_parquet_files", include_path, partition_format, path_glob, options)

    def _place(self) -> tuple[str, str]:
        """(the datastore's name, the path on it, with its templates)."""
        if self.destination is None:
            return BLOB_STORE, DEFAULT_PATH
        datastore, path = target_of(self.destination)
        return datastore.name, path or DEFAULT_PATH

    def _becomes(self) -> Definition:
        """The dataset's definition; its sources are known when the run has its id."""
        kind = FILE if self._format is None else TABULAR
        formats = {"format": self._format, "partition_format": self._partition_format}
        return {"kind": kind, "sources": [], **formats, "steps": list(self._steps)}


@speaks_v1
class OutputTabularDatasetConfig(OutputFileDatasetConfig):
    """SDK v1 `OutputTabularDatasetConfig`: a folder that a job fills; it becomes a dataset of rows."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  what OutputFileDatasetConfig takes
        super().__init__(**kwargs)

    def as_mount(self) -> Self:  # type: ignore[override]  # SDK v1 has no option here
        return self._changed(mode=MOUNT)

    def keep_columns(self, columns: str | Sequence[str]) -> Self:
        return self._stepped("keep_columns", columns)

    def drop_columns(self, columns: str | Sequence[str]) -> Self:
        return self._stepped("drop_columns", columns)

    def random_split(self, percentage: float, seed: int | None = None) -> tuple[Self, Self]:
        raise not_yet("OutputTabularDatasetConfig.random_split", instead="Split the registered dataset.")

    def _stepped(self, do: str, columns: str | Sequence[str]) -> Self:
        names = [columns] if isinstance(columns, str) else list(columns)
        return self._changed(_steps=with_step(self._becomes(), do, columns=names)["steps"])


def _tabular(
    config: OutputFileDatasetConfig,
    reader: str,
    include_path: bool,
    partition_format: str | None,
    path_glob: str | None,
    options: Mapping[str, Any],  # Any: what the reader takes
) -> OutputTabularDatasetConfig:
    """The same output, read as rows; the factory says how, from a path that is never asked."""
    if path_glob is not None:
        raise UserErrorException("path_glob is not in this version of Runstead yet; as_upload(source_globs=…) chooses")
    read = getattr(TabularDatasetFactory, reader)
    made = read("https://unread.invalid/", validate=False, include_path=include_path, **options)
    tabular = OutputTabularDatasetConfig()
    vars(tabular).update(vars(config))
    return tabular._changed(
        _format=made._definition["format"], _partition_format=partition_format or config._partition_format
    )
