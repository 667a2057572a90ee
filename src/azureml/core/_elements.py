"""Parts of a run configuration as plain attributes, and their camelCase form in files and run definitions."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, TypeVar


class _AbstractRunConfigElement:
    """SDK v1 `_AbstractRunConfigElement`: public attributes, written in the order of their first assignment.

    `_PARTS` says of attributes that begin as None what they are made of, `_ITEMS` of lists and dictionaries what
    their items are; `_SPELLED` names the attributes whose key is not their name in camelCase.
    """

    _PARTS: ClassVar[Mapping[str, "type[_AbstractRunConfigElement]"]] = {}
    _ITEMS: ClassVar[Mapping[str, "type[_AbstractRunConfigElement]"]] = {}
    _SPELLED: ClassVar[Mapping[str, str]] = {}

    def _definition(self) -> dict[str, Any]:  # Any: JSON
        """The JSON form, with camelCase keys."""
        written = [name for name in vars(self) if not name.startswith("_") or name in self._SPELLED]
        return {self._SPELLED.get(name, camel_case(name)): _plain(getattr(self, name)) for name in written}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in vars(self).items() if k[0] != '_')})"


Element = TypeVar("Element", bound=_AbstractRunConfigElement)


def filled(element: Element, definition: Mapping[str, Any]) -> Element:  # Any: JSON or YAML
    """Take over what a definition says; keys in camelCase or snake_case, unknown ones are left alone."""
    spelled = {snake_case(key): name for name, key in element._SPELLED.items()}
    for key, value in definition.items():
        name = spelled.get(snake_case(str(key)), snake_case(str(key)))
        if name not in vars(element) and not isinstance(getattr(type(element), name, None), property):
            continue
        current = getattr(element, name)
        if isinstance(current, _AbstractRunConfigElement):
            if isinstance(value, Mapping):
                filled(current, value)
        elif value is not None or not isinstance(current, dict | list):
            setattr(element, name, _made(element, name, value))
    return element


def _made(element: _AbstractRunConfigElement, name: str, value: object) -> object:
    one, item = element._PARTS.get(name), element._ITEMS.get(name)
    if one is not None and isinstance(value, Mapping):
        return filled(one(), value)
    if item is not None and isinstance(value, Mapping):
        return {str(key): _item(item, content) for key, content in value.items()}
    if item is not None and isinstance(value, list):
        return [_item(item, content) for content in value]
    return value


def _item(kind: type[_AbstractRunConfigElement], content: object) -> object:
    return filled(kind(), content) if isinstance(content, Mapping) else content


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
