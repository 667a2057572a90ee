"""A registered model: named files, versioned per name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import normalised_path

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-._]{0,254}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
DEFAULT_FRAMEWORK = "Custom"
MOST_NAME_BYTES = 255  # what the file systems underneath take


@dataclass(frozen=True)
class Model:
    """One version. `key` is the store's own number; it never leaves the server."""

    key: int
    asset_id: str
    name: str
    version: int
    description: str
    framework: str
    framework_version: str | None
    tags: Mapping[str, str | None]
    properties: Mapping[str, str]
    run_id: str | None
    experiment: str | None
    datasets: tuple[Mapping[str, str], ...]  # {purpose, dataset_id}
    sample_input_id: str | None
    sample_output_id: str | None
    resource: Mapping[str, Any] | None  # JSON: {cpu, memory_gb, gpu}
    created_at_ms: int
    created_by: str
    file_count: int
    size_bytes: int

    @property
    def model_id(self) -> str:
        """How SDK v1 writes it."""
        return f"{self.name}:{self.version}"


@dataclass(frozen=True)
class ModelFile:
    """One file of a model; `path` is relative to the model, with slashes."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ModelDraft:
    """A version to be made, of files of a run (`run_id`, `run_path`) or of blobs that are here (`files`)."""

    name: str
    description: str = ""
    framework: str = DEFAULT_FRAMEWORK
    framework_version: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    run_id: str | None = None
    run_path: str | None = None
    files: Sequence[Mapping[str, Any]] = ()  # JSON: {path, sha256}, checked by `files_of`
    datasets: Sequence[Mapping[str, str]] = ()
    sample_input_id: str | None = None
    sample_output_id: str | None = None
    resource: Mapping[str, Any] | None = None  # JSON
    created_by: str = ""


@dataclass(frozen=True)
class ModelEdit:
    """What to change; None leaves as it is."""

    description: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    remove_tags: Sequence[str] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    datasets: Sequence[Mapping[str, str]] = ()  # added to those that are there
    sample_input_id: str | None = None
    sample_output_id: str | None = None
    resource: Mapping[str, Any] | None = None  # JSON


@dataclass(frozen=True)
class ModelFilter:
    """Which models to list; None does not filter. `tags`: (key, None) asks for the key alone."""

    name: str | None = None
    run_id: str | None = None
    framework: str | None = None
    dataset_id: str | None = None
    tags: Sequence[tuple[str, str | None]] = ()
    properties: Sequence[tuple[str, str | None]] = ()
    latest: bool = False

    def takes(self, model: Model) -> bool:
        """Whether the model passes; `latest` is not looked at."""
        return (
            self.name in (None, model.name)
            and self.run_id in (None, model.run_id)
            and self.framework in (None, model.framework)
            and (self.dataset_id is None or any(one["dataset_id"] == self.dataset_id for one in model.datasets))
            and _has_all(model.tags, self.tags)
            and _has_all(model.properties, self.properties)
        )


def checked_model_name(name: str) -> str:
    """A model's name; SDK v1 has the same rule. It is also the name of a folder."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{name[:60]!r} is no model name: write a letter or digit, then letters, digits, '-', '.' and '_', "
            "at most 255 characters"
        )
    return name


def checked_registered_name(name: str) -> str:
    """A model's name as MLflow's clients give it: any visible text that can be the name of a folder."""
    if not name.strip():
        raise InvalidArgument("Missing value for required parameter 'name'.")
    if "/" in name or ":" in name:
        raise InvalidArgument(f"Invalid model name '{name[:100]}'. Names cannot contain '/' or ':'.")
    if name in (".", "..") or "\\" in name or not name.isprintable() or len(name.encode()) > MOST_NAME_BYTES:
        raise InvalidArgument(
            f"Invalid value {name[:60]!r} for parameter 'name' supplied: it takes visible characters without '\\', at "
            f"most {MOST_NAME_BYTES} bytes, and is not '.' or '..'"
        )
    return name


def files_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:  # Any: JSON
    """Path and sha256 of each file that came from outside; InvalidArgument for what is none, or comes twice."""
    files: dict[str, str] = {}
    for row in rows:
        path, sha256 = row.get("path"), row.get("sha256")
        if not isinstance(path, str) or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise InvalidArgument(f"{dict(row)!r} is no file of a model: {{path, sha256}}, 64 hexadecimal digits")
        if normalised_path(path) in files:
            raise InvalidArgument(f"the model names {path!r} twice")
        files[normalised_path(path)] = sha256
    parents = {"/".join(path.split("/")[:n]) for path in files for n in range(1, path.count("/") + 1)}
    if folder := next((path for path in files if path in parents), None):
        raise InvalidArgument(f"the model has {folder!r} both as a file and as a folder")
    return files


def path_in_model(path: str, wanted: str) -> str:
    """Where a run's file goes in the model made of `wanted`: a file by its name, a folder with its name."""
    return path.removeprefix(wanted.rpartition("/")[0]).lstrip("/")


def checked_datasets(datasets: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """References to datasets, each {purpose, dataset_id}."""
    for one in datasets:
        if set(one) != {"purpose", "dataset_id"} or not all(isinstance(text, str) for text in one.values()):
            raise InvalidArgument(f"{dict(one)!r} is no reference to a dataset: {{purpose, dataset_id}}")
    return [dict(one) for one in datasets]


def _has_all(words: Mapping[str, str | None], wanted: Sequence[tuple[str, str | None]]) -> bool:
    return all(key in words and value in (None, words[key]) for key, value in wanted)
