"""A run and its rules: the status table, properties that are written once, display names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.stages import Stage

STAGES = ("NotStarted", "Queued", "Preparing", "Provisioning", "Starting", "Running", "Finalizing")
CANCEL_REQUESTED = "CancelRequested"
FINAL = frozenset({"Completed", "Failed", "Canceled"})
STATUSES = (*STAGES, CANCEL_REQUESTED, *sorted(FINAL))
RUNNING = "Running"
BEFORE_RUNNING = STAGES[: STAGES.index(RUNNING)]
INTERACTIVE = "interactive"
WRITER_GONE = "WriterGone"  # the error code of a run whose process ended without saying how
SCRIPT = "script"
# Runs that only hold files, of a logged model or of an experiment's traces: no list and no table shows them.
MODEL_FILES = "model"
TRACE_FILES = "traces"
HOLDERS = (MODEL_FILES, TRACE_FILES)

_ADJECTIVES = (
    "amber brave calm clever coral dapper eager early fair gentle golden happy honest jolly keen kind "
    "lively lucid mellow merry nimble patient plucky polite quick quiet ready silver steady sunny tidy witty"
)
_THINGS = (
    "apple badger beach bridge candle cedar cloud comet dune falcon fern garden harbor heron island kettle "
    "lantern lemon maple meadow otter pebble piano pine plum river sail sparrow stone thistle valley willow"
)


@dataclass(frozen=True)
class Run:
    """`key`, `workspace_key`, `experiment_key` are the store's own numbers; they never leave the server."""

    key: int
    workspace_key: int
    experiment_key: int
    run_id: str
    number: int
    workspace: str
    experiment: str
    display_name: str
    description: str
    kind: str
    status: str
    parent_id: str | None
    root_id: str
    created_at_ms: int
    started_at_ms: int | None
    ended_at_ms: int | None
    tags: Mapping[str, str | None]
    properties: Mapping[str, str]
    error: Mapping[str, Any] | None  # the JSON object {code, message, …} as the client sent it
    warnings: tuple[Any, ...]  # JSON values as the client sent them
    target: str | None
    script: str | None
    arguments: tuple[str, ...]
    environment_name: str | None
    environment_version: str | None
    snapshot_id: str | None
    submitted_by: str
    child_count: int
    definition: Mapping[str, Any] | None = None  # the v1 runDefinition object; loaded for one run only
    params: Mapping[str, str] = field(default_factory=dict)
    experiment_id: str = ""
    deleted_at_ms: int | None = None  # kept, but shown nowhere unless asked for; MLflow clients delete and restore
    stages: tuple[Stage, ...] | None = None  # loaded for one run only

    @property
    def is_final(self) -> bool:
        """Nothing will change the status any more."""
        return self.status in FINAL

    @property
    def is_given_up(self) -> bool:
        """Failed because its process was gone; whoever carries it on may still say how it ended."""
        return self.status == "Failed" and self.error is not None and self.error.get("code") == WRITER_GONE


@dataclass(frozen=True)
class RunRef:
    """What of a run its files, logs and metrics need: who it is, and whether it goes on."""

    key: int
    workspace_key: int
    run_id: str
    parent_id: str | None
    experiment: str
    status: str
    deleted_at_ms: int | None = None

    @property
    def is_final(self) -> bool:
        """Nothing will change the status any more."""
        return self.status in FINAL


@dataclass(frozen=True)
class RunWriter:
    """The process that made a run: `node` says its machine and start."""

    workspace: str
    run_id: str
    node: str
    pid: int


@dataclass(frozen=True)
class RunDraft:
    """A run to be made; the id comes from the client, so that a repeated request makes one run."""

    run_id: str
    experiment: str
    kind: str = INTERACTIVE
    display_name: str | None = None
    description: str = ""
    parent_id: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    status: str | None = None
    target: str | None = None
    script: str | None = None
    arguments: tuple[str, ...] = ()
    environment_name: str | None = None
    environment_version: str | None = None
    snapshot_id: str | None = None
    submitted_by: str = ""
    definition: Mapping[str, Any] | None = None  # the v1 runDefinition object, kept as it came
    node: str | None = None  # of the process that makes an interactive run: machine and start, as journal/processes.py
    pid: int | None = None


@dataclass(frozen=True)
class RunEdit:
    """What to change; None leaves as it is."""

    display_name: str | None = None
    description: str | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    remove_tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


def in_experiment(draft: RunDraft, experiment: str) -> RunDraft:
    """The same draft, for an experiment of this name."""
    return replace(draft, experiment=experiment)


def is_final(status: str) -> bool:
    """Nothing follows this status."""
    return status in FINAL


def first_status(kind: str) -> str:
    """Where a run of this kind begins: interactive code already runs."""
    return "Running" if kind == INTERACTIVE else "NotStarted"


def may_follow(current: str, wanted: str) -> bool:
    """The status table (docs/notes/run-states.md)."""
    if current == wanted:
        return True
    if current in FINAL:
        return False
    if wanted in FINAL or wanted == CANCEL_REQUESTED:
        return True
    if current == CANCEL_REQUESTED:
        return False
    return STAGES.index(wanted) > STAGES.index(current)


def checked_status(status: str) -> str:
    """`status` if there is such a status."""
    if status not in STATUSES:
        raise InvalidArgument(f"{status!r} is no run status; there are {', '.join(STATUSES)}")
    return status


def check_transition(run_id: str, current: str, wanted: str) -> None:
    """Conflict unless `wanted` may follow `current`."""
    checked_status(wanted)
    if may_follow(current, wanted):
        return
    if current in FINAL:
        raise Conflict(f"run {run_id} is {current}, which is final; it cannot become {wanted}")
    raise Conflict(f"run {run_id} is {current}; it cannot become {wanted}")


def new_properties(
    owner_id: str, have: Mapping[str, str], given: Mapping[str, str], *, noun: str = "run"
) -> dict[str, str]:
    """Those of `given` that are not there yet; Conflict if one is there with another value."""
    for key, value in given.items():
        if key in have and have[key] != value:
            raise Conflict(
                f"property {key!r} of {noun} {owner_id} is {have[key]!r} and is written once; "
                f"it cannot become {value!r}"
            )
    return {key: value for key, value in given.items() if key not in have}


def display_name_for(run_id: str) -> str:
    """A name that people can say; the same for the same id."""
    digest = hashlib.sha256(run_id.encode()).digest()
    adjective, thing = _ADJECTIVES.split()[digest[0] % 32], _THINGS.split()[digest[1] % 32]
    return f"{adjective}_{thing}_{digest.hex()[4:12]}"


@dataclass(frozen=True)
class RunFilter:
    """Which runs to list; None does not filter. `tags`: (key, None) asks for the key alone."""

    experiment: str | None = None
    parent_id: str | None = None
    kind: str | None = None
    status: str | None = None
    tags: tuple[tuple[str, str | None], ...] = ()
    properties: tuple[tuple[str, str | None], ...] = ()
    include_children: bool = False
    recursive: bool = False  # with parent_id: the children's children, too, and so on
