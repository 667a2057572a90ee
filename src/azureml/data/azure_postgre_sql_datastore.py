"""SDK v1 `azureml.data.azure_postgre_sql_datastore`."""

from azureml.data._elsewhere import AzurePostgreSqlDatastore

__all__ = ["AzurePostgreSqlDatastore"]
