"""Parts of a run configuration as plain attributes, and their camelCase form in files and run definitions."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar


class _AbstractRunConfigElement:
    """SDK v1 `_AbstractRunConfigElement`: public attributes, written in the order of their first assignment."""

    def _definition(self) -> dict[str, Any]:  # Any: JSON
        """The JSON form, with camelCase keys."""
        return {camel_case(name): _plain(value) for name, value in vars(self).items() if not name.startswith("_")}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items() if k[0] != '_')})"


Element = TypeVar("Element", bound=_AbstractRunConfigElement)


def filled(element: Element, definition: Mapping[str, Any]) -> Element:  # Any: JSON or YAML
    """Take over what a definition says; keys in camelCase or snake_case, unknown ones are left alone."""
    for key, value in definition.items():
        name = snake_case(key)
        if name not in vars(element) and not isinstance(getattr(type(element), name, None), property):
            continue
        current = getattr(element, name)
        if not isinstance(current, _AbstractRunConfigElement):
            setattr(element, name, value)
        elif isinstance(value, Mapping):
            filled(current, value)
    return element


def camel_case(name: str) -> str:
    """`node_count` → `nodeCount`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def snake_case(name: str) -> str:
    """`nodeCount` and `NodeCount` → `node_count`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _plain(value: object) -> object:
    if isinstance(value, _AbstractRunConfigElement):
        return value._definition()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    as_dict = getattr(value, "as_dict", None)
    if callable(as_dict):
        return as_dict()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
