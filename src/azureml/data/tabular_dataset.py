"""SDK v1 `azureml.data.tabular_dataset`."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.data import _frames
from azureml.data._failures import user_errors
from azureml.data._paths import PathLike, target_of
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.file_dataset import FileDataset, checked_percentage, some_seed
from azureml.exceptions import DatasetTimestampMissingError, UserErrorException
from runstead.domain.datasets import FILE, timestamps_of

Frame = _frames.Frame
OldName = Any  # a column, by a parameter's name of earlier versions
Time = datetime
NO_ARRAYS = "to_pandas_dataframe() gives all rows."


@speaks_v1
class TabularDataset(AbstractDataset):
    """SDK v1 `TabularDataset`: rows that are read from files when they are needed."""

    _is_tabular = True

    def __init__(self) -> None:
        super().__init__()

    def to_pandas_dataframe(self, on_error: str = "null", out_of_range_datetime: str = "null") -> Frame:
        with user_errors():
            return _frames.read(self._definition, self._files(), self._cache, on_error=on_error)

    def take(self, count: int) -> "TabularDataset":
        return self._with("take", count=count)

    def skip(self, count: int) -> "TabularDataset":
        return self._with("skip", count=count)

    def take_sample(self, probability: float, seed: int | None = None) -> "TabularDataset":
        return self._with("sample", probability=probability, seed=some_seed(seed))

    def random_split(self, percentage: float, seed: int | None = None) -> tuple["TabularDataset", "TabularDataset"]:
        common = {"percentage": checked_percentage(percentage), "seed": some_seed(seed)}
        return self._with("split", **common, is_first=True), self._with("split", **common, is_first=False)

    def keep_columns(self, columns: str | Sequence[str], validate: bool = False) -> "TabularDataset":
        kept = self._with("keep_columns", columns=_names(columns))
        if validate:
            kept.take(1).to_pandas_dataframe()
        return kept

    def drop_columns(self, columns: str | Sequence[str]) -> "TabularDataset":
        return self._with("drop_columns", columns=_names(columns))

    def filter(self, expression: object) -> "TabularDataset":
        raise not_yet("TabularDataset.filter", instead="Filter the data frame, or use time_before and its like.")

    @property
    def timestamp_columns(self) -> tuple[str | None, str | None]:
        return timestamps_of(self._definition)

    def with_timestamp_columns(
        self,
        timestamp: str | None = None,
        partition_timestamp: str | None = None,
        validate: bool = False,
        **kwargs: OldName,
    ) -> "TabularDataset":
        timestamp = timestamp or kwargs.get("fine_grain_timestamp")
        partition_timestamp = partition_timestamp or kwargs.get("coarse_grain_timestamp")
        if timestamp is None and partition_timestamp is not None:
            raise UserErrorException(
                f"the partition_timestamp {partition_timestamp!r} needs a timestamp beside it; clear both, or give both"
            )
        if timestamp is not None and timestamp == partition_timestamp:
            raise UserErrorException(f"the timestamp and the partition_timestamp cannot both be {timestamp!r}")
        changed = self._with("timestamps", timestamp=timestamp, partition_timestamp=partition_timestamp)
        if validate and timestamp is not None:
            known = changed.take(1).to_pandas_dataframe().columns
            if missing := [name for name in (timestamp, partition_timestamp) if name and name not in known]:
                raise UserErrorException(f"there is no column {', '.join(map(repr, missing))}; there are {list(known)}")
        return changed

    def time_before(self, end_time: Time, include_boundary: bool = True, validate: bool = True) -> "TabularDataset":
        return self._within(None, end_time, include_boundary)

    def time_after(self, start_time: Time, include_boundary: bool = True, validate: bool = True) -> "TabularDataset":
        return self._within(start_time, None, include_boundary)

    def time_between(
        self, start_time: Time, end_time: Time, include_boundary: bool = True, validate: bool = True
    ) -> "TabularDataset":
        return self._within(start_time, end_time, include_boundary)

    def time_recent(
        self, time_delta: timedelta, include_boundary: bool = True, validate: bool = True
    ) -> "TabularDataset":
        return self._within(datetime.now(UTC) - time_delta, None, include_boundary)

    def to_csv_files(self, separator: str = ",") -> FileDataset:
        return self._written("csv", separator)

    def to_parquet_files(self) -> FileDataset:
        return self._written("parquet", None)

    def partition_by(
        self,
        partition_keys: list[str],
        target: PathLike,
        name: str | None = None,
        show_progress: bool = True,
        partition_as_file_dataset: bool = False,
    ) -> Any:  # noqa: ANN401  of either kind, as SDK v1 says
        datastore, folder = target_of(target)
        place = "/".join(part for part in (folder, str(uuid.uuid4())) if part)
        with user_errors():
            groups = _frames.frames().grouped(self.to_pandas_dataframe(), partition_keys)
        for values, rows in groups:
            inner = "/".join(str(value).replace("/", "_") for value in values)
            _frames.write(rows, datastore, f"{place}/{inner}/data.parquet", separator=None)
        factories = import_module("azureml.data.dataset_factory")
        said = f"/{'/'.join(f'{{{key}}}' for key in partition_keys)}/data.parquet"
        make = (
            factories.FileDatasetFactory.from_files
            if partition_as_file_dataset
            else factories.TabularDatasetFactory.from_parquet_files
        )
        made = make((datastore, f"{place}/"), partition_format=said)
        return made if name is None else made.register(datastore.workspace, name, create_new_version=True)

    def download(
        self,
        stream_column: str,
        target_path: str | None = None,
        overwrite: bool = False,
        ignore_not_found: bool = True,
    ) -> object:
        raise not_yet("TabularDataset.download", instead="A FileDataset can be downloaded.")

    def mount(self, stream_column: str, mount_point: str | None = None) -> object:
        raise not_yet("TabularDataset.mount", instead="A FileDataset can be mounted.")

    def get_profile(self, workspace: object = None) -> object:
        raise not_yet("TabularDataset.get_profile", instead="to_pandas_dataframe().describe() tells the same.")

    def get_profile_runs(self, workspace: object = None) -> object:
        raise not_yet("TabularDataset.get_profile_runs")

    def submit_profile_run(
        self, compute_target: object, experiment: object, cache_datastore_name: str | None = None
    ) -> object:
        raise not_yet("TabularDataset.submit_profile_run")

    def to_dask_dataframe(
        self,
        sample_size: int = 10000,
        dtypes: object = None,
        on_error: str = "null",
        out_of_range_datetime: str = "null",
    ) -> object:
        raise not_yet("TabularDataset.to_dask_dataframe", instead=NO_ARRAYS)

    def to_spark_dataframe(self) -> object:
        raise not_yet("TabularDataset.to_spark_dataframe", instead=NO_ARRAYS)

    def _within(self, start: Time | None, end: Time | None, include_boundary: bool) -> "TabularDataset":
        column = next((name for name in self.timestamp_columns if name is not None), None)
        if column is None:
            raise DatasetTimestampMissingError(
                "the dataset has no timestamp column to filter by time; call with_timestamp_columns first"
            )
        times = {"start": _utc_text(start), "end": _utc_text(end)}
        return self._with("time", column=column, **times, include_boundary=include_boundary)

    def _written(self, kind: str, separator: str | None) -> FileDataset:
        datastore = _frames.default_store(self._workspace)
        folder = f"{_frames.MANAGED}/{uuid.uuid4()}"
        _frames.write(self.to_pandas_dataframe(), datastore, f"{folder}/part-00000.{kind}", separator=separator)
        source = {"datastore": datastore.name, "path": folder}
        plain = {"kind": FILE, "sources": [source], "format": None, "partition_format": None, "steps": []}
        return FileDataset._of(plain, self._workspace)


def _names(columns: str | Sequence[str]) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns)


def _utc_text(time: Time | None) -> str | None:
    """A time without a zone is taken as UTC, as everything in data is."""
    if time is None:
        return None
    return (time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time).isoformat()
