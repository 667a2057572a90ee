"""An experiment: a named set of runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Experiment:
    """`key` is the store's own number; it never leaves the server."""

    key: int
    name: str
    experiment_id: str
    description: str
    tags: Mapping[str, str | None]
    archived: bool
    created_at_ms: int
    run_count: int
    last_run_at_ms: int | None
    archived_at_ms: int | None = None


@dataclass(frozen=True)
class ExperimentEdit:
    """What to change; None leaves as it is."""

    archived: bool | None = None
    description: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    remove_tags: tuple[str, ...] = ()
