"""Class attributes that stand in modules which themselves need the class."""

from importlib import import_module


class Lazy:
    """`module.name`, looked up when it is first asked for."""

    def __init__(self, module: str, name: str) -> None:
        self._place = (module, name)

    def __get__(self, owner: object, kind: type | None = None) -> object:
        module, name = self._place
        return getattr(import_module(module), name)
