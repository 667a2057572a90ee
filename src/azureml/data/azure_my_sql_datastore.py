"""SDK v1 `azureml.data.azure_my_sql_datastore`."""

from azureml.data._elsewhere import AzureMySqlDatastore

__all__ = ["AzureMySqlDatastore"]
