"""What is logged arrives: once, in order, with its types."""

import logging
import math
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path

import numpy as np
import pytest

from runstead.client.session import Session
from runstead.client.uploader import Shipper
from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Kind
from runstead.journal.writers import Bounds
from tests.client.ingest_server import Ingest, ingest_server


@pytest.fixture
def server() -> Iterator[Ingest]:
    with ingest_server() as ingest:
        yield ingest


@pytest.fixture
def session(server: Ingest, tmp_path: Path) -> Session:
    return Session("r1", directory=tmp_path, ship=Shipper("default", server.connection))


def test_what_was_logged_has_arrived_after_a_flush(server: Ingest, session: Session) -> None:
    for i in range(1000):
        session.log_scalar("loss", i / 7, step=i)
    session.flush()
    assert server.values("r1", "loss") == [i / 7 for i in range(1000)]
    assert [r.step for r in server.records("r1") if r.kind is Kind.FLOAT] == list(range(1000))


def test_a_closed_session_leaves_no_journal_and_can_log_again(server: Ingest, session: Session, tmp_path: Path) -> None:
    session.log_scalar("a", 1)
    session.close()
    assert list(tmp_path.rglob("*.*")) == []
    session.log_scalar("a", 2)
    session.close()
    assert sorted(map(str, server.values("r1", "a"))) == ["1", "2"]
    assert list(tmp_path.rglob("*.*")) == []


class Color(IntEnum):
    RED = 3


class Opaque:
    def __repr__(self) -> str:
        return "opaque"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (True, True),
        (None, None),
        ("text", "text"),
        ("a\ud800b", "a\\ud800b"),
        (2**63 - 1, 2**63 - 1),
        (-(2**70), -(2**70)),
        (Color.RED, 3),
        (np.float16(0.5), 0.5),
        (np.float32(0.25), 0.25),
        (np.float64(0.1), 0.1),
        (np.int8(-3), -3),
        (np.int64(2**62), 2**62),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bool_(True), True),
        (np.str_("s"), "s"),
        (np.array(1.5), repr(np.array(1.5))),
        (np.longdouble(1), repr(np.longdouble(1))),
        (1 + 2j, "(1+2j)"),
        ((1, 2), "(1, 2)"),
        (Opaque(), "opaque"),
        (math.inf, math.inf),
    ],
)
def test_a_value_keeps_its_v1_type(server: Ingest, session: Session, value: object, kept: object) -> None:
    session.log_scalar("v", value)
    session.log_list("l", [value])
    session.log_row("r", {"c": value})
    session.log_table("t", {"c": [value], "d": [1]})
    session.flush()
    expected = pytest.approx(kept) if isinstance(kept, float) else kept
    assert server.values("r1", "v") == server.values("r1", "l") == [kept]
    assert type(server.values("r1", "v")[0]) is type(kept)
    assert server.values("r1", "r") == [{"c": expected}]
    assert server.values("r1", "t") == [{"c": [kept], "d": [1]}]


def test_an_integer_that_python_will_not_print_is_kept_as_hex(server: Ingest, session: Session) -> None:
    session.log_scalar("v", 10**5000)
    session.flush()
    assert server.values("r1", "v") == [hex(10**5000)]


def test_nan_keeps_its_bits(server: Ingest, session: Session) -> None:
    session.log_scalar("v", -math.nan)
    session.log_scalar("v", math.nan)
    session.flush()
    assert [math.copysign(1, v) for v in server.values("r1", "v") if isinstance(v, float)] == [-1, 1]


def test_lists_come_from_any_iterable(server: Ingest, session: Session) -> None:
    session.log_list("l", (i * i for i in range(3)))
    session.log_list("l", np.array([1.5, 2.5]))
    session.log_list("l", range(2))
    session.flush()
    assert server.values("r1", "l") == [0, 1, 4, 1.5, 2.5, 0, 1]


def test_a_list_longer_than_any_window_arrives_whole(server: Ingest, session: Session) -> None:
    session.log_list("l", range(100_000))
    session.flush()
    assert server.values("r1", "l") == list(range(100_000))


def test_rows_with_different_columns_are_padded(server: Ingest, session: Session) -> None:
    session.log_row("r", {"x": 1})
    session.log_row("r", {"y": 2})
    session.log_row("r", {"x": 3})
    session.flush()
    assert server.values("r1", "r") == [{"x": 1}, {"x": None, "y": 2}, {"x": 3, "y": None}]


def test_a_table_that_fits_into_no_record_is_split_into_several(server: Ingest, session: Session) -> None:
    long = "ü" * 60_000
    session.log_table("t", {"n": list(range(300)), "text": [long] * 300})
    session.flush()
    parts = server.values("r1", "t")
    assert len(parts) > 1
    assert [n for part in parts for n in part["n"]] == list(range(300))  # type: ignore[index]  # tables are dicts here


@pytest.mark.parametrize("value", [[1, 2], range(3), (i for i in range(2))])
def test_log_refuses_several_values_and_names_log_list(session: Session, value: object) -> None:
    with pytest.raises(InvalidArgument, match="log_list"):
        session.log_scalar("a", value)


def test_wrong_arguments_get_the_words_of_v1(session: Session) -> None:
    with pytest.raises(
        InvalidArgument, match=r"Value of type <class 'list'> is not supported, supported types include \["
    ):
        session.log_list("a", [[1]])
    with pytest.raises(InvalidArgument, match=r"Rows cannot contain list values, column x contains a list\."):
        session.log_row("a", {"x": [1]})
    with pytest.raises(
        InvalidArgument,
        match=r"Columns must have the same length, column x had length 2, however, column y had length 1\.",
    ):
        session.log_table("a", {"x": [1, 2], "y": [1]})


def test_wrong_arguments_are_refused_and_nothing_is_half_written(server: Ingest, session: Session) -> None:
    wrongs: list[Callable[[], None]] = [
        lambda: session.log_list("a", []),
        lambda: session.log_list("a", [1, [2]]),
        lambda: session.log_list("a", 3),  # type: ignore[arg-type]  # that is what is tested
        lambda: session.log_row("a", {}),
        lambda: session.log_row("a", {f"c{i}": 0 for i in range(10_001)}),
        lambda: session.log_table("a", {}),
        lambda: session.log_table("a", {"x": []}),
        lambda: session.log_table("a", {"x": np.array([1])}),
        lambda: session.log_scalar("", 1.0),
        lambda: session.log_scalar(["a"], 1.0),  # type: ignore[arg-type]  # that is what is tested
        lambda: session.log_scalar("a" * 1001, 1.0),
        lambda: session.log_scalar("a", 1.0, step="x"),  # type: ignore[arg-type]  # that is what is tested
        lambda: session.log_scalar("a", 1.0, step=2**64),
        lambda: session.log_artifact("a", "video", "p"),
    ]
    for wrong in wrongs:
        with pytest.raises(InvalidArgument):
            wrong()
    session.flush()
    assert server.journals == {}


def test_a_description_is_declared_and_later_calls_without_it_belong_to_it(server: Ingest, session: Session) -> None:
    session.log_scalar("a", 1.0, description="what it is")
    session.log_scalar("a", 2.0)
    session.flush()
    assert [r.value.description for r in server.records("r1") if r.kind is Kind.SERIES] == ["what it is"]
    assert server.values("r1", "a") == [1.0, 2.0]


def test_a_description_that_changes_with_each_call_is_declared_once(server: Ingest, session: Session) -> None:
    for i in range(100):
        session.log_scalar("a", i, description=f"step {i}")
    session.flush()
    assert [r.value.description for r in server.records("r1") if r.kind is Kind.SERIES] == ["step 0"]
    assert server.values("r1", "a") == list(range(100))


def test_rows_whose_columns_always_change_do_not_grow_without_end(server: Ingest, session: Session) -> None:
    for i in range(1500):
        session.log_row("r", {f"c{i}": i})
    session.flush()
    rows = server.values("r1", "r")
    assert max(len(row) for row in rows if isinstance(row, dict)) == 1000
    assert [row[f"c{i}"] for i, row in enumerate(rows) if isinstance(row, dict)] == list(range(1500))


def test_artifact_metrics_carry_their_path(server: Ingest, session: Session) -> None:
    session.log_artifact("img", "image", "img_1.png")
    session.flush()
    assert server.values("r1", "img") == ["img_1.png"]
    assert [r.value.kind for r in server.records("r1") if r.kind is Kind.SERIES] == ["image"]


def test_a_text_over_the_limit_is_cut_and_told_once(
    server: Ingest, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        session.log_scalar("a", "x" * 70_000)
        session.log_scalar("a", "y" * 70_000)
    session.flush()
    assert [len(str(v)) for v in server.values("r1", "a")] == [65_536, 65_536]
    assert len([r for r in caplog.records if "was cut" in r.message]) == 1


def test_a_long_journal_is_continued_in_another_and_the_first_is_deleted(server: Ingest, tmp_path: Path) -> None:
    bounds = Bounds(window_bytes=4096, journal_bytes=64 << 10)
    session = Session("r1", directory=tmp_path, ship=Shipper("default", server.connection), bounds=bounds)
    for i in range(10_000):
        session.log_scalar("a", float(i))
    session.flush()
    assert server.values("r1", "a") == [float(i) for i in range(10_000)]
    assert len(server.journals) >= 5
    assert len(list(tmp_path.rglob("*.journal"))) == 1
