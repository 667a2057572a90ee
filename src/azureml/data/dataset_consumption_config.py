"""SDK v1 `azureml.data.dataset_consumption_config`."""

import re
from typing import Any

from azureml._later import not_yet
from azureml.exceptions import UserErrorException
from runstead.domain.bindings import INPUT

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
Dataset = Any  # a FileDataset or a TabularDataset: both import this module
DIRECT, MOUNT, DOWNLOAD = MODES = ("direct", "mount", "download")


class DatasetConsumptionConfig:
    """SDK v1 `DatasetConsumptionConfig`: how a job gets a dataset."""

    def __init__(
        self,
        name: str,
        dataset: Dataset,
        mode: str = DIRECT,
        path_on_compute: str | None = None,
    ) -> None:
        if mode not in MODES:
            raise UserErrorException(f"the mode {mode!r} of an input is none of {', '.join(MODES)}")
        self._name = checked_name(name)
        self.dataset = dataset
        self.mode = mode
        self.path_on_compute = path_on_compute

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = checked_name(value)

    @property
    def arg_val(self) -> str:
        return f"{INPUT}{self._name}"

    def as_mount(self, path_on_compute: str | None = None) -> "DatasetConsumptionConfig":
        return self._as(MOUNT, path_on_compute)

    def as_download(self, path_on_compute: str | None = None) -> "DatasetConsumptionConfig":
        return self._as(DOWNLOAD, path_on_compute)

    def as_hdfs(self) -> "DatasetConsumptionConfig":
        raise not_yet("DatasetConsumptionConfig.as_hdfs", instead="as_mount() gives a script the files.")

    def _as(self, mode: str, path_on_compute: str | None) -> "DatasetConsumptionConfig":
        if getattr(self.dataset, "_is_tabular", False):
            raise UserErrorException(
                f"the dataset of input {self._name!r} is tabular, and only files can be given as {mode}; use "
                "as_named_input(name) alone, or a FileDataset"
            )
        self.mode, self.path_on_compute = mode, path_on_compute
        return self

    def __repr__(self) -> str:
        return f"DatasetConsumptionConfig(name={self._name!r}, mode={self.mode!r})"


def checked_name(name: str) -> str:
    """An input's or output's name; it becomes the name of variables."""
    if not NAME.fullmatch(str(name)):
        raise UserErrorException(
            f"{name!r} is no name of an input or output: write a letter or '_', then letters, digits and '_'"
        )
    return name
