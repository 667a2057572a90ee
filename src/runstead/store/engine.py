"""The database: opens it, begins transactions, hides which of the two kinds it is. Only this file names a dialect."""

import json
import math
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.functions import FunctionElement

from runstead.domain.errors import Conflict, InvalidArgument, NotFound, RunsteadError, TooLarge, Unavailable

# What every database turns into a double without an error.
NUMBER = r"^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30}|\d{1,3}(\.\d{0,30})?[eE][+-]?[12]?\d?\d)$"
_NUMBER = re.compile(NUMBER, re.ASCII)
Row = Mapping[str, Any]  # a row's values by column name, as SQLAlchemy takes them
BUSY_TIMEOUT_S = 30
MANY = 50  # rows
MIGRATION_LOCK = 0x52554E53  # any number of our own, for PostgreSQL's advisory lock
DISK_FULL = ("database or disk is full", "disk i/o error", "no space left")


class Keys(sa.TypeDecorator[Sequence[int | str]]):
    """Numbers or hashes, written as one text: psycopg looks at each item of a list."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[int | str] | None, dialect: sa.Dialect) -> str:
        """JSON, or an array as PostgreSQL reads it."""
        return json.dumps(value) if dialect.name == "sqlite" else f"{{{','.join(map(str, value or ()))}}}"


class among(FunctionElement[Any]):  # Any: SQLite would compare a bool with 1
    """Whether a key or hash is in a list of any length, which the parameter takes: `among(table.c.key, "parameter")`.

    A parameter for each key, as in an IN list, takes longer to write down and to read than the rows take to find.
    """

    inherit_cache = True

    def __init__(self, key: sa.ColumnElement[Any], name: str) -> None:
        keys = sa.ARRAY(key.type).with_variant(sa.Text(), "sqlite")
        super().__init__(key, sa.cast(sa.bindparam(name, type_=Keys()), keys))


@compiles(among)
def _among_array(element: among, compiler: SQLCompiler, **words: object) -> str:
    key, listed = (compiler.process(part, **words) for part in element.clauses)
    # Not = ANY: where no index takes that, a prepared statement compares each row with each item.
    return f"{key} IN (SELECT unnest({listed}))"


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **words: object) -> str:
    key, listed = (compiler.process(part, **words) for part in element.clauses)
    return f"{key} IN (SELECT value FROM json_each({listed}))"  # noqa: S608  both parts are the compiler's


class Database:
    """One database; threads share it. Writers of this process queue on one lock: SQLite never answers "busy"."""

    def __init__(self, url: str) -> None:
        self.engine = _made_engine(url)
        self.dialect = self.engine.dialect.name
        self._writer = threading.Lock() if self.dialect == "sqlite" else nullcontext()
        # PostgreSQL would give each statement a view of its own; in SQLite a transaction has one view anyway.
        consistent = {} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._readers = self.engine.execution_options(**consistent)

    @property
    def is_shared(self) -> bool:
        """Whether other servers may write to it, too."""
        return self.dialect != "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view; nothing is kept of what is written in it."""
        with _translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept, and on disk when the block ends, or nothing."""
        with _translated(), self._writer, self.engine.connect() as connection, _writing(connection):
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """A connection that is the only one to migrate this database, among all processes."""
        with self.write() as connection:
            if self.dialect == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _writing(connection: sa.Connection) -> sa.RootTransaction:
    return connection.execution_options(runstead_write=True).begin()


def sqlite_url(path: str) -> str:
    """The address of a SQLite file."""
    return str(sa.URL.create("sqlite+pysqlite", database=path).render_as_string(hide_password=False))


def insert_if_absent(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> int:
    """Insert those rows whose key is free; returns how many went in."""
    if not rows:
        return 0
    statement = _insertion(connection.dialect.name, table)
    return len(connection.execute(statement, list(rows)).all())


def upsert(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], *, keys: Sequence[str], update: Sequence[str]
) -> None:
    """Insert the rows; where a row with the same `keys` is there, set its `update` columns to the new values."""
    if not rows:
        return
    if len(rows) >= MANY and _is_plain(table):
        _upsert_many(connection, table, rows, tuple(keys), tuple(update))
        return
    connection.execute(_upsertion(connection.dialect.name, table, tuple(keys), tuple(update)), list(rows))


def matches(
    connection: sa.Connection, text: sa.ColumnElement[Any], pattern: str, *, any_case: bool
) -> sa.ColumnElement[bool]:
    """SQL's LIKE with `%` and `_`, the same on both databases; SQLite's own takes no notice of case."""
    if any_case:
        return sa.func.lower(text).like(pattern.lower())
    if connection.dialect.name != "sqlite":
        return text.like(pattern)
    glob = "".join({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}.get(c, c) for c in pattern)
    return text.op("GLOB", is_comparison=True)(glob)


def number_in(connection: sa.Connection, text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The number that a text spells, as params do; null where it spells none."""
    if connection.dialect.name == "sqlite":
        return sa.func.runstead_number(text, type_=sa.Double())
    return sa.case((text.regexp_match(NUMBER), sa.cast(text, sa.Double)))


# Statements are built once: building one costs more than SQLite takes to run it.
@cache
def _insertion(dialect: str, table: sa.Table) -> ReturningInsert[Any]:
    # Counted by what comes back: psycopg knows no row count of several rows, and of one only sometimes.
    return _insert(dialect, table).on_conflict_do_nothing().returning(*table.primary_key.columns)


def _upsert_many(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Row], keys: tuple[str, ...], update: tuple[str, ...]
) -> None:
    """To write down the parameters of each row takes SQLAlchemy longer than the databases take to store it."""
    if connection.dialect.name == "sqlite":
        statement, ordered = _driver_upsertion(table, keys, update)
        connection.exec_driver_sql(statement, [ordered(row) for row in rows])
        return
    told = json.dumps(rows)
    if "Infinity" in told:  # which PostgreSQL reads as a text only
        told = json.dumps([{name: _spelled_out(value) for name, value in row.items()} for row in rows])
    connection.execute(_upsertion_of_json(table, keys, update), {"told": told})


@cache
def _driver_upsertion(
    table: sa.Table, keys: tuple[str, ...], update: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    names = [column.name for column in table.c]
    compiled = _upsertion("sqlite", table, keys, update).compile(dialect=sqlite.dialect(), column_keys=names)
    return compiled.string, itemgetter(*(compiled.positiontup or names))


@cache
def _upsertion_of_json(table: sa.Table, keys: tuple[str, ...], update: tuple[str, ...]) -> sa.Insert:
    row_type = sa.text(f"NULL::{table.name}")
    told = sa.cast(sa.bindparam("told", type_=sa.Text), postgresql.JSON)
    names = [column.name for column in table.c]
    rows = sa.func.json_populate_recordset(row_type, told).table_valued(*names)
    return _updating(postgresql.insert(table).from_select(names, sa.select(*rows.c)), keys, update)


def _is_plain(table: sa.Table) -> bool:
    return all(isinstance(column.type, sa.BigInteger | sa.Double | sa.String) for column in table.c)


def _spelled_out(value: object) -> object:
    return str(value) if isinstance(value, float) and math.isinf(value) else value


@cache
def _upsertion(dialect: str, table: sa.Table, keys: tuple[str, ...], update: tuple[str, ...]) -> sa.Insert:
    return _updating(_insert(dialect, table), keys, update)


def _updating(
    statement: sqlite.Insert | postgresql.Insert, keys: tuple[str, ...], update: tuple[str, ...]
) -> sqlite.Insert | postgresql.Insert:
    fresh = {name: statement.excluded[name] for name in update}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=fresh)


def _insert(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _made_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise InvalidArgument(
            "the database address cannot be read; write it as postgresql+psycopg://user@host/name"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            parsed,
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            json_serializer=_json,
            pool_size=24,
            max_overflow=80,
            pool_use_lifo=True,  # the connection that wrote last has the newest pages in its cache
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql+psycopg":
        engine = sa.create_engine(parsed, json_serializer=_json, pool_pre_ping=True, pool_size=12, max_overflow=24)
        sa.event.listen(engine, "connect", _prepare_postgres)
        return engine
    raise InvalidArgument(
        f"the database address begins with {parsed.drivername!r}; write postgresql+psycopg://… (or leave it out)"
    )


def _json(value: object) -> str:
    # An error message may hold half a character (a file name that is no UTF-8); kept, it could never be sent again.
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # of sqlite3: we begin transactions ourselves
    connection.create_function("runstead_number", 1, _spelled, deterministic=True)
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgres(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Compiling a statement takes longer than any of ours, and an index lies in memory or on a disk without an arm:
    # with PostgreSQL's own settings a page of a hundred runs reads the whole table of summaries.
    cursor = connection.cursor()
    cursor.execute("SET jit = off")
    cursor.execute("SET random_page_cost = 1.1")
    cursor.close()
    connection.commit()


def _spelled(text: object) -> float | None:
    return float(text) if isinstance(text, str) and _NUMBER.match(text) else None


def _begin_sqlite(connection: sa.Connection) -> None:
    # IMMEDIATE: a writer takes its lock at once; a reader that turns writer halfway would fail instead of waiting.
    writes = connection.get_execution_options().get("runstead_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sa.exc.OperationalError as error:
        raise _domain_error(error) from error
    except sa.exc.IntegrityError as error:
        if (found := _lost_race(error)) is None:
            raise
        raise found from error
    except (sa.exc.DataError, UnicodeEncodeError, OverflowError) as error:
        # A NUL, half a character, a number of a hundred digits: JSON can spell them, and here all values come by.
        raise InvalidArgument(f"the database cannot hold a value: {getattr(error, 'orig', error)}") from error
    except sa.exc.DatabaseError as error:
        if type(error) is not sa.exc.DatabaseError:
            raise
        raise Conflict(f"the database is damaged, or is none: {error.orig}") from error
    except sa.exc.TimeoutError as error:
        raise Unavailable("the database has no free connection; try again") from error


def _lost_race(error: sa.exc.IntegrityError) -> RunsteadError | None:
    """What somebody else did between our look and our write; None for a row that is wrong in itself."""
    kind = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if kind in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"):
        return Conflict("somebody else made the same at the same moment; look at what is there now")
    if kind not in ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503"):
        return None
    if (error.statement or "").lstrip().upper().startswith("DELETE"):
        return Conflict("somebody else added to it at the moment of its deletion; delete it again")
    return NotFound("what this belongs to was deleted at the same moment")


def _domain_error(error: sa.exc.OperationalError) -> RunsteadError:
    told = str(error.orig).lower()
    if any(sign in told for sign in DISK_FULL):
        return TooLarge(f"the database cannot be written, its disk is full: {error.orig}")
    return Unavailable(f"the database cannot be reached or is busy: {error.orig}")
