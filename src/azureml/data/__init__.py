"""SDK v1 `azureml.data`; reachable after `import azureml.core`, as notebooks expect."""

from azureml._versions import SDK_VERSION

__version__ = SDK_VERSION
