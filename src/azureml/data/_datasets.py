"""From what the server keeps of a dataset to the object of SDK v1."""

from azureml.data._homes import Home
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.file_dataset import FileDataset
from azureml.data.tabular_dataset import TabularDataset
from runstead.client.connection import Json
from runstead.domain.datasets import FILE


def dataset_of(workspace: Home, record: Json) -> AbstractDataset:
    """The object that fits the dataset's kind."""
    face = FileDataset if record["kind"] == FILE else TabularDataset
    return face._of(record["definition"], workspace, record)
