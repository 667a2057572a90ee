"""Tags and properties as SDK v1 takes them, as the server wants them."""

import logging
from collections.abc import Iterable, Mapping

from azureml.exceptions import UserErrorException

log = logging.getLogger(__name__)
Labels = str | Iterable[str] | Mapping[str, object] | None


def tags_of(tags: Mapping[object, object] | None) -> dict[str, str | None]:
    """Text to text or null; other values are converted with a warning."""
    return {str(key): None if value is None else _text(str(key), value) for key, value in (tags or {}).items()}


def properties_of(properties: Mapping[object, object]) -> dict[str, str]:
    """Text to text; other values are converted with a warning."""
    return {str(key): _text(str(key), value) for key, value in properties.items()}


def tag_keys(tags: str | Iterable[str]) -> list[str]:
    """One key or several."""
    return [tags] if isinstance(tags, str) else [str(key) for key in tags]


def query_of(labels: Labels) -> list[str]:
    """SDK v1's filters, a key or {key: value}, as the server's `k` and `k=v`."""
    if labels is None:
        return []
    if isinstance(labels, str):
        return [labels]
    if isinstance(labels, Mapping):
        return [str(key) if value is None else f"{key}={value}" for key, value in labels.items()]
    return [str(key) for key in labels]


def _text(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple | set):
        raise UserErrorException(f"the value of {key!r} must be text, not a {type(value).__name__}")
    log.warning("the value of %r is kept as text: %r", key, str(value))
    return str(value)
