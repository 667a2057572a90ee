"""SDK v1 `azureml.widgets`."""

from azureml.widgets.run_details import RunDetails

__all__ = ["RunDetails"]
