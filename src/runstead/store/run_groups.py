"""Groups of runs in SQL: one pass over the runs that pass the filter, with their values by key; no point is read."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from runstead.domain.run_groups import GroupQuery
from runstead.store.run_tables import Sql

FIGURES: Mapping[str, Callable[[sa.ColumnElement[Any]], sa.ColumnElement[Any]]] = {
    "min": sa.func.min,
    "max": sa.func.max,
    "mean": sa.func.avg,
    "sum": sa.func.sum,
    "count": sa.func.count,
}


class Group(NamedTuple):
    """What its runs have in common, how many they are, and its figures."""

    values: tuple[Any, ...]  # of any column
    run_count: int
    figures: tuple[float | None, ...]


class Groups(NamedTuple):
    """One page of groups, how many groups there are, and how many runs they hold together."""

    groups: list[Group]
    total: int
    run_count: int


def page(connection: sa.Connection, workspace_key: int, query: GroupQuery) -> Groups:
    """Which groups, in which order."""
    sql = Sql(connection)
    values = [sql.value(column).label(f"by{place}") for place, column in enumerate(query.by)]
    numbers = [sql.value(one.column).label(f"of{place}") for place, one in enumerate(query.figures)]
    wanted = sql.conditions(workspace_key, query.table)
    each = sa.select(*values, *numbers).select_from(sql.source).where(*wanted).subquery("each_run")
    by = [each.c[value.name] for value in values]
    count = sa.func.count().label("run_count")
    figures = [FIGURES[one.of](each.c[n.name]) for one, n in zip(query.figures, numbers, strict=True)]
    grouped = sa.select(*by, count, *figures).group_by(*by)
    orders: dict[str, Sequence[sa.ColumnElement[Any]]] = {"values": by, "count": [count]}
    ordered = orders.get(query.order, figures[query.place : query.place + 1])
    # Every group has a place of its own in the order, so that pages do not overlap.
    order = [(one.desc() if query.descending else one.asc()).nulls_last() for one in ordered]
    rows = connection.execute(
        grouped.order_by(*order, *(one.asc().nulls_last() for one in by))
        .limit(query.table.limit)
        .offset(query.table.offset)
    )
    found = [
        Group(tuple(row[: len(by)]), row[len(by)], tuple(_float(value) for value in row[len(by) + 1 :])) for row in rows
    ]
    counts = sa.select(*by, count).group_by(*by).subquery("each_group")
    total, run_count = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(counts.c.run_count), 0))
    ).one()
    return Groups(found, int(total), int(run_count))


def _float(value: Decimal | float | None) -> float | None:  # PostgreSQL answers Decimals for integers
    return None if value is None else float(value)
