"""An evaluation dataset: questions to a program and what is expected of its answers, kept one by one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runstead.domain.errors import InvalidArgument

Json = Mapping[str, Any]  # Any: JSON
PARTS = ("inputs", "outputs", "expectations")
TYPES = {type(None): "null", bool: "boolean", int: "integer", float: "float", str: "string", list: "array"}


@dataclass(frozen=True)
class EvaluationDataset:
    """`schema`: which fields its records have, with their types. `key` is the store's own number."""

    key: int
    dataset_id: str
    name: str
    experiment_ids: Sequence[str]
    tags: Mapping[str, str]
    schema: Json | None
    record_count: int
    created_at_ms: int
    updated_at_ms: int
    created_by: str | None
    updated_by: str | None

    @property
    def digest(self) -> str:
        """Another one after each change."""
        return hashlib.sha256(f"{self.name}:{self.updated_at_ms}".encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Record:
    """One question. Records with the same inputs are the same."""

    record_id: str
    inputs: Json
    outputs: object
    expectations: Json | None
    tags: Json | None
    source: Json | None
    created_at_ms: int
    updated_at_ms: int
    created_by: str | None
    updated_by: str | None


@dataclass(frozen=True)
class RecordDraft:
    """A record to be kept. `has_outputs`: outputs were told, be they null."""

    inputs: Json
    outputs: object
    has_outputs: bool
    expectations: Json | None
    tags: Json | None
    source: Json | None

    @property
    def user(self) -> str | None:
        """Who says it, as MLflow's clients tell."""
        return user_of(self.tags)


def user_of(tags: Json | None) -> str | None:
    """Who says it, as MLflow's clients tell."""
    told = (tags or {}).get("mlflow.user")
    return told if isinstance(told, str) else None


def read_record(told: object) -> RecordDraft:
    """A record as a client tells it."""
    if not isinstance(told, dict):
        raise InvalidArgument(f"a record is an object with inputs, not {told!r:.60}")
    for name in ("inputs", "expectations", "tags", "source"):
        if told.get(name) is not None and not isinstance(told[name], dict):
            raise InvalidArgument(f"{name} of a record are an object, not {told[name]!r:.60}")
    return RecordDraft(
        inputs=told.get("inputs") or {},
        outputs=told.get("outputs"),
        has_outputs="outputs" in told,
        expectations=told.get("expectations"),
        tags=told.get("tags"),
        source=told.get("source"),
    )


def spelled(inputs: Json) -> str:
    """Inputs as a text that is the same for the same inputs."""
    return json.dumps(inputs, sort_keys=True)


def widened(schema: Json | None, records: Sequence[RecordDraft]) -> Json:
    """The schema with the fields that these records have and it has not."""
    found = {part: dict(schema[part]) if schema and isinstance(schema[part], dict) else {} for part in PARTS}
    for one in records:
        for part, told in zip(PARTS, (one.inputs, one.outputs, one.expectations), strict=True):
            for key, value in told.items() if isinstance(told, dict) else ():
                found[part].setdefault(key, TYPES.get(type(value), "object"))
    return {**found, "version": "1.0"}
