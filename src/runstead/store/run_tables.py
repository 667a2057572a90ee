"""The run table in SQL: page and values come from summaries and words by key; no point is read."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa

from runstead.domain.records import Cell
from runstead.domain.run_tables import (
    ORDERINGS,
    STEPS,
    WORDS,
    Both,
    Column,
    Comparison,
    Dataset,
    Field,
    Filter,
    Metric,
    Not,
    Param,
    Property,
    Sort,
    TableQuery,
    Tag,
    Text,
)
from runstead.domain.runs import HOLDERS
from runstead.store.engine import matches, number_in
from runstead.store.input_tables import run_datasets
from runstead.store.metric_tables import metric_summaries
from runstead.store.series import name_keys
from runstead.store.summary_rows import Place, exact_value
from runstead.store.tables import experiments, run_params, run_properties, run_tags, runs

SPECIAL_FIELDS: Mapping[str, sa.ColumnElement[Any]] = {
    "experiment": experiments.c.name,
    "experiment_id": experiments.c.experiment_id,
    "created_at": runs.c.created_at_ms,
    "started_at": runs.c.started_at_ms,
    "ended_at": runs.c.ended_at_ms,
    "archived_at": runs.c.deleted_at_ms,
    "duration_ms": runs.c.ended_at_ms - runs.c.started_at_ms,
}
MOST_WORDS = 10_000
MOST_JOINED = 8  # metrics; PostgreSQL plans more joins carelessly, and SQLite takes no more than 64
JOINED = [metric_summaries.alias(f"summary_{i}") for i in range(MOST_JOINED)]
OF_METRIC = ("mask", "exact")
INDEXED = "last"  # what an index has the runs in the order of
CERTAIN = [column for table in (runs, experiments) for column in table.c if not column.nullable]
SOURCE = runs.join(experiments, experiments.c.experiment_key == runs.c.experiment_key)


# Values of metrics by run key that count in place of those in the summaries.
Corrected: TypeAlias = Mapping[Column, Mapping[int, float | None]]
NOTHING: Corrected = MappingProxyType({})


class Page(NamedTuple):
    """Keys of the runs of one page, in order, and how many runs pass the filter in all."""

    run_keys: list[int]
    total: int


def page(connection: sa.Connection, workspace_key: int, query: TableQuery) -> Page:
    """Which runs, in which order, and how many there are in all."""
    sql = Sql(connection)
    conditions = sql.conditions(workspace_key, query)
    counted = sa.select(sa.func.count()).select_from(sql.source).where(*conditions)
    return Page(_keys(sql, workspace_key, query), connection.execute(counted).scalar_one())


def keys(connection: sa.Connection, workspace_key: int, query: TableQuery, corrected: Corrected = NOTHING) -> list[int]:
    """Only which runs, in which order: quicker than `page`."""
    return _keys(Sql(connection, corrected), workspace_key, query)


def _keys(sql: "Sql", workspace_key: int, query: TableQuery) -> list[int]:
    column = query.sorts[0].column if query.sorts else None
    if isinstance(column, Metric) and column.of == INDEXED and column not in sql.corrected:
        ranked = _page(sql.ranked_by(query.sorts[0]), workspace_key, query)
        if len(ranked) == query.limit:  # none without a number is on this page: it is the page of all runs
            return ranked
    return _page(sql, workspace_key, query)


def _page(sql: "Sql", workspace_key: int, query: TableQuery) -> list[int]:
    conditions = sql.conditions(workspace_key, query)
    ordered = [key for one in query.sorts for key in sql.ordering(one)]
    rows = (
        sa.select(runs.c.run_key)
        .select_from(sql.source)
        .where(*conditions)
        .order_by(*ordered, runs.c.number.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    return list(sql.connection.execute(rows).scalars())


def metric_values(
    connection: sa.Connection, run_keys: Sequence[int], columns: Sequence[Metric]
) -> dict[Metric, dict[int, Cell]]:
    """The values of metric columns for these runs, exact, by column and run key; runs without one are left out."""
    return {column: _values_of(connection, run_keys, column) for column in columns}


def words(
    connection: sa.Connection, workspace_key: int, experiment_key: int | None, *, at_most: int
) -> dict[str, list[tuple[str, int]]]:
    """The tags, properties and params that the newest `at_most` runs have, by key, and how many runs have each."""
    mine = runs.c.workspace_key == workspace_key
    if experiment_key is not None:
        mine &= runs.c.experiment_key == experiment_key
    newest = sa.select(runs.c.run_key).where(mine).order_by(runs.c.number.desc()).limit(at_most).subquery()
    tables = {"tags": run_tags, "properties": run_properties, "params": run_params}
    found: dict[str, list[tuple[str, int]]] = {}
    for noun, table in tables.items():
        counted = sa.select(table.c.key, sa.func.count()).where(table.c.run_key.in_(sa.select(newest.c.run_key)))
        rows = connection.execute(counted.group_by(table.c.key).order_by(table.c.key).limit(MOST_WORDS))
        found[noun] = [(key, count) for key, count in rows]
    return found


def _values_of(connection: sa.Connection, run_keys: Sequence[int], column: Metric) -> dict[int, Cell]:
    place = _place(connection, column)
    if place is None:
        return {}
    table = metric_summaries.c
    names = (table.run_key, table[column.of], *(table[name] for name in OF_METRIC))
    rows = connection.execute(sa.select(*names).where(_at(place, metric_summaries), table.run_key.in_(run_keys)))
    if column.of == "count" or column.of in STEPS:
        return {run_key: count for run_key, count, *_ in rows}
    return {run_key: exact_value(exact, column.of, number, mask) for run_key, number, mask, exact in rows}


def _place(connection: sa.Connection, column: Metric) -> Place | None:
    """Where the summaries of this metric and column are; None if nothing has these names."""
    known = name_keys(connection, (column.name, column.column))
    both = known.get(column.name), known.get(column.column)
    return None if both[0] is None or both[1] is None else Place(both[0], both[1])


def _at(place: Place, table: sa.FromClause) -> sa.ColumnElement[bool]:
    return (table.c.name_key == place.name_key) & (table.c.column_key == place.column_key)


class Sql:
    """Turns columns and filters into SQL; values are always bound, never written into the text.

    `source`: what to select from, with the summaries that were asked for until then. `ranked`: a sort by a metric that
    has an index; then only those runs are found that have a number there, in the index's order.
    """

    def __init__(
        self,
        connection: sa.Connection,
        corrected: Corrected = NOTHING,
        *,
        ranked: Sort | None = None,
        places: dict[tuple[str, str], Place | None] | None = None,
    ) -> None:
        self.source: sa.Join = SOURCE
        self.connection = connection
        self.corrected = corrected
        self._ranked = ranked
        self._places = {} if places is None else places
        self._joined: dict[Place, sa.FromClause] = {}

    def ranked_by(self, sort: Sort) -> "Sql":
        """The same for the runs alone that have a number there; what was looked up serves both."""
        return Sql(self.connection, self.corrected, ranked=sort, places=self._places)

    def conditions(self, workspace_key: int, query: TableQuery) -> list[sa.ColumnElement[bool]]:
        """What holds for the runs that are asked for."""
        wanted = [runs.c.workspace_key == workspace_key]
        if self._ranked is not None:
            wanted.append(self.value(self._ranked.column).is_not(None))
        if query.experiment is not None:
            wanted.append(experiments.c.name == query.experiment)
        if not query.include_children:
            wanted.append(runs.c.parent_key.is_(None))
        if query.deleted is not None:
            deleted = runs.c.deleted_at_ms.is_not(None)
            wanted.append(deleted if query.deleted else sa.not_(deleted))
        if query.deleted is not False:  # holders are kept out of sight as deleted ones
            wanted.append(runs.c.kind.not_in(HOLDERS))
        if query.filter is not None:
            wanted.append(self.condition(query.filter))
        return wanted

    def value(self, column: Column) -> sa.ColumnElement[Any]:
        """The column as a scalar expression over `runs`; null where the run has no such value."""
        match column:
            case Field(name):
                return SPECIAL_FIELDS[name] if name in SPECIAL_FIELDS else runs.c[name]
            case Tag(key):
                return _word(run_tags, key)
            case Property(key):
                return _word(run_properties, key)
            case Param(key):
                return _word(run_params, key)
            case Dataset(field):
                first = sa.select(sa.func.min(run_datasets.c[field])).where(run_datasets.c.run_key == runs.c.run_key)
                return first.correlate(runs).scalar_subquery()
            case Metric():
                kept = self._summary(column, column.of)
                if kept is None:
                    return sa.cast(sa.null(), sa.Double)
                others = {key: sa.literal(value, sa.Double) for key, value in self.corrected.get(column, {}).items()}
                return sa.case(others, value=runs.c.run_key, else_=kept) if others else kept

    def ordering(self, sort: Sort) -> list[sa.ColumnElement[Any]]:
        """What to order by: runs without the value come last, whichever way, and before them those with NaN."""
        ranks = self.ranks(sort.column)
        if sort == self._ranked:
            return [ranks[0].desc() if sort.descending else ranks[0].asc()]
        found: list[sa.ColumnElement[Any]] = [
            (value.desc() if sort.descending else value.asc()).nulls_last() for value in ranks
        ]
        there = self._summary(sort.column, "run_key") if isinstance(sort.column, Metric) else None
        return found if there is None else [*found, there.is_not(None).desc()]

    def ranks(self, column: Column) -> list[sa.ColumnElement[Any]]:
        """What to sort by: words that spell numbers come first, as numbers."""
        value = self.value(column)
        return [number_in(self.connection, value), value] if isinstance(column, WORDS) else [value]

    def condition(self, wanted: Filter) -> sa.ColumnElement[bool]:
        """True or false, never null: so `not` means what it says for runs without the value, too."""
        match wanted:
            case Both(parts, every=True):
                return sa.and_(sa.true(), *(self.condition(part) for part in parts))
            case Both(parts):
                return sa.or_(sa.false(), *(self.condition(part) for part in parts))
            case Not(part):
                return sa.not_(self.condition(part))
            case Text(words):
                return sa.and_(sa.true(), *(_mentions(word) for word in words))
            case Comparison():
                return self._comparison(wanted)

    def _summary(self, column: Metric, name: str) -> sa.ColumnElement[Any] | None:
        """A field of a metric's summary, null where the run has none; None if nothing has the metric's name."""
        told = (column.name, column.column)
        if told not in self._places:
            self._places[told] = _place(self.connection, column)
        place = self._places[told]
        if place is None:
            return None
        if place in self._joined:
            return self._joined[place].c[name]
        if len(self._joined) < MOST_JOINED:  # on PostgreSQL a fifth of the time that a look for each run takes
            table = JOINED[len(self._joined)]
            self._joined[place] = table
            mine = _at(place, table) & (table.c.run_key == runs.c.run_key)
            is_outer = self._ranked is None or self._ranked.column != column
            self.source = self.source.join(table, mine, isouter=is_outer)
            return table.c[name]
        mine = _at(place, metric_summaries) & (metric_summaries.c.run_key == runs.c.run_key)
        return sa.select(metric_summaries.c[name]).where(mine).correlate(runs).scalar_subquery()

    def _comparison(self, wanted: Comparison) -> sa.ColumnElement[bool]:
        if wanted.op == "exists":
            there = self._exists(wanted.column)
            return there if wanted.value else sa.not_(there)
        if isinstance(wanted.column, Dataset):
            used = run_datasets.c
            is_it = self._compared(wanted, used[wanted.column.field])
            return sa.exists().where(used.run_key == runs.c.run_key, is_it).correlate(runs)
        return self._compared(wanted, self.value(wanted.column))

    def _compared(self, wanted: Comparison, left: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        if wanted.op == "in":
            return _decided(left.in_(wanted.value if isinstance(wanted.value, tuple) else ()), left)
        if wanted.op == "contains":
            return _decided(left.icontains(str(wanted.value), autoescape=True))
        if wanted.op in ("like", "ilike"):
            return _decided(matches(self.connection, left, str(wanted.value), any_case=wanted.op == "ilike"))
        if wanted.op in ORDERINGS:
            if isinstance(wanted.column, WORDS) and isinstance(wanted.value, float):
                left = number_in(self.connection, left)
            return _decided(left.op(wanted.op, is_comparison=True)(wanted.value))
        same = _decided(left == wanted.value, left)
        return same if wanted.op == "=" else sa.not_(same)

    def _exists(self, column: Column) -> sa.ColumnElement[bool]:
        """A tag without a value exists, too."""
        if isinstance(column, Tag):
            return sa.exists().where(run_tags.c.run_key == runs.c.run_key, run_tags.c.key == column.key)
        return self.value(column).is_not(None)


def _word(table: sa.Table, key: str) -> sa.ColumnElement[Any]:
    found = sa.select(table.c.value).where(table.c.run_key == runs.c.run_key, table.c.key == key)
    return found.correlate(runs).scalar_subquery()


def _mentions(word: str) -> sa.ColumnElement[bool]:
    def has(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return _decided(column.icontains(word, autoescape=True))

    tagged = sa.exists().where(run_tags.c.run_key == runs.c.run_key, sa.or_(has(run_tags.c.key), has(run_tags.c.value)))
    return sa.or_(has(runs.c.display_name), has(runs.c.run_id), has(runs.c.description), tagged)


def _decided(condition: sa.ColumnElement[bool], left: sa.ColumnElement[Any] | None = None) -> sa.ColumnElement[bool]:
    if any(left is column for column in CERTAIN):  # so it may be answered from an index
        return condition
    return sa.func.coalesce(condition, sa.false())
