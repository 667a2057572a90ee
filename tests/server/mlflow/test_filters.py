import pytest

from runstead.domain.errors import InvalidArgument
from runstead.server.mlflow.filters import Condition, Key, Order, conditions_of, holds, orders_of, sorted_by


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc > 0.5", Condition(Key("metric", "acc"), ">", 0.5)),
        ("metric.acc>=-1e-3", Condition(Key("metric", "acc"), ">=", -0.001)),
        ("metrics.`val loss` != 2", Condition(Key("metric", "val loss"), "!=", 2)),
        ("params.\"a b\" = 'x'", Condition(Key("param", "a b"), "=", "x")),
        ("tags.mlflow.source.name LIKE '%train%'", Condition(Key("tag", "mlflow.source.name"), "LIKE", "%train%")),
        ('tag.x ilike "A_"', Condition(Key("tag", "x"), "ILIKE", "A_")),
        ("attributes.run_id IN ('a', 'b')", Condition(Key("attribute", "run_id"), "IN", ("a", "b"))),
        ("run_id NOT IN ('a')", Condition(Key("attribute", "run_id"), "NOT IN", ("a",))),
        ("tags.x IS NULL", Condition(Key("tag", "x"), "IS NULL", None)),
        ("params.x is not null", Condition(Key("param", "x"), "IS NOT NULL", None)),
        ("start_time > 1664067852747", Condition(Key("attribute", "start_time"), ">", 1664067852747)),
        ("dataset.digest = 's8ds293b'", Condition(Key("dataset", "digest"), "=", "s8ds293b")),
        ("params.quote = 'it''s'", Condition(Key("param", "quote"), "=", "it's")),
        ("metrics.val-loss < 1", Condition(Key("metric", "val-loss"), "<", 1)),
    ],
)
def test_one_condition_is_read(text: str, expected: Condition) -> None:
    assert conditions_of(text) == [expected]


def test_conditions_are_joined_by_and_in_any_case() -> None:
    found = conditions_of("metrics.a > 1 and params.b = 'and' AND status = 'RUNNING'")
    assert [one.key.name for one in found] == ["a", "b", "status"]


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_filter_has_no_conditions(text: str | None) -> None:
    assert conditions_of(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "metrics.a > 1 OR metrics.b > 1",
        "metrics.a >",
        "metrics.a 5",
        "acc.acc > 1",
        "metrics.a > 1 AND",
        "params.x = 'unclosed",
        "params.x = y",
        "run_id IN ()",
        "run_id IN 'a'",
        "'; DROP TABLE runs; --",
        "metrics.a = 1; metrics.b = 1",
        "((((",
        "tags.x IS 5",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="Invalid clause"):
        conditions_of(text)


def test_a_filter_of_endless_conditions_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="at most"):
        conditions_of(" AND ".join(["metrics.a > 1"] * 300))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.acc DESC", Order(Key("metric", "acc"), True)),
        ("params.`a b` asc", Order(Key("param", "a b"), False)),
        ("start_time", Order(Key("attribute", "start_time"), False)),
        ('tags."x y" DESC', Order(Key("tag", "x y"), True)),
    ],
)
def test_an_order_is_read(text: str, expected: Order) -> None:
    assert orders_of([text]) == [expected]


@pytest.mark.parametrize("text", ["metrics.acc DOWN", "metrics.acc DESC DESC", "", "acc.x"])
def test_an_order_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        orders_of([text])


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("tags.x = 'a'", "a", True),
        ("tags.x != 'a'", "b", True),
        ("tags.x != 'a'", None, False),
        ("tags.x LIKE 'A%'", "abc", False),
        ("tags.x ILIKE 'A%'", "abc", True),
        ("tags.x LIKE 'a_c'", "a.c", True),
        ("tags.x LIKE 'a.c'", "abc", False),
        ("tags.x IS NULL", None, True),
        ("tags.x IS NOT NULL", "", True),
        ("creation_time < 5", 4, True),
        ("name IN ('a','b')", "b", True),
        ("name NOT IN ('a','b')", "c", True),
    ],
)
def test_a_condition_holds_or_not(text: str, value: str | int | None, expected: bool) -> None:
    assert holds(conditions_of(text)[0], value) is expected


def test_rows_without_the_value_come_last_whichever_way() -> None:
    rows: list[dict[str, int]] = [{"a": 2}, {}, {"a": 1}]
    for text, expected in (("a", [1, 2, None]), ("a DESC", [2, 1, None])):
        found = sorted_by(rows, orders_of([text]), lambda row, key: row.get(key.name))
        assert [row.get("a") for row in found] == expected
