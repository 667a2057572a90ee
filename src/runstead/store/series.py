"""Series of runs: their interned names and columns, and what the numbers in a writer's journal stand for."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from runstead.domain.records import Series as Declaration
from runstead.store.engine import among, insert_if_absent
from runstead.store.hashes import key_of
from runstead.store.metric_tables import metric_names, metric_numbers, metric_series, metric_writers
from runstead.store.points import Declared
from runstead.store.tables import runs

CHUNK = 500  # values in one IN list
SERIES: sa.Select[Any] = sa.select(  # Any: the row of `_series`
    metric_series.c.series_key,
    metric_series.c.run_key,
    metric_series.c.name_key,
    metric_series.c.kind,
    metric_series.c.description,
    metric_series.c.columns,
    metric_series.c.chunked,
    metric_names.c.name,
).join(metric_names, metric_names.c.name_key == metric_series.c.name_key)
OF_KEYS = SERIES.where(metric_series.c.series_key.in_(sa.bindparam("keys", expanding=True)))
NUMBERED = sa.select(metric_numbers.c.number, metric_numbers.c.series_key, metric_numbers.c.columns).where(
    metric_numbers.c.writer_key == sa.bindparam("writer_key"),
    metric_numbers.c.number.in_(sa.bindparam("numbers", expanding=True)),
)
KEYS_OF_HASHES = sa.select(metric_names.c.name_hash, metric_names.c.name_key).where(
    among(metric_names.c.name_hash, "hashes")
)
OF_NAMES = (
    SERIES.with_only_columns(metric_numbers.c.number, *SERIES.selected_columns)
    .join(metric_numbers, metric_numbers.c.series_key == metric_series.c.series_key)
    .where(
        metric_numbers.c.writer_key == sa.bindparam("writer_key"),
        metric_series.c.run_key == sa.bindparam("run_key"),
        among(metric_series.c.name_key, "name_keys"),
    )
    .order_by(metric_numbers.c.number)
)
Item = TypeVar("Item")


class ColumnKey(NamedTuple):
    """A column's name, and the key under which it is interned."""

    key: int
    name: str


@dataclass(frozen=True)
class Series:
    """Everything logged in one run under one name. The first `chunked` points are in chunks, the others in the tail."""

    key: int
    run_key: int
    name_key: int
    name: str
    kind: str
    description: str
    columns: tuple[ColumnKey, ...]
    chunked: int

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """In the order in which chunks keep them."""
        return tuple(column.name for column in self.columns)


class Numbered(NamedTuple):
    """The number under which a writer logs to a series."""

    number: int
    series: Series


def of_run(connection: sa.Connection, run_key: int, names: Collection[str] | None = None) -> list[Series]:
    """The series of a run, all or those of these names, in the order in which they came."""
    return of_runs(connection, [run_key], names)


def of_runs(connection: sa.Connection, run_keys: Sequence[int], names: Collection[str] | None = None) -> list[Series]:
    """The same of many runs, run by run."""
    query = SERIES.order_by(metric_series.c.run_key, metric_series.c.series_key)
    found = []
    for some in chunks(run_keys):
        mine = query.where(metric_series.c.run_key.in_(some))
        for hashes in [None] if names is None else chunks(sorted(hash_of(name) for name in names)):
            asked = mine if hashes is None else mine.where(metric_names.c.name_hash.in_(hashes))
            found += [_series(row) for row in connection.execute(asked)]
    return found


def of_keys(connection: sa.Connection, series_keys: Collection[int]) -> dict[int, Series]:
    """Series by their keys."""
    rows = (row for some in chunks(sorted(series_keys)) for row in connection.execute(OF_KEYS, {"keys": some}))
    return {row.series_key: _series(row) for row in rows}


def of_newest_runs(
    connection: sa.Connection, workspace_key: int, experiment_key: int | None, *, at_most: int
) -> list[tuple[Series, int]]:
    """One series of each name that the newest runs have, of the newest run that has it, and how many have it.

    Sorted by name. Counted in the index of runs and names: no point and no summary is read.
    """
    mine = runs.c.workspace_key == workspace_key
    if experiment_key is not None:
        mine &= runs.c.experiment_key == experiment_key
    newest = sa.select(runs.c.run_key).where(mine).order_by(runs.c.number.desc()).limit(at_most).subquery()
    table = metric_series.c
    counted = (
        sa.select(sa.func.max(table.series_key), sa.func.count())
        .where(table.run_key.in_(sa.select(newest.c.run_key)))
        .group_by(table.name_key)
    )
    counts = {int(key): int(count) for key, count in connection.execute(counted)}
    found = sorted(of_keys(connection, counts).values(), key=lambda one: one.name)
    return [(one, counts[one.key]) for one in found]


def declare(
    connection: sa.Connection, run_key: int, declarations: Sequence[Declaration]
) -> tuple[dict[str, Series], int]:
    """Make sure that the run has these series with these columns. Hold the run's lock.

    Returns them by (clean) name, and how many of them are new.
    """
    names = {clean(d.name) for d in declarations} | {clean(column) for d in declarations for column in d.columns}
    keys = _name_keys(connection, names)
    wanted: dict[str, Declaration] = {}
    for one in declarations:
        name = clean(one.name)
        before = wanted.get(name, Declaration(name, one.kind, ()))
        columns = tuple(dict.fromkeys((*before.columns, *map(clean, one.columns))))
        wanted[name] = Declaration(name, before.kind, columns, clean(one.description) or before.description)
    found = _by_name(connection, run_key, [keys[name] for name in wanted])
    fresh = [one for name, one in wanted.items() if name not in found]
    if fresh:
        connection.execute(sa.insert(metric_series), [_row(run_key, keys, one) for one in fresh])
        found |= _by_name(connection, run_key, [keys[one.name] for one in fresh])
    for name, one in wanted.items():
        found[name] = _grown(connection, found[name], one, keys)
    return found, len(fresh)


def widen(connection: sa.Connection, one: Series, columns: Sequence[str]) -> Series:
    """Give a series more columns. Hold the run's lock."""
    return _grown(connection, one, Declaration(one.name, one.kind, tuple(columns)), _name_keys(connection, columns))


def number(connection: sa.Connection, writer_key: int, numbers: Mapping[int, Declared]) -> None:
    """Keep what these numbers of a writer stand for."""
    rows = [
        {"writer_key": writer_key, "number": n, "series_key": d.key, "columns": _names_text(tuple(d.columns))}
        for n, d in numbers.items()
    ]
    insert_if_absent(connection, metric_numbers, rows)


def numbered(connection: sa.Connection, writer_key: int, numbers: Collection[int]) -> dict[int, Declared]:
    """What these numbers of a writer stand for; unknown ones are left out."""
    rows = (
        row
        for some in chunks(sorted(numbers))
        for row in connection.execute(NUMBERED, {"writer_key": writer_key, "numbers": some})
    )
    return {number: Declared(key, _names(columns)) for number, key, columns in rows}


def numbers_by_name(
    connection: sa.Connection, run_key: int, writer_key: int, names: Collection[str]
) -> dict[str, Numbered]:
    """Under which number a writer of a run logs to each of these series; those it never declared are left out."""
    asked = {"writer_key": writer_key, "run_key": run_key, "name_keys": list(name_keys(connection, names).values())}
    found = (Numbered(number, _series(row)) for number, *row in connection.execute(OF_NAMES, asked).all())
    return {one.series.name: one for one in found}


def highest_number(connection: sa.Connection, writer_key: int) -> int:
    """The highest series number that a writer declared; 0 before the first."""
    query = sa.select(sa.func.max(metric_numbers.c.number)).where(metric_numbers.c.writer_key == writer_key)
    return connection.execute(query).scalar_one() or 0


def numbers_of(connection: sa.Connection, run_key: int, series_keys: Collection[int]) -> dict[int, dict[int, Declared]]:
    """For each writer of a run, by its key, the numbers that stand for these series."""
    table = metric_numbers.c
    query = (
        sa.select(table.writer_key, table.number, table.series_key, table.columns)
        .join(metric_writers, metric_writers.c.writer_key == table.writer_key)
        .where(metric_writers.c.run_key == run_key)
    )
    found: dict[int, dict[int, Declared]] = {}
    for some in chunks(sorted(series_keys)):
        for row in connection.execute(query.where(table.series_key.in_(some))):
            found.setdefault(row.writer_key, {})[row.number] = Declared(row.series_key, _names(row.columns))
    return found


def set_chunked(connection: sa.Connection, chunked: Mapping[int, int]) -> None:
    """How many points of each series are in chunks."""
    if chunked:
        statement = sa.update(metric_series).where(metric_series.c.series_key == sa.bindparam("its_key"))
        rows = [{"its_key": key, "chunked": count} for key, count in chunked.items()]
        connection.execute(statement.values(chunked=sa.bindparam("chunked")), rows)


def name_key(connection: sa.Connection, name: str) -> int | None:
    """The key of a name that some run uses."""
    return name_keys(connection, [name]).get(name)


def name_keys(connection: sa.Connection, names: Iterable[str]) -> dict[str, int]:
    """The keys of those names that some run uses."""
    by_name = {name: hash_of(name) for name in names}
    found = _found_names(connection, set(by_name.values()))
    return {name: found[hashed] for name, hashed in by_name.items() if hashed in found}


def key_of_hash(name_hash: str | sa.BindParameter[str]) -> sa.ScalarSelect[int]:
    """The same within a statement, of a name's hash; null if no run uses the name."""
    table = metric_names.c
    return sa.select(table.name_key).where(table.name_hash == name_hash).scalar_subquery()


def clean(name: str) -> str:
    """A name as it is kept: PostgreSQL takes no NUL, and UTF-8 no lone surrogates."""
    if name.isascii() and "\0" not in name:
        return name
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Lists short enough for one statement."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _series(row: Sequence[Any]) -> Series:  # Any: the row of SERIES
    key, run_key, its_name_key, kind, description, columns, chunked, name = tuple(row)
    return Series(key, run_key, its_name_key, name, kind, description, _columns(columns), chunked)


def _by_name(connection: sa.Connection, run_key: int, name_keys: Iterable[int]) -> dict[str, Series]:
    query = SERIES.where(metric_series.c.run_key == run_key)
    rows = (
        row
        for some in chunks(list(name_keys))
        for row in connection.execute(query.where(metric_series.c.name_key.in_(some)))
    )
    return {row.name: _series(row) for row in rows}


def _row(run_key: int, keys: Mapping[str, int], one: Declaration) -> dict[str, object]:
    return {
        "run_key": run_key,
        "name_key": keys[one.name],
        "kind": one.kind,
        "description": one.description,
        "columns": json.dumps([[keys[column], column] for column in one.columns]),
        "chunked": 0,
    }


def _grown(connection: sa.Connection, there: Series, wanted: Declaration, keys: Mapping[str, int]) -> Series:
    known = set(there.column_names)
    columns = (*there.columns, *(ColumnKey(keys[name], name) for name in wanted.columns if name not in known))
    description = wanted.description or there.description
    if columns == there.columns and description == there.description:
        return there
    values = {"columns": json.dumps(columns), "description": description}
    connection.execute(sa.update(metric_series).where(metric_series.c.series_key == there.key).values(**values))
    return Series(there.key, there.run_key, there.name_key, there.name, there.kind, description, columns, there.chunked)


def _name_keys(connection: sa.Connection, names: Collection[str]) -> dict[str, int]:
    """Intern names. In sorted order, so that two transactions do not wait for each other."""
    by_hash = {hash_of(name): name for name in names}
    found = _found_names(connection, by_hash)
    missing = sorted(by_hash.keys() - found.keys())
    if missing:
        insert_if_absent(connection, metric_names, [{"name_hash": h, "name": by_hash[h]} for h in missing])
        found |= _found_names(connection, missing)
    return {by_hash[name_hash]: key for name_hash, key in found.items()}


def _found_names(connection: sa.Connection, hashes: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(KEYS_OF_HASHES, {"hashes": list(hashes)})
    return {row.name_hash: row.name_key for row in rows}


def hash_of(name: str) -> str:
    """By which a name of any length is found."""
    return key_of(clean(name))


@lru_cache(maxsize=1_000)
def _columns(text: str) -> tuple[ColumnKey, ...]:
    return tuple(ColumnKey(*pair) for pair in json.loads(text))


@lru_cache(maxsize=1_000)
def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=1_000)
def _names_text(names: tuple[str, ...]) -> str:
    return json.dumps(names)
