"""Data frames of tabular datasets: pandas is imported here, when one is asked for."""

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from azureml.data import _datastores
from azureml.data._homes import Home
from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.azure_storage_datastore import AbstractAzureStorageDatastore
from azureml.exceptions import UserErrorException
from runstead.client import caches
from runstead.client.sources import DataFile
from runstead.domain.datasets import Definition

Frame = Any  # pandas.DataFrame: pandas is an extra
MANAGED = "managed-dataset"


def frames() -> Any:  # noqa: ANN401  the module runstead.client.frames; its import needs pandas
    """The module that knows pandas; UserErrorException names the extra."""
    try:
        return import_module("runstead.client.frames")
    except ModuleNotFoundError as error:
        raise UserErrorException(
            f"tabular data needs {error.name}, which is not installed; try: pip install 'runstead[data]'"
        ) from error


def read(definition: Definition, files: list[DataFile], cache: Path, *, on_error: str) -> Frame:
    """All rows after all steps."""
    module = frames()
    with tempfile.TemporaryDirectory(prefix="runstead-data-") as spare:
        paths = caches.open_paths(files, cache=cache, spare=Path(spare))
        return module.frame_of(definition, files, paths, on_error=on_error)


def write(
    frame: Frame, datastore: AbstractDatastore, path: str, *, separator: str | None, row_group_size: int | None = None
) -> None:
    """Send a frame as one file of a datastore."""
    if not isinstance(datastore, AbstractAzureStorageDatastore):
        raise UserErrorException(f"the datastore {datastore.name} is a {datastore.datastore_type}, and holds no files")
    folder, _, name = path.rpartition("/")
    with tempfile.TemporaryDirectory(prefix="runstead-data-") as spare:
        file = Path(spare) / name
        frames().write_frame(frame, file, separator=separator, row_group_size=row_group_size)
        datastore.upload_files([str(file)], target_path=folder, overwrite=True, show_progress=False)


def default_store(workspace: Home | None) -> AbstractDatastore:
    """Where results go that nobody named a place for."""
    if workspace is None:
        raise UserErrorException("the dataset is of no workspace yet; register it first")
    return _datastores.load(workspace, None)
