"""SDK v1 `azureml.core.dataset`."""

from typing import ClassVar

from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.dataset_factory import FileDatasetFactory, TabularDatasetFactory

__all__ = ["Dataset"]


class Dataset(AbstractDataset):
    """SDK v1 `Dataset`: makes datasets with `Dataset.File` and `Dataset.Tabular`, and finds them again."""

    File: ClassVar = FileDatasetFactory
    Tabular: ClassVar = TabularDatasetFactory
