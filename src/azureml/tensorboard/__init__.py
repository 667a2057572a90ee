"""SDK v1 `azureml.tensorboard`."""

from azureml.tensorboard.tensorboard import Tensorboard

__all__ = ["Tensorboard"]
