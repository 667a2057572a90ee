"""SDK v1 `azureml.train`; what it holds comes in a later version."""

from azureml import _names as _names  # also when another distribution has replaced azureml/__init__.py
