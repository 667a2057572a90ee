"""The run table against a plain model of the same runs, on both databases."""

import json
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Cell
from runstead.domain.run_tables import Shape, TableQuery, columns_of, filter_of, sorts_of
from runstead.domain.runs import RunDraft, RunEdit
from runstead.service import metrics, run_tables, runs, unit, workspaces
from runstead.service import values as values_of
from runstead.service.settings import Settings
from runstead.service.unit import Unit
from tests.store.journals import Journal

LOSS: dict[str, object] = {"metric": "loss", "of": "min"}
_clock = count(1_700_000_000_000, 1_000)


@pytest.fixture
def house_unit(tmp_path: Path, database_url: str) -> Iterator[Unit]:
    opened = unit.opened(Settings(home=tmp_path, database_url=database_url))
    ticking = replace(opened, now_ms=lambda: next(_clock))
    workspaces.ensure_default(ticking)
    yield ticking
    opened.close()


def a_run(
    house_unit: Unit,
    run_id: str,
    *losses: Cell,
    tags: dict[str, str | None] | None = None,
    properties: dict[str, str] | None = None,
    parent_id: str | None = None,
    display_name: str | None = None,
) -> None:
    draft = RunDraft(
        run_id, "e", parent_id=parent_id, display_name=display_name, tags=tags or {}, properties=properties or {}
    )
    runs.create(house_unit, "default", draft)
    journal = Journal(run_id, f"writer-{run_id}")
    for loss in losses:
        journal.log("loss", loss)
    metrics.ingest(house_unit, "default", run_id, journal.writer_id, 0, journal.body)


def asked(
    house_unit: Unit,
    *,
    columns: Sequence[object] = (),
    sort: Sequence[object] = (),
    filter: object = None,
    include_children: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> run_tables.Table:
    wanted = None if filter is None else filter_of(filter)
    query = TableQuery(columns_of(columns), sorts_of(sort), wanted, None, include_children, limit, offset)
    return run_tables.answer(house_unit, "default", query)


def ids(
    house_unit: Unit, *, filter: object = None, sort: Sequence[object] = (), include_children: bool = False
) -> list[str]:
    table = asked(house_unit, filter=filter, sort=sort, include_children=include_children)
    return [row.run.run_id for row in table.rows]


def test_runs_are_sorted_by_the_best_value_and_those_without_one_come_last(house_unit: Unit) -> None:
    a_run(house_unit, "good", 3.0, 0.5)
    a_run(house_unit, "none")
    a_run(house_unit, "nan", math.nan)
    a_run(house_unit, "bad", 2.0)
    assert ids(house_unit, sort=[{"column": LOSS}]) == ["good", "bad", "nan", "none"]
    assert ids(house_unit, sort=[{"column": LOSS, "descending": True}]) == ["bad", "good", "nan", "none"]


def test_runs_by_the_newest_value_are_in_one_order_by_pages_of_any_size(house_unit: Unit) -> None:
    values: dict[str, Cell] = {
        "b": 2.0,
        "a": 2.0,
        "inf": math.inf,
        "low": -math.inf,
        "nan": math.nan,
        "int": 3,
        "t": "x",
    }
    for run_id, value in {**values, "d": 2.0}.items():
        a_run(house_unit, run_id, 9.0, value)
    runs.create(house_unit, "default", RunDraft("none", "e"))
    by_value = {"column": {"metric": "loss", "of": "last"}}
    for descending, expected in (
        (False, ["low", "a", "b", "d", "int", "inf", "nan", "t", "none"]),
        (True, ["inf", "int", "a", "b", "d", "low", "nan", "t", "none"]),
    ):
        sort = [{**by_value, "descending": descending}, {"column": {"field": "run_id"}}]
        for size in (1, 2, 4, 9):
            pages = [asked(house_unit, sort=sort, limit=size, offset=start).rows for start in range(0, 9, size)]
            assert [row.run.run_id for page in pages for row in page] == expected, (descending, size)


def test_many_series_at_once_are_summed_up_as_one_after_the_other(house_unit: Unit) -> None:
    values: list[Cell] = [1.5, math.inf, -math.inf, math.nan, -0.0, 1 << 70, 3, True, "x\0'}", None, 0.1]
    for run_id, pieces in (("whole", 1), ("parts", 20)):
        runs.create(house_unit, "default", RunDraft(run_id, "e"))
        journal = Journal(run_id, "w")
        for i in range(66):
            journal.log(f"m{i}", values[i % 11], step=i)
        ends = [*journal.ends[:: len(journal.ends) // pieces], len(journal.body)]
        for start, end in pairwise(ends):
            metrics.ingest(house_unit, "default", run_id, "w", start, journal.body[start:end])
    found = values_of.summaries(house_unit, "default", ["whole", "parts"])
    whole, parts = ([repr((one.series.name, one.columns)) for one in found[run_id]] for run_id in ("whole", "parts"))
    whole, parts = ([one.replace("total=-0.0", "total=0.0") for one in some] for some in (whole, parts))
    assert len(whole) == 66
    assert whole == parts


def test_columns_come_in_the_order_that_was_asked_for_and_exact(house_unit: Unit) -> None:
    a_run(house_unit, "r", 2**60 + 1, 7, tags={"team": "blue"}, properties={"p": "1"})
    wanted: list[dict[str, str]] = [
        {"metric": "loss", "of": "max"},
        {"tag": "team"},
        {"property": "p"},
        {"field": "status"},
    ]
    wanted += [{"metric": "loss", "of": "count"}, {"metric": "unknown", "of": "last"}, {"tag": "unknown"}]
    (row,) = asked(house_unit, columns=wanted).rows
    assert row.values == (2**60 + 1, "blue", "1", "Running", 2, None, None)


def test_a_page_goes_on_where_the_last_ended_and_tells_the_total(house_unit: Unit) -> None:
    for number in range(5):
        a_run(house_unit, f"r{number}", float(number))
    pages = [asked(house_unit, sort=[{"column": LOSS}], limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[row.run.run_id for row in page.rows] for page in pages] == [["r0", "r1"], ["r2", "r3"], ["r4"]]
    assert {page.total for page in pages} == {5}


def test_children_are_left_out_unless_asked_for(house_unit: Unit) -> None:
    a_run(house_unit, "parent")
    a_run(house_unit, "child", parent_id="parent")
    assert ids(house_unit) == ["parent"]
    assert ids(house_unit, include_children=True) == ["child", "parent"]


def test_not_equal_includes_runs_that_have_no_such_tag(house_unit: Unit) -> None:
    a_run(house_unit, "x", tags={"k": "x"})
    a_run(house_unit, "y", tags={"k": "y"})
    a_run(house_unit, "bare", tags={"k": None})
    differs = {"column": {"tag": "k"}, "op": "!=", "value": "x"}
    assert ids(house_unit, filter=differs) == ["bare", "y"]
    assert ids(house_unit, filter={"not": differs}) == ["x"]
    assert ids(house_unit, filter={"column": {"tag": "k"}, "op": "exists"}) == ["bare", "y", "x"]


@pytest.mark.parametrize("word", ["%", "_", "\\", "'", '"; DROP TABLE runs; --', "100%_"])
def test_a_word_with_meaning_in_sql_is_only_a_word(house_unit: Unit, word: str) -> None:
    a_run(house_unit, "plain", display_name="abc 100x")
    a_run(house_unit, "odd", display_name=f"before {word} behind", tags={word: word})
    assert ids(house_unit, filter={"column": {"field": "display_name"}, "op": "contains", "value": word}) == ["odd"]
    assert ids(house_unit, filter={"column": {"tag": word}, "op": "=", "value": word}) == ["odd"]
    assert ids(house_unit, sort=[{"column": {"metric": word, "of": "min"}}]) == ["odd", "plain"]


def test_text_finds_every_word_in_name_id_description_or_tags(house_unit: Unit) -> None:
    a_run(house_unit, "r1", display_name="Sunny Otter", tags={"team": "Blue"})
    a_run(house_unit, "r2", display_name="sunny badger")
    assert ids(house_unit, filter={"text": "sunny BLUE"}) == ["r1"]
    assert ids(house_unit, filter={"text": "sunny"}) == ["r2", "r1"]


def test_times_are_compared_as_times(house_unit: Unit) -> None:
    a_run(house_unit, "first")
    runs.edit(house_unit, "default", "first", RunEdit(description="x"))
    born = runs.load(house_unit, "default", "first").created_at_ms
    a_run(house_unit, "second")
    told = datetime.fromtimestamp(born / 1000, UTC).isoformat()
    assert ids(house_unit, filter={"column": {"field": "created_at"}, "op": ">", "value": told}) == ["second"]


@pytest.mark.parametrize(
    "shape",
    [
        {"column": {"field": "password"}, "op": "=", "value": "x"},
        {"column": {"field": "status"}, "op": "LIKE", "value": "x"},
        {"column": LOSS, "op": "<", "value": "low"},
        {"column": LOSS, "op": "contains", "value": "1"},
        {"column": {"metric": "loss", "of": "median"}, "op": "<", "value": 1},
        {"column": {"field": "created_at"}, "op": "<", "value": "yesterday"},
        {"column": {"tag": "k"}, "op": "in", "value": "abc"},
        {"and": [], "or": []},
        {"and": [{"text": "x"}] * 300},
        [],
        None,
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_name(shape: object) -> None:
    with pytest.raises(InvalidArgument):
        filter_of(shape)


def test_a_filter_that_is_nested_without_end_is_refused() -> None:
    shape: object = {"text": "x"}
    for _ in range(100):
        shape = {"not": shape}
    with pytest.raises(InvalidArgument, match="too large"):
        filter_of(shape)


COMPARE: dict[str, Callable[..., bool]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
VALUES: dict[str, tuple[float, ...]] = {
    "a": (1.0, 5.0),
    "b": (2.0,),
    "c": (),
    "d": (math.inf, -3.0),
    "e": (math.nan, 2.0),
}
TAGS: dict[str, dict[str, str | None]] = {
    "a": {"k": "x"},
    "b": {"k": "y", "j": "x"},
    "c": {},
    "d": {"k": None},
    "e": {"j": "y"},
}
leaves = st.one_of(
    st.builds(
        lambda op, value, of: {"column": {"metric": "loss", "of": of}, "op": op, "value": value},
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        st.sampled_from([-3.0, 1.0, 2.0, 5.0]),
        st.sampled_from(["min", "max", "first", "last"]),
    ),
    st.builds(
        lambda op, key, value: {"column": {"tag": key}, "op": op, "value": value},
        st.sampled_from(["=", "!=", "contains"]),
        st.sampled_from(["k", "j"]),
        st.sampled_from(["x", "y"]),
    ),
    st.builds(lambda key: {"column": {"tag": key}, "op": "exists"}, st.sampled_from(["k", "j"])),
)
filters = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.builds(lambda parts: {"and": parts}, st.lists(part, max_size=3)),
        st.builds(lambda parts: {"or": parts}, st.lists(part, max_size=3)),
        st.builds(lambda one: {"not": one}, part),
    ),
    max_leaves=6,
)


@given(shape=filters)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_filter_finds_what_a_plain_model_finds(house_unit: Unit, shape: Shape) -> None:
    if not ids(house_unit):
        for run_id, losses in VALUES.items():
            a_run(house_unit, run_id, *losses, tags=TAGS[run_id])
    expected = [run_id for run_id in sorted(VALUES, reverse=True) if _passes(run_id, shape)]
    assert ids(house_unit, filter=shape) == expected, json.dumps(shape)


def _passes(run_id: str, shape: Shape) -> bool:
    if "and" in shape:
        return all(_passes(run_id, part) for part in shape["and"])
    if "or" in shape:
        return any(_passes(run_id, part) for part in shape["or"])
    if "not" in shape:
        return not _passes(run_id, shape["not"])
    column, op = shape["column"], shape["op"]
    if op == "exists":
        return column["tag"] in TAGS[run_id]
    value = _model_value(run_id, column)
    if op in ("=", "!="):
        return (value == shape["value"]) is (op == "=")
    if value is None:
        return False
    if op == "contains":
        return isinstance(value, str) and shape["value"] in value
    return bool(COMPARE[op](value, shape["value"]))


def _model_value(run_id: str, column: Shape) -> str | float | None:
    if "tag" in column:
        return TAGS[run_id].get(column["tag"])
    losses = VALUES[run_id]
    numbers = [loss for loss in losses if not math.isnan(loss)]
    match column["of"]:
        case "min" | "max" as extreme:
            return ({"min": min, "max": max}[extreme])(numbers) if numbers else None
        case of:
            value = losses[0 if of == "first" else -1] if losses else None
            return None if value is None or math.isnan(value) else value
