"""The run table: one question about many runs and their metrics, answered from indexes."""

from dataclasses import dataclass
from typing import TypeAlias

from runstead.domain.records import Cell
from runstead.domain.run_tables import Column, Dataset, Field, Metric, Param, Property, TableQuery, Tag
from runstead.domain.runs import Run
from runstead.service import experiments, workspaces
from runstead.service.unit import Unit
from runstead.store import run_tables, runs

MOST_NAMED_RUNS = 1_000
Cells: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """A run and its values, in the order of the query's columns. Times are in milliseconds."""

    run: Run
    values: Cells


@dataclass(frozen=True)
class Table:
    """One page, and how many runs pass the filter."""

    rows: list[Row]
    total: int


def answer(unit: Unit, workspace: str, query: TableQuery) -> Table:
    """The page of the run table that `query` asks for."""
    metrics = [column for column in dict.fromkeys(query.columns) if isinstance(column, Metric)]
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        page = run_tables.page(connection, home.key, query)
        values = run_tables.metric_values(connection, page.run_keys, metrics)
        found = runs.find_many(connection, page.run_keys)

    def cell(run: Run, column: Column) -> Cell:
        match column:
            case Metric():
                return values[column].get(run.key)
            case Tag(key):
                return run.tags.get(key)
            case Property(key):
                return run.properties.get(key)
            case Param(key):
                return run.params.get(key)
            case Dataset():
                return None  # a run has several; they are asked for with the run's inputs
            case Field(name):
                return _field(run, name)

    return Table([Row(run, tuple(cell(run, column) for column in query.columns)) for run in found], page.total)


def words(unit: Unit, workspace: str, experiment: str | None = None) -> dict[str, list[tuple[str, int]]]:
    """The tags, properties and params that the newest runs have, of all experiments or of one, and how many each."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        key = None if experiment is None else experiments.found(connection, home, experiment).key
        return run_tables.words(connection, home.key, key, at_most=MOST_NAMED_RUNS)


def _field(run: Run, name: str) -> Cell:
    if name == "duration_ms":
        return None if run.started_at_ms is None or run.ended_at_ms is None else run.ended_at_ms - run.started_at_ms
    if name == "archived_at":
        return run.deleted_at_ms
    value: Cell = getattr(run, f"{name}_ms" if name.endswith("_at") else name)
    return value
