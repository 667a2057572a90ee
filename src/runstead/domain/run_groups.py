"""The run table's other question: the same runs in groups, with how many each has and figures of their columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from runstead.domain.errors import InvalidArgument
from runstead.domain.run_tables import MAX_COLUMNS, Column, TableQuery, column_of, is_number

FIGURES = ("min", "max", "mean", "sum", "count")
MAX_BY = 4


@dataclass(frozen=True)
class Figure:
    """One number about a column of all runs of a group."""

    column: Column
    of: str


@dataclass(frozen=True)
class GroupQuery:
    """`table` says which runs; its limit and offset are of groups. `order`: by what; `place`: of the figure."""

    table: TableQuery
    by: tuple[Column, ...]
    figures: tuple[Figure, ...]
    order: str = "values"
    place: int = 0
    descending: bool = False


def by_of(shapes: Sequence[object]) -> tuple[Column, ...]:
    """The columns whose values make the groups."""
    if not 1 <= len(shapes) <= MAX_BY:
        raise InvalidArgument(f"{len(shapes)} columns to group by; give 1 to {MAX_BY}")
    return tuple(column_of(shape) for shape in shapes)


def figures_of(shapes: Sequence[object]) -> tuple[Figure, ...]:
    """The figures from their JSON."""
    if len(shapes) > MAX_COLUMNS:
        raise InvalidArgument(f"{len(shapes)} figures are too many; ask for at most {MAX_COLUMNS} at a time")
    return tuple(_figure_of(shape) for shape in shapes)


def _figure_of(shape: object) -> Figure:
    match shape:
        case {"column": column, "of": str(of), **others} if not others:
            if of not in FIGURES:
                raise InvalidArgument(f"a group has no {of!r}; there are {', '.join(FIGURES)}")
            wanted = column_of(column)
            if of != "count" and not is_number(wanted):
                raise InvalidArgument(f"{column!r} is no number, so a group has no {of} of it; 'count' there is")
            return Figure(wanted, of)
    raise InvalidArgument(f"{shape!r} is no figure; write {{'column': …, 'of': 'mean'}}")
