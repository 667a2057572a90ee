"""The stages of a run, and how long each took: what people wait for, from being queued to the end."""

from collections.abc import Mapping
from typing import NamedTuple

QUEUED, PREPARING, RUNNING, FINALIZING = "Queued", "Preparing", "Running", "Finalizing"
BUILDING = "Building"  # of the environment, a part of Preparing
BUILT = "Built"  # no stage of its own: where building ends
# Which stage a run is in by its status; CancelRequested goes on with the stage that there was.
STAGE_OF_STATUS = {
    "NotStarted": QUEUED,
    "Queued": QUEUED,
    "Preparing": PREPARING,
    "Provisioning": PREPARING,
    "Starting": PREPARING,
    "Running": RUNNING,
    "Finalizing": FINALIZING,
}
MARKS = frozenset({PREPARING, RUNNING, FINALIZING, BUILDING, BUILT})
_ORDER = (QUEUED, PREPARING, RUNNING, FINALIZING)


class Stage(NamedTuple):
    """One stage; `within` names the stage that it is a part of, an end that is None has not come."""

    name: str
    within: str | None
    began_at_ms: int
    ended_at_ms: int | None


def stages_of(
    marks: Mapping[str, int], *, created_at_ms: int, ended_at_ms: int | None, is_interactive: bool
) -> list[Stage]:
    """The stages of a run in their order, without those that never were.

    marks: when each was reached; an interactive run has none, for it runs from the beginning.
    """
    if is_interactive:
        return [Stage(RUNNING, None, created_at_ms, ended_at_ms)]
    reached = [(name, marks.get(name, created_at_ms)) for name in _ORDER if name == QUEUED or name in marks]
    ends = [*(began for _, began in reached[1:]), ended_at_ms]
    found = []
    for (name, began), end in zip(reached, ends, strict=True):
        found.append(Stage(name, None, began, end))
        if name == PREPARING and BUILDING in marks:
            found.append(Stage(BUILDING, PREPARING, marks[BUILDING], marks.get(BUILT, end)))
    return found


def moment(told_ms: int | None, *, after_ms: int, now_ms: int) -> int:
    """When a stage was reached: as its node tells, but neither before the one before nor in the future."""
    return now_ms if told_ms is None else max(min(told_ms, now_ms), min(after_ms, now_ms))
