"""SDK v1 `azureml.data.hdfs_datastore`."""

from azureml.data._elsewhere import HDFSDatastore

__all__ = ["HDFSDatastore"]
