"""The run table of a workspace, in groups."""

from dataclasses import dataclass, field
from typing import Any

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Cell
from runstead.domain.run_groups import Figure, GroupQuery, by_of, figures_of
from runstead.domain.run_tables import TIME_FIELDS, Field, TableQuery
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.run_tables import TableBody, shown, table_query
from runstead.service import run_groups

routes = router()


@dataclass(frozen=True)
class GroupsBody(TableBody):
    """Which runs, as in the run table; by which columns, and which figures of each group."""

    by: list[Any] = field(default_factory=list)  # JSON, read by domain/run_groups.py
    figures: list[Any] = field(default_factory=list)  # the same
    order: str | int = "values"
    descending: bool = False


@dataclass(frozen=True)
class GroupShape:
    """`values` in the order of `by`, `figures` in that of the question."""

    values: list[Any]  # numbers, text or null
    run_count: int
    figures: list[Cell]


@dataclass(frozen=True)
class GroupsShape:
    """One page of groups, how many there are, and how many runs they hold together."""

    groups: list[GroupShape]
    total: int
    run_count: int


@routes.post("/api/v1/workspaces/{ws}/runs/groups")
@needs("read")
def post_groups(ws: str, unit: UnitIn, body: GroupsBody) -> GroupsShape:
    """Runs in groups by any columns, with counts and figures, by the page."""
    query = _query(body, table_query(body, unit.settings.limits))
    found = run_groups.answer(unit, ws, query)
    groups = [
        GroupShape(
            [shown(*pair) for pair in zip(query.by, group.values, strict=True)],
            group.run_count,
            [_told(*pair) for pair in zip(query.figures, group.figures, strict=True)],
        )
        for group in found.groups
    ]
    return GroupsShape(groups, found.total, found.run_count)


def _query(body: GroupsBody, table: TableQuery) -> GroupQuery:
    figures = figures_of(body.figures)
    if isinstance(body.order, int):
        if not 0 <= body.order < len(figures):
            raise InvalidArgument(f"order {body.order} is no figure; there are {len(figures)}, numbered from 0")
        return GroupQuery(table, by_of(body.by), figures, "figure", body.order, body.descending)
    if body.order not in ("values", "count"):
        raise InvalidArgument(f"order {body.order!r:.40} is none; write 'values', 'count' or the number of a figure")
    return GroupQuery(table, by_of(body.by), figures, body.order, 0, body.descending)


def _told(figure: Figure, value: float | None) -> Cell:
    is_time = isinstance(figure.column, Field) and figure.column.name in TIME_FIELDS and figure.of != "count"
    return shown(figure.column, round(value) if is_time and value is not None else value)
