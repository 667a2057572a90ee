"""What is done to many runs of a workspace at once."""

from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.domain.limits import Limits
from runstead.domain.run_selections import ACTIONS, TAG, Step
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.run_tables import TableBody, table_query
from runstead.service import run_selections

routes = router()


@dataclass(frozen=True)
class StepShape:
    """One action, on the runs of `run_ids` or on all that `query` finds; `expected`: how many these have to be."""

    action: str
    run_ids: list[str] | None = None
    query: TableBody | None = None
    tags: dict[str, str | None] = field(default_factory=dict)
    remove_tags: list[str] = field(default_factory=list)
    expected: int | None = None


@dataclass(frozen=True)
class StepsBody:
    """Done one after the other."""

    steps: list[StepShape]


@dataclass(frozen=True)
class FailureShape:
    """A run that stayed as it was, and why."""

    run_id: str
    display_name: str
    code: str
    message: str


@dataclass(frozen=True)
class OutcomeShape:
    """Send `undo` to the same address to have back what was; empty where that cannot be."""

    done: list[str]
    failed: list[FailureShape]
    undo: list[StepShape]


@routes.post("/api/v1/workspaces/{ws}/runs/bulk")
@needs("write")
def post_bulk(ws: str, unit: UnitIn, body: StepsBody) -> OutcomeShape:
    """Archive, restore, tag, cancel or delete many runs."""
    steps = [_step(shape, unit.settings.limits) for shape in body.steps]
    outcome = run_selections.apply(unit, ws, steps)
    return OutcomeShape(
        list(outcome.done),
        [FailureShape(one.run_id, one.display_name, one.code, one.message) for one in outcome.failed],
        [
            StepShape(one.action, list(one.run_ids), tags=dict(one.tags), remove_tags=list(one.remove_tags))
            for one in outcome.undo
        ],
    )


def _step(shape: StepShape, limits: Limits) -> Step:
    if shape.action not in ACTIONS:
        raise InvalidArgument(f"{shape.action!r:.40} is no action; there are {', '.join(ACTIONS)}")
    if (shape.run_ids is None) == (shape.query is None):
        raise InvalidArgument(f"say which runs to {shape.action}: give either run_ids or query")
    if shape.action != TAG and (shape.tags or shape.remove_tags):
        raise InvalidArgument(f"tags come with the action 'tag', not with {shape.action!r}")
    return Step(
        shape.action,
        tuple(shape.run_ids or ()),
        None if shape.query is None else table_query(shape.query, limits),
        shape.tags,
        tuple(shape.remove_tags),
        shape.expected,
    )
