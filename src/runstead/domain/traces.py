"""A trace: what one call of a program did, told by a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runstead.domain.trace_spans import Span

SOURCE_RUN = "mlflow.sourceRun"  # the metadata that says it
STATES = ("STATE_UNSPECIFIED", "IN_PROGRESS", "OK", "ERROR")


@dataclass(frozen=True)
class Trace:
    """Its files are those of run `holder_id` below the trace's id. `key` is the store's own number.

    `source_run_id`: the run that it was told within, if any. `is_told`: its client told of it, not only its spans.
    `span_count`: of those that were told as rows; `spans` are they, where they were asked for.
    """

    key: int
    trace_id: str
    experiment_id: str
    holder_id: str
    source_run_id: str | None
    state: str
    requested_at_ms: int
    duration_ms: int | None
    client_request_id: str
    request_preview: str
    response_preview: str
    tags: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    assessments: Sequence[Mapping[str, Any]] = ()  # as their client wrote them, with ids and times
    is_told: bool = True
    span_count: int = 0
    spans: Sequence[Span] = ()


@dataclass(frozen=True)
class TraceDraft:
    """A trace to be kept."""

    trace_id: str
    experiment_id: str
    state: str
    requested_at_ms: int
    duration_ms: int | None = None
    source_run_id: str | None = None
    client_request_id: str = ""
    request_preview: str = ""
    response_preview: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    assessments: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class TraceEdit:
    """What to change; None leaves as it is."""

    state: str | None = None
    duration_ms: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    remove_tag: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    assessments: Sequence[Mapping[str, Any]] | None = None
