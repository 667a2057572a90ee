"""SDK v1 `azureml.data.azure_data_lake_datastore`."""

from azureml.data._elsewhere import AzureDataLakeDatastore, AzureDataLakeGen2Datastore

__all__ = ["AzureDataLakeDatastore", "AzureDataLakeGen2Datastore"]
