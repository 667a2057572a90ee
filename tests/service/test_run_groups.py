"""Runs in groups, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runstead.domain.errors import InvalidArgument
from runstead.domain.run_groups import GroupQuery, by_of, figures_of
from runstead.domain.run_tables import TableQuery, column_of
from runstead.domain.runs import RunDraft
from runstead.service import metrics, run_groups, runs, unit, workspaces
from runstead.service.settings import Settings
from runstead.service.unit import Unit
from runstead.store.run_groups import Groups
from tests.store.journals import Journal

LOSS = {"metric": "loss", "of": "min"}
TEAM = {"tag": "team"}
ALL = TableQuery((), (), None, None, include_children=False, limit=100, offset=0)
RUNS = (("a", "red", 3.0), ("b", "red", 1.0), ("c", "blue", 5.0), ("d", None, None), ("e", "blue", None))


@pytest.fixture
def house_unit(tmp_path: Path, database_url: str) -> Iterator[Unit]:
    opened = unit.opened(Settings(home=tmp_path, database_url=database_url))
    workspaces.ensure_default(opened)
    for run_id, team, loss in RUNS:
        tags = {} if team is None else {"team": team}
        status = "Failed" if run_id == "b" else "Completed"
        runs.create(opened, "default", RunDraft(run_id, "e", status=status, tags=tags))
        if loss is not None:
            journal = Journal(run_id, f"writer-{run_id}")
            journal.log("loss", loss)
            metrics.ingest(opened, "default", run_id, journal.writer_id, 0, journal.body)
    yield opened
    opened.close()


def asked(
    house_unit: Unit, by: list[object], *, figures: list[object] | None = None, limit: int = 100, **order: object
) -> Groups:
    query = GroupQuery(replace(ALL, limit=limit), by_of(by), figures_of(figures or []), **order)  # type: ignore[arg-type]  # names and values of fields
    return run_groups.answer(house_unit, "default", query)


def test_groups_count_their_runs_and_those_without_the_tag_come_last(house_unit: Unit) -> None:
    found = asked(house_unit, [TEAM])
    assert [(group.values, group.run_count) for group in found.groups] == [(("blue",), 2), (("red",), 2), ((None,), 1)]
    assert (found.total, found.run_count) == (3, 5)


def test_a_group_has_the_figures_of_its_runs_and_none_where_there_is_no_value(house_unit: Unit) -> None:
    wanted: list[object] = [{"column": LOSS, "of": of} for of in ("min", "max", "mean", "sum", "count")]
    figures = {group.values[0]: group.figures for group in asked(house_unit, [TEAM], figures=wanted).groups}
    assert figures == {"red": (1.0, 3.0, 2.0, 4.0, 2.0), "blue": (5.0, 5.0, 5.0, 5.0, 1.0), None: (None,) * 4 + (0.0,)}


def test_groups_are_sorted_by_a_figure_and_those_without_it_come_last(house_unit: Unit) -> None:
    wanted: list[object] = [{"column": LOSS, "of": "mean"}]
    found = asked(house_unit, [TEAM], figures=wanted, order="figure", place=0, descending=True)
    assert [group.values[0] for group in found.groups] == ["blue", "red", None]


def test_groups_are_made_by_several_columns_and_cut_into_pages(house_unit: Unit) -> None:
    found = asked(house_unit, [TEAM, {"field": "status"}], limit=2, order="count", descending=True)
    assert [group.values for group in found.groups] == [("blue", "Completed"), ("red", "Completed")]
    assert found.total == 4


@pytest.mark.parametrize(
    ("by", "figures"),
    [
        ([], []),
        ([TEAM] * 5, []),
        ([{"field": "password"}], []),
        ([TEAM], [{"column": TEAM, "of": "mean"}]),
        ([TEAM], [{"column": LOSS, "of": "median"}]),
        ([TEAM], ["loss"]),
    ],
)
def test_groups_that_make_no_sense_are_refused(by: list[object], figures: list[object]) -> None:
    with pytest.raises(InvalidArgument):
        GroupQuery(ALL, by_of(by), figures_of(figures))


def test_the_columns_of_a_group_are_those_of_the_table() -> None:
    assert by_of([TEAM]) == (column_of(TEAM),)
