"""SDK v1 `azureml.core`."""
