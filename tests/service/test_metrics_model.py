"""The metric store against a plain dict: whatever is sent, repeated, cut, reordered, compacted or killed in between."""

import math
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from runstead.domain.errors import Conflict
from runstead.domain.records import NO_STEP, Cell
from runstead.domain.runs import RunDraft
from runstead.service import compactions, metrics, runs, verifications
from runstead.service.settings import Settings
from runstead.service.unit import opened
from runstead.service.workspaces import ensure_default
from runstead.store import compactions as compaction_rows
from runstead.store import metrics as metric_rows
from runstead.store import series as series_rows
from runstead.store.points import Points
from runstead.store.schemas import METADATA
from tests.store.journals import Journal
from tests.store.point_builders import CELLS, STEPS, identical, values_of

NAMES = st.sampled_from(["loss", "acc", "é"])
WRITERS = st.sampled_from(["w1", "w2"])
COLUMNS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True)
RUN = "run"
Point = tuple[int, int, dict[str, Cell]]  # time, step, cells
EXAMPLES = 12


class Store(RuleBasedStateMachine):
    """Two writers of one run, and the server's store."""

    settings_of: Settings

    @initialize()
    def begin(self) -> None:
        self.unit = opened(self.settings_of)
        with self.unit.write() as tx:
            for table in reversed(METADATA.sorted_tables):
                tx.connection.execute(sa.delete(table))
        ensure_default(self.unit)
        runs.create(self.unit, "default", RunDraft(RUN, "e"))
        clock = count(1_700_000_000_000_000, 1000)
        self.journals = {name: Journal(RUN, name, clock) for name in ("w1", "w2")}
        self.logged: dict[str, list[tuple[int, str, Point]]] = {"w1": [], "w2": []}  # end offset, name, point
        self.acked = {"w1": 0, "w2": 0}
        self.arrived: dict[str, list[Point]] = {}

    @rule(writer=WRITERS, name=NAMES, cells=st.lists(CELLS, min_size=1, max_size=5), step=STEPS)
    def log(self, writer: str, name: str, cells: list[Cell], step: int) -> None:
        for cell in cells:
            self.journals[writer].log(name, cell, step=step)
            self._logged(writer, name, step, [{"": cell}])

    @rule(writer=WRITERS, name=NAMES, columns=COLUMNS, cell=CELLS)
    def log_row(self, writer: str, name: str, columns: list[str], cell: Cell) -> None:
        cells: dict[str, Cell] = {column: cell if column == columns[0] else 1.5 for column in columns}
        self.journals[writer].row(name, cells)
        self._logged(writer, name, NO_STEP, [cells])

    @rule(writer=WRITERS, name=NAMES, columns=COLUMNS, cells=st.lists(CELLS, max_size=4))
    def log_table(self, writer: str, name: str, columns: list[str], cells: list[Cell]) -> None:
        self.journals[writer].table(name, dict.fromkeys(columns, cells))
        self._logged(writer, name, NO_STEP, [dict.fromkeys(columns, cell) for cell in cells])

    @rule(writer=WRITERS, name=NAMES, values=st.integers(200, 700), scale=st.floats(0.1, 10))
    def log_many(self, writer: str, name: str, values: int, scale: float) -> None:
        for place in range(values):
            value = math.sin(place * scale)
            self.journals[writer].log(name, value, step=place)
            self._logged(writer, name, place, [{"": value}])

    def _logged(self, writer: str, name: str, step: int, rows: list[dict[str, Cell]]) -> None:
        time_us = 1_700_000_000_000_000 + 0
        self.logged[writer] += [(len(self.journals[writer].body), name, (time_us, step, cells)) for cells in rows]

    @rule(writer=WRITERS, data=st.data())
    def ship(self, writer: str, data: st.DataObject) -> None:
        """Any piece of the journal: the next one, an old one, one that overlaps, one that comes too early."""
        ends = self.journals[writer].ends
        start = data.draw(st.integers(0, len(ends) - 1))
        end = data.draw(st.integers(start, len(ends) - 1))
        self._ship(writer, ends[start], ends[end])

    @rule(writer=WRITERS)
    def ship_all(self, writer: str) -> None:
        self._ship(writer, self.acked[writer], len(self.journals[writer].body))

    def _ship(self, writer: str, start: int, end: int) -> None:
        before = self.acked[writer]
        piece = self.journals[writer].body[start:end]
        if start > before:
            with pytest.raises(Conflict) as refused:
                metrics.ingest(self.unit, "default", RUN, writer, start, piece)
            assert refused.value.details["offset"] == before
            return
        acked = metrics.ingest(self.unit, "default", RUN, writer, start, piece)
        assert acked == max(before, end)
        self.acked[writer] = acked
        for at, name, point in self.logged[writer]:
            if before < at <= acked:
                self.arrived.setdefault(name, []).append(point)

    @rule()
    def compact(self) -> None:
        compactions.compact(self.unit, self._run_key())

    @rule()
    def compaction_dies_before_it_commits(self) -> None:
        with self.unit.read() as connection:
            ready = compaction_rows.prepare(connection, self._run_key(), most_bytes=1000)
        with suppress(KeyboardInterrupt), self.unit.write() as tx:
            if ready is not None:
                assert compaction_rows.apply(tx.connection, ready, at_ms=tx.at_ms)
            raise KeyboardInterrupt

    @rule()
    def two_compactions_overlap(self) -> None:
        with self.unit.read() as connection:
            ready = [compaction_rows.prepare(connection, self._run_key(), most_bytes=1000) for _ in range(2)]
        for turn, one in enumerate(ready):
            if one is not None:
                with self.unit.write() as tx:
                    assert compaction_rows.apply(tx.connection, one, at_ms=tx.at_ms) == (turn == 0)

    @rule()
    def restart(self) -> None:
        self.unit.close()
        self.unit = opened(self.settings_of)

    def _run_key(self) -> int:
        with self.unit.read() as connection:
            return runs.located(connection, "default", RUN).key

    @invariant()
    def everything_that_was_acknowledged_is_there_once_and_in_order(self) -> None:
        with self.unit.read() as connection:
            found = {
                one.name: (one, metric_rows.points(connection, one))
                for one in series_rows.of_run(connection, self._run_key())
            }
        assert {name for name, (_, points) in found.items() if len(points)} == {n for n, p in self.arrived.items() if p}
        for name, arrived in self.arrived.items():
            check_points(found[name][1], arrived) if arrived else None

    @rule()
    def verify(self) -> None:
        (found,) = verifications.verify(self.unit)
        assert found.problems == []
        assert found.point_count == sum(map(len, self.arrived.values()))

    @invariant()
    def the_offsets_are_those_acknowledged(self) -> None:
        for writer, acked in self.acked.items():
            assert metrics.offset_of(self.unit, "default", RUN, writer) == acked

    def teardown(self) -> None:
        self.unit.close()


def check_points(points: Points, arrived: list[Point]) -> None:
    assert points.steps.tolist() == [step for _, step, _ in arrived]
    for column in points.columns:
        assert identical(values_of(points, column), [cells.get(column) for _, _, cells in arrived])


def test_the_store_agrees_with_a_plain_model(database_url: str, tmp_path: Path) -> None:
    class ThisStore(Store):
        settings_of = Settings(home=tmp_path, database_url=database_url)

    run_state_machine_as_test(
        ThisStore,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
