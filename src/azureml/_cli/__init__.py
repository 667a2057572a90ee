"""The command line of SDK v1: `azml`, a thin face over azureml.core."""
