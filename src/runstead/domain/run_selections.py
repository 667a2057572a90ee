"""What is done to many runs at once, and how it went: what could not be done is told run by run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runstead.domain.run_tables import TableQuery

ARCHIVE, RESTORE, TAG, CANCEL, DELETE = "archive", "restore", "tag", "cancel", "delete"
ACTIONS = (ARCHIVE, RESTORE, TAG, CANCEL, DELETE)
MOST_STEPS, MOST_RUNS = 1_000, 100_000


@dataclass(frozen=True)
class Step:
    """One action on the runs of these ids, or on all that a question finds; `expected`: how many these have to be."""

    action: str
    run_ids: tuple[str, ...] = ()
    query: TableQuery | None = None
    tags: Mapping[str, str | None] = field(default_factory=dict)
    remove_tags: tuple[str, ...] = ()
    expected: int | None = None


@dataclass(frozen=True)
class Failure:
    """A run that stayed as it was, and why."""

    run_id: str
    display_name: str
    code: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """`done`: ids, those that had nothing to change among them. `undo`: steps that bring back what was."""

    done: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    undo: tuple[Step, ...] = ()


def joined(one: Outcome, other: Outcome) -> Outcome:
    """Both, one after the other; undone in the opposite order."""
    return Outcome(one.done + other.done, one.failed + other.failed, other.undo + one.undo)


def undo_of_tags(before: Mapping[str, Mapping[str, str | None]], step: Step) -> tuple[Step, ...]:
    """What brings tags back as they were; `before`: the tags of each run by its id."""
    touched = (*step.tags, *step.remove_tags)
    runs: dict[tuple[tuple[str, str | None], ...], list[str]] = {}
    for run_id, tags in before.items():
        had = tuple((key, tags[key]) for key in dict.fromkeys(touched) if key in tags)
        runs.setdefault(had, []).append(run_id)
    return tuple(
        Step(TAG, tuple(ids), tags=dict(had), remove_tags=tuple(key for key in step.tags if key not in dict(had)))
        for had, ids in runs.items()
    )
