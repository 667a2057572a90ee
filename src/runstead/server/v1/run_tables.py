"""The run table of a workspace."""

import math
from dataclasses import dataclass, field
from typing import Any

from runstead.domain.errors import InvalidArgument
from runstead.domain.limits import Limits
from runstead.domain.records import Cell
from runstead.domain.run_tables import (
    TIME_FIELDS,
    Column,
    Field,
    TableQuery,
    archived_of,
    columns_of,
    filter_of,
    sorts_of,
)
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import RunShape, at, run_shape
from runstead.service import run_tables

routes = router()
LARGEST_OFFSET = 1 << 62


@dataclass(frozen=True)
class TableBody:
    """The question; docs/notes/rest-v1.md has the shapes of columns, filters and sorts."""

    columns: list[Any] = field(default_factory=list)  # JSON, read by domain/run_tables.py
    sort: list[Any] = field(default_factory=list)  # the same
    filter: dict[str, Any] | None = None  # the same
    experiment: str | None = None
    include_children: bool = False
    archived: str = "without"
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class RowShape:
    """A run and its values, in the order of the columns."""

    run: RunShape
    values: list[Any]  # numbers, text, booleans or null


@dataclass(frozen=True)
class TableShape:
    """One page, and how many runs pass the filter."""

    rows: list[RowShape]
    total: int


@dataclass(frozen=True)
class WordShape:
    """A key, and how many of the newest runs have it."""

    key: str
    run_count: int


@dataclass(frozen=True)
class WordsShape:
    """By key."""

    tags: list[WordShape]
    properties: list[WordShape]
    params: list[WordShape]


@routes.post("/api/v1/workspaces/{ws}/runs/query")
@needs("read")
def post_query(ws: str, unit: UnitIn, body: TableBody) -> TableShape:
    """Runs with any columns, filtered, sorted, by the page."""
    query = table_query(body, unit.settings.limits)
    table = run_tables.answer(unit, ws, query)
    rows = [
        RowShape(run_shape(row.run), [shown(*pair) for pair in zip(query.columns, row.values, strict=True)])
        for row in table.rows
    ]
    return TableShape(rows, table.total)


@routes.get("/api/v1/workspaces/{ws}/run-words")
@needs("read")
def get_words(ws: str, unit: UnitIn, experiment: str | None = None) -> WordsShape:
    """The keys of tags, properties and params that the newest runs have, for choosing columns."""
    found = run_tables.words(unit, ws, experiment)
    return WordsShape(**{noun: [WordShape(*pair) for pair in pairs] for noun, pairs in found.items()})


def table_query(body: TableBody, limits: Limits) -> TableQuery:
    """The question, checked."""
    if not 0 <= body.offset <= LARGEST_OFFSET or body.limit < 0:
        raise InvalidArgument(f"limit {body.limit} and offset {body.offset} ask for no page; give numbers from 0 on")
    return TableQuery(
        columns=columns_of(body.columns),
        sorts=sorts_of(body.sort),
        filter=None if body.filter is None else filter_of(body.filter),
        experiment=body.experiment,
        include_children=body.include_children,
        limit=min(body.limit, limits.page_rows),
        offset=body.offset,
        deleted=archived_of(body.archived),
    )


def shown(column: Column, value: Cell) -> Cell:
    """A value of a column as JSON takes it."""
    if isinstance(column, Field) and column.name in TIME_FIELDS and isinstance(value, int):
        return at(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
