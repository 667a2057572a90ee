"""SDK v1 `azureml.data`; reachable after `import azureml.core`, as notebooks expect."""

from importlib import import_module
from typing import TYPE_CHECKING

from azureml._names import later
from azureml._versions import SDK_VERSION

if TYPE_CHECKING:
    from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
    from azureml.data.file_dataset import FileDataset
    from azureml.data.output_dataset_config import OutputFileDatasetConfig
    from azureml.data.tabular_dataset import TabularDataset

__version__ = SDK_VERSION
__all__ = ["FileDataset", "OutputFileDatasetConfig", "PromoteHeadersBehavior", "TabularDataset"]
HOME_OF = {
    "FileDataset": "file_dataset",
    "OutputFileDatasetConfig": "output_dataset_config",
    "PromoteHeadersBehavior": "dataset_type_definitions",
    "TabularDataset": "tabular_dataset",
}


def __getattr__(name: str) -> object:
    if name in HOME_OF:
        return getattr(import_module(f"azureml.data.{HOME_OF[name]}"), name)
    return later(__name__, name)
