"""SDK v1 `azureml._restclient`: only the exceptions of the service."""
