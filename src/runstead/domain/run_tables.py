"""The run table's question: which columns of which runs, filtered and sorted; read from JSON and checked."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from runstead.domain.errors import InvalidArgument

TEXT_FIELDS = (
    "run_id",
    "display_name",
    "description",
    "kind",
    "status",
    "experiment",
    "experiment_id",
    "parent_id",
    "root_id",
    "target",
    "script",
    "environment_name",
    "environment_version",
    "snapshot_id",
    "submitted_by",
)
NUMBER_FIELDS = ("number", "child_count", "duration_ms")
TIME_FIELDS = ("created_at", "started_at", "ended_at", "archived_at")
FIELDS = (*TEXT_FIELDS, *NUMBER_FIELDS, *TIME_FIELDS)
STEPS = ("first_step", "last_step", "min_step", "max_step")
AGGREGATES = ("first", "last", "min", "max", "mean", "count", *STEPS)
ORDERINGS = ("<", "<=", ">", ">=")
OPERATORS = ("=", "!=", *ORDERINGS, "in", "contains", "like", "ilike", "exists")
ARCHIVED = {"without": False, "only": True, "with": None}
MAX_DEPTH, MAX_CONDITIONS, MAX_COLUMNS, MAX_SORTS, MAX_CHOICES = 16, 200, 500, 8, 1_000
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Value: TypeAlias = str | float | int | None
Shape: TypeAlias = Mapping[str, Any]  # a JSON object of the request


@dataclass(frozen=True)
class Field:
    """A field of the run itself."""

    name: str


@dataclass(frozen=True)
class Tag:
    """The value of a tag."""

    key: str


@dataclass(frozen=True)
class Property:
    """The value of a property."""

    key: str


@dataclass(frozen=True)
class Param:
    """The value of a param."""

    key: str


@dataclass(frozen=True)
class Dataset:
    """name, digest or context of the datasets that a run used: a condition holds if it does for one of them."""

    field: str


@dataclass(frozen=True)
class Metric:
    """One aggregate of a column of a series; `min_step` is the step at which the least value was logged."""

    name: str
    of: str
    column: str = ""


WORDS = (Tag, Property, Param)
Column: TypeAlias = Field | Tag | Property | Param | Dataset | Metric


@dataclass(frozen=True)
class Comparison:
    """`value` is a tuple for `in`, a bool for `exists`; times are in ms; a number orders words that spell one."""

    column: Column
    op: str
    value: Value | tuple[Value, ...] | bool


@dataclass(frozen=True)
class Text:
    """Every word stands somewhere in the run's name, id, description or tags."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: "Filter"


@dataclass(frozen=True)
class Both:
    """All of the parts (`every`), or at least one."""

    parts: tuple["Filter", ...]
    every: bool


Filter: TypeAlias = Comparison | Text | Not | Both


@dataclass(frozen=True)
class Sort:
    """Runs without the value come last, whichever way."""

    column: Column
    descending: bool


@dataclass(frozen=True)
class TableQuery:
    """Which rows, in which order, with which values."""

    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    filter: Filter | None
    experiment: str | None
    include_children: bool
    limit: int
    offset: int
    deleted: bool | None = False  # archived runs only; None: both


def metrics_in(query: TableQuery) -> set[Metric]:
    """The metrics by whose last value a query sorts or filters."""
    found: list[object] = [sort.column for sort in query.sorts]
    waiting = [] if query.filter is None else [query.filter]
    while waiting:
        match waiting.pop():
            case Both(parts, _):
                waiting += parts
            case Not(part):
                waiting.append(part)
            case Comparison(column):
                found.append(column)
    return {one for one in found if isinstance(one, Metric) and one.of == "last"}


def column_of(shape: object) -> Column:
    """A column from its JSON; InvalidArgument says what is wrong with it."""
    match shape:
        case {"field": str(name), **others} if not others:
            if name not in FIELDS:
                raise InvalidArgument(f"a run has no field {name!r}; there are {', '.join(FIELDS)}")
            return Field(name)
        case {"tag": str(key), **others} if not others:
            return Tag(key)
        case {"property": str(key), **others} if not others:
            return Property(key)
        case {"param": str(key), **others} if not others:
            return Param(key)
        case {"metric": str(name), "of": str(of), **others} if others.keys() <= {"column"}:
            if of not in AGGREGATES:
                raise InvalidArgument(f"a metric has no {of!r}; there are {', '.join(AGGREGATES)}")
            return Metric(name, of, _text(others.get("column", ""), "a metric's column"))
    raise InvalidArgument(
        f"{shape!r} is no column; write {{'field': …}}, {{'tag': …}}, {{'property': …}}, {{'param': …}} "
        "or {'metric': …, 'of': …}"
    )


def columns_of(shapes: Sequence[object]) -> tuple[Column, ...]:
    """The columns to show."""
    if len(shapes) > MAX_COLUMNS:
        raise InvalidArgument(f"{len(shapes)} columns are too many; ask for at most {MAX_COLUMNS} at a time")
    return tuple(column_of(shape) for shape in shapes)


def sorts_of(shapes: Sequence[object]) -> tuple[Sort, ...]:
    """The sort order, most important first."""
    if len(shapes) > MAX_SORTS:
        raise InvalidArgument(f"{len(shapes)} sort columns are too many; give at most {MAX_SORTS}")
    return tuple(_sort_of(shape) for shape in shapes)


def archived_of(word: str) -> bool | None:
    """Which runs are meant: those that are archived (True), the others (False), or both (None)."""
    if word not in ARCHIVED:
        raise InvalidArgument(f"archived is {word!r:.40}; write one of {', '.join(ARCHIVED)}")
    return ARCHIVED[word]


def filter_of(shape: object) -> Filter:
    """A filter from its JSON, within bounds on depth and size."""
    budget = [MAX_CONDITIONS]
    return _filter_of(shape, MAX_DEPTH, budget)


def _sort_of(shape: object) -> Sort:
    match shape:
        case {"column": column, **others} if others.keys() <= {"descending"}:
            return Sort(column_of(column), bool(others.get("descending", False)))
    raise InvalidArgument(f"{shape!r} is no sort column; write {{'column': …, 'descending': true}}")


def _filter_of(shape: object, depth: int, budget: list[int]) -> Filter:
    budget[0] -= 1
    if depth == 0 or budget[0] < 0:
        raise InvalidArgument(f"the filter is too large; at most {MAX_CONDITIONS} conditions, {MAX_DEPTH} deep")
    match shape:
        case {"and": list(parts), **others} if not others:
            return Both(tuple(_filter_of(part, depth - 1, budget) for part in parts), every=True)
        case {"or": list(parts), **others} if not others:
            return Both(tuple(_filter_of(part, depth - 1, budget) for part in parts), every=False)
        case {"not": part, **others} if not others:
            return Not(_filter_of(part, depth - 1, budget))
        case {"text": str(text), **others} if not others:
            return Text(tuple(text.split()[:MAX_DEPTH]))
        case {"column": column, "op": str(op), **others} if others.keys() <= {"value"}:
            return _comparison_of(column_of(column), op, others.get("value"))
    raise InvalidArgument(
        f"{shape!r} is no filter; write {{'and': […]}}, {{'or': […]}}, {{'not': …}}, {{'text': …}} "
        "or {'column': …, 'op': …, 'value': …}"
    )


def _comparison_of(column: Column, op: str, value: object) -> Comparison:
    if op not in OPERATORS:
        raise InvalidArgument(f"{op!r} compares nothing; there are {', '.join(OPERATORS)}")
    if op == "exists":
        return Comparison(column, op, value is not False)
    if op in ("contains", "like", "ilike"):
        if is_number(column):
            raise InvalidArgument(f"{_named(column)} is a number, and contains no text; compare it with = < >")
        return Comparison(column, op, _text(value, "what a column contains"))
    if op == "in":
        if not isinstance(value, list) or len(value) > MAX_CHOICES:
            raise InvalidArgument(f"'in' takes a list of at most {MAX_CHOICES} values, not {value!r:.80}")
        return Comparison(column, op, tuple(_value_of(column, one) for one in value))
    if op in ORDERINGS and isinstance(value, int | float) and not isinstance(value, bool):
        # A word that spells a number, as params do, is compared as one.
        return Comparison(column, op, float(value) if isinstance(column, WORDS) else _value_of(column, value))
    return Comparison(column, op, _value_of(column, value))


def _value_of(column: Column, value: object) -> Value:
    if isinstance(column, Field) and column.name in TIME_FIELDS:
        return _time_ms(value)
    if not is_number(column):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return _text(value, f"the value of {_named(column)}")
    number = NOT_FINITE.get(value) if isinstance(value, str) else value
    if isinstance(number, bool | int | float):
        return float(number) if abs(number) < 1 << 1023 else math.copysign(math.inf, number)
    raise InvalidArgument(f"{_named(column)} is a number and cannot be compared with {value!r:.80}")


def _time_ms(value: object) -> int:
    try:
        told = datetime.fromisoformat(_text(value, "a time"))
    except ValueError as error:
        raise InvalidArgument(f"{value!r} is no time; write 2026-01-31T12:00:00Z") from error
    return round((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() * 1000)


def is_number(column: Column) -> bool:
    """Whether values of this column are numbers or times."""
    return isinstance(column, Metric) or (isinstance(column, Field) and column.name not in TEXT_FIELDS)


def _named(column: Column) -> str:
    match column:
        case Field(name):
            return f"field {name!r}"
        case Tag(key):
            return f"tag {key!r}"
        case Property(key):
            return f"property {key!r}"
        case Param(key):
            return f"param {key!r}"
        case Dataset(field):
            return f"dataset {field}"
        case Metric(name, of, _):
            return f"{of} of metric {name!r}"


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidArgument(f"{what} is text, not {value!r:.80}")
    return value
