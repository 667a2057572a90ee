"""SDK v1 `azureml.data.dataset_factory`."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.data import _frames
from azureml.data._paths import PathLike, sources_of, target_of
from azureml.data.azure_storage_datastore import AbstractAzureStorageDatastore
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.data.file_dataset import FileDataset
from azureml.data.tabular_dataset import TabularDataset
from azureml.exceptions import UserErrorException
from runstead.domain.datasets import FILE, TABULAR
from runstead.domain.globs import matches

HEADERS = {
    PromoteHeadersBehavior.NO_HEADERS: "none",
    PromoteHeadersBehavior.ONLY_FIRST_FILE_HAS_HEADERS: "first",
    PromoteHeadersBehavior.COMBINE_ALL_FILES_HEADERS: "combine",
    PromoteHeadersBehavior.ALL_FILES_HAVE_SAME_HEADERS: "same",
    True: "same",
    False: "none",
}
Types = Mapping[str, "DataType"] | None
Options = dict[str, Any]  # Any: JSON


class DataType:
    """SDK v1 `DataType`: what a column is made."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self._told: Options = dict(kwargs)

    @staticmethod
    def to_string() -> "DataType":
        return DataType(type="string")

    @staticmethod
    def to_long() -> "DataType":
        return DataType(type="long")

    @staticmethod
    def to_float(decimal_mark: str = ".") -> "DataType":
        return DataType(type="float", decimal_mark=decimal_mark)

    @staticmethod
    def to_bool() -> "DataType":
        return DataType(type="bool")

    @staticmethod
    def to_datetime(formats: str | Sequence[str] | None = None) -> "DataType":
        return DataType(type="datetime", formats=[formats] if isinstance(formats, str) else list(formats or []))

    @staticmethod
    def to_stream(workspace: object, escaped: bool = False) -> "DataType":
        raise not_yet("DataType.to_stream", instead="A FileDataset gives the files themselves.")


@speaks_v1
class FileDatasetFactory:
    """SDK v1 `FileDatasetFactory`: `Dataset.File`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """It has static methods only."""

    @staticmethod
    def from_files(
        path: PathLike, validate: bool = True, partition_format: str | None = None, is_file: bool = False
    ) -> FileDataset:
        sources, workspace = sources_of(path)
        made = FileDataset._of(_definition(FILE, sources, None, partition_format), workspace)
        if validate:
            _check(made)
        return made

    @staticmethod
    def upload_directory(
        src_dir: str,
        target: PathLike,
        pattern: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> FileDataset:
        datastore, folder = target_of(target)
        if not isinstance(datastore, AbstractAzureStorageDatastore):
            raise UserErrorException(f"the datastore {datastore.name} holds no files")
        if pattern is None:
            datastore.upload(src_dir, folder, overwrite=overwrite, show_progress=show_progress)
        else:
            root = Path(src_dir)
            found = [p for p in sorted(root.rglob("*")) if p.is_file()]
            wanted = [str(p) for p in found if matches(p.relative_to(root).as_posix(), pattern)]
            datastore.upload_files(wanted, src_dir, folder, overwrite=overwrite, show_progress=show_progress)
        return FileDatasetFactory.from_files((datastore, folder))


@speaks_v1
class TabularDatasetFactory:
    """SDK v1 `TabularDatasetFactory`: `Dataset.Tabular`."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """It has static methods only."""

    @staticmethod
    def from_delimited_files(
        path: PathLike,
        validate: bool = True,
        include_path: bool = False,
        infer_column_types: bool = True,
        set_column_types: Types = None,
        separator: str = ",",
        header: bool | PromoteHeadersBehavior = True,
        partition_format: str | None = None,
        support_multi_line: bool = False,
        empty_as_string: bool = False,
        encoding: str = "utf8",
    ) -> TabularDataset:
        options = {
            "type": "delimited",
            "include_path": include_path,
            "column_types": _types(set_column_types),
            "infer": infer_column_types,
            "separator": separator,
            "header": HEADERS[header],
            "empty_as_string": empty_as_string,
            "encoding": encoding,
        }
        return _tabular(path, options, partition_format, validate=validate)

    @staticmethod
    def from_parquet_files(
        path: PathLike,
        validate: bool = True,
        include_path: bool = False,
        set_column_types: Types = None,
        partition_format: str | None = None,
    ) -> TabularDataset:
        options = {"type": "parquet", "include_path": include_path, "column_types": _types(set_column_types)}
        return _tabular(path, options, partition_format, validate=validate)

    @staticmethod
    def from_json_lines_files(
        path: PathLike,
        validate: bool = True,
        include_path: bool = False,
        set_column_types: Types = None,
        partition_format: str | None = None,
        invalid_lines: str = "error",
        encoding: str = "utf8",
    ) -> TabularDataset:
        if invalid_lines not in ("error", "drop"):
            raise UserErrorException(f"invalid_lines is 'error' or 'drop', not {invalid_lines!r}")
        options = {
            "type": "json_lines",
            "include_path": include_path,
            "column_types": _types(set_column_types),
            "invalid_lines": invalid_lines,
            "encoding": encoding,
        }
        return _tabular(path, options, partition_format, validate=validate)

    @staticmethod
    def from_sql_query(
        query: object, validate: bool = True, set_column_types: Types = None, query_timeout: int = 30
    ) -> TabularDataset:
        raise not_yet("Dataset.Tabular.from_sql_query", instead="Read with pandas.read_sql and register the frame.")

    @staticmethod
    def register_pandas_dataframe(
        dataframe: _frames.Frame,
        target: PathLike,
        name: str,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        show_progress: bool = True,
        row_group_size: int | None = None,
        make_target_path_unique: bool = True,
    ) -> TabularDataset:
        tell = print if show_progress else _nothing
        tell("Validating arguments.")
        datastore, folder = target_of(target)
        tell("Arguments validated.")
        tell("Successfully obtained datastore reference and path.")
        unique = [str(uuid.uuid4())] if make_target_path_unique else []
        place = "/".join([part for part in (folder, *unique) if part]) or _frames.MANAGED
        tell(f"Uploading file to {place}/")
        file = f"{place}/part-00000.parquet"
        _frames.write(dataframe, datastore, file, separator=None, row_group_size=row_group_size)
        tell("Successfully uploaded file to datastore.")
        tell("Creating and registering a new dataset.")
        made = TabularDatasetFactory.from_parquet_files((datastore, f"{place}/"))
        registered: TabularDataset = made.register(
            datastore.workspace, name, description=description, tags=tags, create_new_version=True
        )
        tell("Successfully created and registered a new dataset.")
        return registered

    @staticmethod
    def register_dask_dataframe(
        dataframe: object,
        target: PathLike,
        name: str,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        show_progress: bool = True,
    ) -> TabularDataset:
        raise not_yet("Dataset.Tabular.register_dask_dataframe", instead="register_pandas_dataframe takes a frame.")

    @staticmethod
    def register_spark_dataframe(
        dataframe: object,
        target: PathLike,
        name: str,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        show_progress: bool = True,
    ) -> TabularDataset:
        raise not_yet("Dataset.Tabular.register_spark_dataframe", instead="register_pandas_dataframe takes a frame.")


def _tabular(path: PathLike, options: Options, partition_format: str | None, *, validate: bool) -> TabularDataset:
    sources, workspace = sources_of(path)
    made = TabularDataset._of(_definition(TABULAR, sources, options, partition_format), workspace)
    if validate:
        _check(made)
    return made


def _definition(kind: str, sources: list[dict[str, str]], options: Options | None, partition: str | None) -> Options:
    return {"kind": kind, "sources": sources, "format": options, "partition_format": partition, "steps": []}


def _check(made: FileDataset | TabularDataset) -> None:
    """Whether there is anything at all; addresses are not asked before their bytes are needed."""
    made._files()


def _types(given: Types) -> Options:
    return {name: kind._told for name, kind in (given or {}).items()}


def _nothing(_line: str) -> None:
    """Progress that nobody asked for."""
