"""Charts that are logged as JSON documents: confusion matrix, accuracy table, residuals, predictions."""

import json
from collections.abc import Mapping
from typing import Any

from runstead.domain.errors import InvalidArgument

FIELDS: Mapping[str, tuple[str, ...]] = {
    "confusion_matrix": ("class_labels", "matrix"),
    "accuracy_table": (
        "probability_tables",
        "percentile_tables",
        "probability_thresholds",
        "percentile_thresholds",
        "class_labels",
    ),
    "residuals": ("bin_edges", "bin_counts"),
    "predictions": ("bin_averages", "bin_errors", "bin_counts", "bin_edges"),
}


def chart_bytes(kind: str, value: object) -> bytes:
    """The document, checked: `{"schema_type", "schema_version", "data"}` as a dict or as JSON text."""
    document = _parsed(kind, value)
    said = document.get("schema_type")
    if said != kind:
        raise InvalidArgument(f"a {kind} must have the schema_type {kind!r}, not {said!r}")
    if not isinstance(document.get("schema_version"), str):
        raise InvalidArgument(f"a {kind} must have a schema_version, such as '1.0.0'")
    content = document.get("data")
    if not isinstance(content, Mapping):
        raise InvalidArgument(f"a {kind} must have its values in a dict named 'data', not in {type(content).__name__}")
    missing = [name for name in FIELDS[kind] if name not in content]
    if missing:
        raise InvalidArgument(f"the data of a {kind} lacks {', '.join(missing)}")
    for name in FIELDS[kind]:
        if not isinstance(content[name], list | tuple):
            raise InvalidArgument(f"{name} of a {kind} must be a list, not {type(content[name]).__name__}")
    try:
        return json.dumps(document, allow_nan=True).encode()
    except TypeError as error:
        raise InvalidArgument(f"the {kind} cannot be written as JSON: {error}") from error


def _parsed(kind: str, value: object) -> Mapping[str, Any]:  # Any: JSON
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise InvalidArgument(f"the {kind} is text, but not JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise InvalidArgument(f"a {kind} is a dict or a JSON text, not a {type(value).__name__}")
    return value
