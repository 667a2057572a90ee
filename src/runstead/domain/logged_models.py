"""A logged model: files of a run under a name and an id of their own, as MLflow 3 keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PENDING, READY, FAILED = "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"
STATUSES = (PENDING, READY, FAILED)


@dataclass(frozen=True)
class LoggedModel:
    """Its files are those of run `holder_id` below `root`. `key` is the store's own number."""

    key: int
    model_id: str
    experiment_id: str
    name: str
    model_type: str
    status: str
    source_run_id: str | None
    holder_id: str
    root: str
    created_at_ms: int
    updated_at_ms: int
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[Mapping[str, Any], ...] = ()  # the newest of each name and dataset, as MLflow writes a metric


@dataclass(frozen=True)
class LoggedModelDraft:
    """A logged model to be made."""

    experiment_id: str
    name: str
    model_type: str = ""
    source_run_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
