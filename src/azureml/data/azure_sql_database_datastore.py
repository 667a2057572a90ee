"""SDK v1 `azureml.data.azure_sql_database_datastore`."""

from azureml.data._elsewhere import AzureSqlDatabaseDatastore

__all__ = ["AzureSqlDatabaseDatastore"]
