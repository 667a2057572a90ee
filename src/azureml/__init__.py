"""Facade of the SDK v1 names; a pkgutil-style namespace, so that azureml-mlflow can live beside it."""

__path__ = __import__("pkgutil").extend_path(__path__, __name__)

import runstead as runstead  # first: it says so where the Python is too old for the rest
from azureml import _names as _names
