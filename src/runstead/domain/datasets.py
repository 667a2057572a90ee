"""A dataset: where its files are and what is done with them, as a list of steps. Nothing is read here.

Definition: `{"kind": "file"|"tabular", "sources": [Source, …], "format": Format or null, "partition_format": text or
null, "steps": [Step, …]}`. Source: `{"datastore", "path"}`, `{"url"}` or `{"local"}` (an absolute path of the machine
that made it). Format, of tabular ones: `{"type": "delimited"|"parquet"|"json_lines", …}`. Step: `{"do": name, …}`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from runstead.domain.datastores import checked_datastore_name, checked_folder
from runstead.domain.errors import InvalidArgument
from runstead.domain.globs import has_wildcard

FILE = "file"
TABULAR = "tabular"
FORMATS = ("delimited", "parquet", "json_lines")
FIELDS = {"kind", "sources", "format", "partition_format", "steps"}
# What each step needs besides its name.
STEPS: Mapping[str, tuple[str, ...]] = {
    "take": ("count",),
    "skip": ("count",),
    "sample": ("probability", "seed"),
    "split": ("percentage", "seed", "is_first"),
    "keep_columns": ("columns",),
    "drop_columns": ("columns",),
    "timestamps": ("timestamp", "partition_timestamp"),
    "time": ("column", "start", "end", "include_boundary"),
}
OF_ROWS_ONLY = {"keep_columns", "drop_columns", "timestamps", "time"}
MAX_JSON_BYTES = 16 << 20
MAX_NAME_CHARS = 255
_MAX_URL_CHARS = 10_000

Definition = Mapping[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Dataset:
    """A saved definition; with `name` and `version` where it is registered."""

    dataset_id: str
    kind: str
    definition: Definition
    created_at_ms: int
    name: str | None = None
    version: int | None = None
    description: str = ""
    tags: Mapping[str, str | None] | None = None


def definition_json(definition: Definition) -> str:
    """One text for one definition."""
    return json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def checked_definition(given: object) -> dict[str, Any]:  # Any: JSON
    """The definition, if it can be carried out as far as that can be told here; InvalidArgument says what is wrong."""
    if not isinstance(given, Mapping) or set(given) != FIELDS:
        raise InvalidArgument(f"a dataset's definition is an object with {', '.join(sorted(FIELDS))}")
    if len(json.dumps(given)) > MAX_JSON_BYTES:
        raise InvalidArgument(f"the dataset's definition has over {MAX_JSON_BYTES} bytes; name folders or patterns")
    kind = given["kind"]
    if kind not in (FILE, TABULAR):
        raise InvalidArgument(f"a dataset is of kind {FILE!r} or {TABULAR!r}, not {kind!r:.60}")
    sources = given["sources"]
    if not isinstance(sources, list) or not sources:
        raise InvalidArgument("a dataset needs at least one source")
    partition_format = given["partition_format"]
    if partition_format is not None and (not isinstance(partition_format, str) or len(partition_format) > 1000):
        raise InvalidArgument("a dataset's partition_format must be a text of at most 1000 characters")
    _check_format(kind, given["format"])
    if not isinstance(given["steps"], list):
        raise InvalidArgument("a dataset's steps must be a list")
    for step in given["steps"]:
        _check_step(kind, step)
    return {**given, "sources": [_checked_source(source) for source in sources]}


def checked_dataset_name(name: str) -> str:
    """A registered dataset's name: any text that fits into an address."""
    bad = next((c for c in name if not c.isprintable() or c in "/\\"), None)
    if not name.strip() or len(name) > MAX_NAME_CHARS or bad or name in (".", ".."):
        raise InvalidArgument(f"{name[:60]!r} is no dataset name: write up to {MAX_NAME_CHARS} characters without '/'")
    return name


def with_step(definition: Definition, do: str, **values: object) -> dict[str, Any]:  # Any: JSON
    """The definition with one more thing done."""
    step = {"do": do, **values}
    _check_step(definition["kind"], step)
    return {**definition, "steps": [*definition["steps"], step]}


def timestamps_of(definition: Definition) -> tuple[str | None, str | None]:
    """(timestamp, partition_timestamp) after all steps; a column that was dropped is none."""
    found: tuple[str | None, str | None] = (None, None)
    for step in definition["steps"]:
        if step["do"] == "timestamps":
            found = (step["timestamp"], step["partition_timestamp"])
        elif step["do"] in ("keep_columns", "drop_columns"):
            kept = step["do"] == "keep_columns"
            first, second = (name if (name in step["columns"]) == kept else None for name in found)
            found = (first, second)
    return found


def chosen(count: int, step: Mapping[str, Any]) -> list[int]:  # Any: JSON
    """Which of `count` things in a row a step keeps, by index; the same for the same step, always."""
    match step["do"]:
        case "take":
            return list(range(min(count, step["count"])))
        case "skip":
            return list(range(min(count, step["count"]), count))
        case "sample":
            return _drawn(count, step["probability"], step["seed"])
        case "split":
            first = set(_drawn(count, step["percentage"], step["seed"]))
            return [index for index in range(count) if (index in first) == step["is_first"]]
    return list(range(count))


def _drawn(count: int, probability: float, seed: int) -> list[int]:
    draw = Random(seed).random
    return [index for index in range(count) if draw() < probability]


def _checked_source(source: object) -> dict[str, str]:
    if not isinstance(source, Mapping) or not all(isinstance(value, str) for value in source.values()):
        raise InvalidArgument("a source of a dataset is an object of texts")
    match sorted(source):
        case ["datastore", "path"]:
            name = checked_datastore_name(source["datastore"])
            return {"datastore": name, "path": checked_folder(source["path"])}
        case ["url"] if source["url"].startswith(("https://", "http://")) and len(source["url"]) < _MAX_URL_CHARS:
            return dict(source)
        case ["local"] if source["local"].startswith("/") and "\0" not in source["local"]:
            return dict(source)
    raise InvalidArgument("a source is a path on a datastore, an http(s) address, or an absolute local path")


def _check_format(kind: str, given: object) -> None:
    if kind == FILE:
        if given is not None:
            raise InvalidArgument("a dataset of files has no format")
        return
    if not isinstance(given, Mapping) or given.get("type") not in FORMATS:
        raise InvalidArgument(f"a tabular dataset needs a format of type {', '.join(FORMATS)}")


def _check_step(kind: str, step: object) -> None:
    if not isinstance(step, Mapping) or step.get("do") not in STEPS:
        raise InvalidArgument(f"{step!r:.100} is no step of a dataset; there are {', '.join(STEPS)}")
    do = step["do"]
    if set(step) != {"do", *STEPS[do]}:
        raise InvalidArgument(f"the step {do!r} has {', '.join(STEPS[do])} and nothing else")
    if kind == FILE and do in OF_ROWS_ONLY:
        raise InvalidArgument(f"the step {do!r} is one of tabular datasets")
    if do in ("take", "skip") and (not isinstance(step["count"], int) or step["count"] < 0):
        raise InvalidArgument(f"{do} needs a count of at least 0, not {step['count']!r}")
    for name in ("probability", "percentage"):
        value = step.get(name, 0.5)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InvalidArgument(f"the {name} of a {do} is a number from 0 to 1, not {value!r}")
    columns = step.get("columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, str) for column in columns):
        raise InvalidArgument(f"{do} needs a list of column names, not {columns!r:.100}")


def is_one_file(definition: Definition, paths: Sequence[str]) -> bool:
    """Whether a dataset is exactly one file that its only source names, so that a mount of it is that file."""
    if len(definition["sources"]) != 1 or len(paths) != 1 or definition["steps"]:
        return False
    source = definition["sources"][0]
    place = source.get("path", source.get("url", source.get("local", "")))
    return not has_wildcard(place) and (paths[0] == place or "url" in source)
