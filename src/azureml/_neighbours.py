"""Notices Microsoft's azureml-core beside us: both want to be `azureml.core`, and a mixture of the two fails oddly."""

import os
import sys

PREFIX, SUFFIX = "azureml_core-", ".dist-info"


def refuse_azureml_core() -> None:
    """ImportError if azureml-core is installed on this interpreter's path."""
    for place in sys.path:
        found = next((name for name in _names(place or ".") if name.startswith(PREFIX) and name.endswith(SUFFIX)), None)
        if found is not None:
            version = found.removeprefix(PREFIX).removesuffix(SUFFIX)
            raise ImportError(
                f"azureml-core {version} is installed in {place} beside runstead, and both provide azureml.core: "
                f"run `{sys.executable} -m pip uninstall azureml-core`, then install runstead again"
            )


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # no folder: a zip file, or a path that is not there
        return []
