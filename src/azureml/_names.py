"""Finds SDK v1's modules and names that this version has not yet: they import, and using one says so.

Importing this module puts the finder in place. It looks only at `azureml.…`, and a real module or name always comes
first: `_names.json` (made by scripts/facts.py) needs no change when one is written.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

PACKAGE = __name__.rpartition(".")[0]
FOLDER = __file__.rpartition("/")[0] + "/"


def later(module: str, name: str) -> object:
    """What stands for a name that the module lacks, or AttributeError if SDK v1 has no such name."""
    if name.startswith("__"):  # asked for by the import system all the time
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    found: object = import_module("azureml._placeholders").found(module, name)
    return found


class Finder:
    """A meta path finder for `azureml.…`; the table of names is read when something is missing, not before."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{PACKAGE}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:  # nothing, or a folder without __init__.py
            places = None if spec is None else spec.submodule_search_locations
            standing: ModuleSpec | None = import_module("azureml._placeholders").spec_of(fullname, places)
            return standing or spec
        if type(spec.loader) is SourceFileLoader and spec.loader.path.startswith(FOLDER):
            spec.loader = Loader(fullname, spec.loader.path)
        return spec


class Loader(SourceFileLoader):
    """Loads a module of ours; names that it lacks are asked for in the table."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        vars(module).setdefault("__getattr__", lambda name: later(module.__name__, name))


if not any(isinstance(one, Finder) for one in sys.meta_path):
    sys.meta_path.insert(0, Finder())
