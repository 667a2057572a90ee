"""SDK v1 `azureml._common`: where notebooks find the base of all exceptions."""
