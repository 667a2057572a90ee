"""What stands for SDK v1's names that are not in this version: it can be imported and asked about, not used."""

import json
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from azureml._common.exceptions import AzureMLException
from azureml._later import not_yet

# Module → name → the module that defines it, "" if that is the same one.
NAMES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "_names.json").read_text())
# Packages of which only the best known modules are listed: any module of them can be imported.
WHOLE = tuple(
    f"azureml.{name}."
    for name in (
        *("accel", "automl", "contrib", "datadrift", "dataprep", "explain", "interpret", "monitoring"),
        *("opendatasets", "responsibleai", "train.automl"),
    )
)
# The first prefix that fits says what the error calls it.
FEATURES = {
    "azureml.core.compute": "clusters and compute instances",
    "azureml.core.model": "models",
    "azureml.core.webservice": "model services",
    "azureml.core.image": "model images",
    "azureml.core.profile": "model profiles",
    "azureml.data": "data",
    "azureml.core.dat": "data",
    "azureml.pipeline": "pipelines",
    "azureml.train.hyperdrive": "parameter sweeps",
    "azureml.train.automl": "automated machine learning",
    "azureml.automl": "automated machine learning",
    "azureml.train": "estimators",
    "azureml.opendatasets": "open datasets",
    "azureml.mlflow": "MLflow",
}


class NotYet(type):
    """The class of the classes that stand for a name: calling one, or asking it for a member, is the error."""

    def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
        raise _error(*cls.__standing_for__)

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("_"):  # asked for by notebooks, debuggers, copy, pickle
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        home, path = cls.__standing_for__
        raise _error(home, f"{path}.{name}")

    @property
    def __standing_for__(cls) -> tuple[str, str]:
        """The module and the path in SDK v1, also for a class of the user's own that was derived from it."""
        there = next(one for one in reversed(cls.__mro__) if isinstance(one, NotYet))
        return there.__module__, public_path(there.__module__, there.__name__)


def public_path(home: str, name: str) -> str:
    """The shortest path that people import a name from."""
    modules = [module for module, names in NAMES.items() if name in names and (names[name] or module) == home]
    return f"{min(modules, key=len, default=home)}.{name}"


def is_placeholder(found: object) -> bool:
    """Whether a name of SDK v1 is one that only imports."""
    return isinstance(found, NotYet) or (isinstance(found, ModuleType) and isinstance(found.__loader__, Standing))


def found(module: str, name: str) -> object:
    """What a module gives for a name that it has not."""
    if f"{module}.{name}" in NAMES:
        return import_module(f"{module}.{name}")
    home = NAMES.get(module, {}).get(name)
    if home:
        there: object = getattr(import_module(home), name)
        return there
    if home is None and not _stands(module):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return _made(module, name)


def spec_of(module: str, places: list[str] | None) -> ModuleSpec | None:
    """The spec of a module that is not there and whose name SDK v1 has; `places`: folders where parts of it are."""
    if module not in NAMES and not f"{module}.".startswith(WHOLE):
        return None
    spec = ModuleSpec(module, Standing(), is_package=True)
    spec.submodule_search_locations = list(places or [])
    return spec


class Standing(Loader):
    """Loads a module that only stands for one of SDK v1."""

    def create_module(self, spec: ModuleSpec) -> None:
        """The usual module object will do."""

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = lambda name: _attribute(module.__name__, name)


def _attribute(module: str, name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    return found(module, name)


def _stands(module: str) -> bool:
    return is_placeholder(import_module(module))


def _made(module: str, name: str) -> type[Any]:  # Any: any name
    if name.endswith(("Exception", "Error")):  # `except …:` wants a real one
        made: type[Any] = type(name, (AzureMLException,), {"__module__": module})
    else:
        made = NotYet(name, (), {"__module__": module})
    vars(import_module(module))[name] = made
    return made


def _error(home: str, path: str) -> Exception:
    feature = next((text for prefix, text in FEATURES.items() if home.startswith(prefix)), "")
    return not_yet(f"{path} ({feature})" if feature else path)
