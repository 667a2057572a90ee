"""SDK v1 `azureml.core`. Its names load when they are first used, so that importing it costs next to nothing."""

from importlib import import_module
from typing import TYPE_CHECKING

from azureml import data as data  # notebooks read azureml.data.__version__ after `import azureml.core`
from azureml._names import later
from azureml._neighbours import refuse_azureml_core
from azureml._versions import SDK_VERSION

if TYPE_CHECKING:
    from azureml.core import _model_calls as _model_calls
    from azureml.core import _snapshots as _snapshots
    from azureml.core import _starts as _starts
    from azureml.core import _submissions as _submissions
    from azureml.core.container_registry import ContainerRegistry
    from azureml.core.dataset import Dataset
    from azureml.core.datastore import Datastore
    from azureml.core.environment import Environment
    from azureml.core.experiment import Experiment
    from azureml.core.keyvault import Keyvault
    from azureml.core.model import Model
    from azureml.core.run import Run
    from azureml.core.runconfig import RunConfiguration
    from azureml.core.script_run import ScriptRun
    from azureml.core.script_run_config import ScriptRunConfig
    from azureml.core.workspace import Workspace

refuse_azureml_core()

VERSION = SDK_VERSION
__version__ = SDK_VERSION
__all__ = [
    "VERSION",
    "ContainerRegistry",
    "Dataset",
    "Datastore",
    "Environment",
    "Experiment",
    "Keyvault",
    "Model",
    "Run",
    "RunConfiguration",
    "ScriptRun",
    "ScriptRunConfig",
    "Workspace",
]
HOME_OF = {
    "ContainerRegistry": "container_registry",
    "Dataset": "dataset",
    "Datastore": "datastore",
    "Environment": "environment",
    "Experiment": "experiment",
    "Keyvault": "keyvault",
    "Model": "model",
    "Run": "run",
    "RunConfiguration": "runconfig",
    "ScriptRun": "script_run",
    "ScriptRunConfig": "script_run_config",
    "Workspace": "workspace",
}
MODULES = {
    *HOME_OF.values(),
    "_model_calls",
    "_snapshots",
    "_starts",
    "_submissions",
    "authentication",
    "compute_target",
    "conda_dependencies",
    "resource_configuration",
}


def __getattr__(name: str) -> object:
    if name in HOME_OF:
        value = getattr(import_module(f"azureml.core.{HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    if name in MODULES:
        return import_module(f"azureml.core.{name}")
    return later(__name__, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOME_OF, *MODULES})
