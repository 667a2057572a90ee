"""SDK v1 `azureml.data.dbfs_datastore`."""

from azureml.data._elsewhere import DBFSDatastore

__all__ = ["DBFSDatastore"]
