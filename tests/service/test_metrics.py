"""Ingest of what nobody should send, and of more than anybody should: refused whole, or kept whole and told."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from runstead.domain.columns import decode_columns
from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.limits import Limits
from runstead.domain.records import (
    NO_STEP,
    Cell,
    Kind,
    Series,
    encode_payload,
    encode_series,
    encode_value,
    head_of,
)
from runstead.domain.runs import RunDraft
from runstead.service import metrics, runs, values
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.workspaces import ensure_default
from tests.store.journals import Journal

FEW = Limits(series_per_run=20, usual_series_per_run=10, columns_per_series=5, metric_name_chars=100)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = opened(Settings(home=tmp_path))
    ensure_default(made)
    runs.create(made, "default", RunDraft("r", "e"))
    yield made
    made.close()


def ingest(unit: Unit, journal: Journal, offset: int = 0) -> int:
    return metrics.ingest(unit, "default", journal.run_id, journal.writer_id, offset, journal.body[offset:])


def stored(unit: Unit, name: str, column: str = "") -> list[Cell]:
    (series,) = decode_columns(b"".join(values.values(unit, "default", "r", [name])))
    return series.columns[column]


def names(unit: Unit) -> list[str]:
    return [one.series.name for one in values.summaries(unit, "default", ["r"])["r"]]


def a_piece(payload: bytes, kind: Kind = Kind.ROW) -> bytes:
    """A series `x` of two columns, and a record with this payload."""
    return encode_series(1, 0, Series("x", "row", ("a", "b"))) + encode_payload(head_of(kind, 1), 0, NO_STEP, payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b"[[1], 2]",
        b'[{"a": 1}, 2]',
        b"[1]",
        b"[1, 2, 3]",
        b"{}",
        b"1",
        b"",
        b"[1, ]",
        b"\xff\xfe",
        b"[1, " + b"9" * 5_000 + b"]",
    ],
    ids=lambda payload: repr(payload[:12]),
)
def test_a_row_that_is_no_row_is_refused_and_nothing_of_its_piece_kept(unit: Unit, payload: bytes) -> None:
    with pytest.raises(InvalidArgument):
        metrics.ingest(unit, "default", "r", "w", 0, a_piece(payload))
    assert metrics.offset_of(unit, "default", "r", "w") == 0
    assert names(unit) == []


def test_a_table_of_unequal_columns_is_refused(unit: Unit) -> None:
    with pytest.raises(InvalidArgument):
        metrics.ingest(unit, "default", "r", "w", 0, a_piece(b"[[1, 2], [3]]", Kind.TABLE))


def test_a_number_used_before_its_declaration_is_refused(unit: Unit) -> None:
    piece = encode_value(1, 0, NO_STEP, 1.0) + encode_series(1, 0, Series("late", "scalar"))
    with pytest.raises(InvalidArgument, match="before it declares it"):
        metrics.ingest(unit, "default", "r", "w", 0, piece)


def test_a_number_declared_as_two_series_is_refused(unit: Unit) -> None:
    first = encode_series(1, 0, Series("one", "scalar"))
    offset = metrics.ingest(unit, "default", "r", "w", 0, first)
    assert metrics.ingest(unit, "default", "r", "w", offset, first) == 2 * offset
    with pytest.raises(InvalidArgument, match="second time"):
        metrics.ingest(unit, "default", "r", "w", 2 * offset, encode_series(1, 0, Series("two", "scalar")))


@pytest.mark.parametrize(("writer", "offset"), [("", 0), ("../x", 0), ("w" * 65, 0), ("w", -1), ("w", 1 << 63)])
def test_strange_writers_and_offsets_are_refused(unit: Unit, writer: str, offset: int) -> None:
    with pytest.raises(InvalidArgument):
        metrics.ingest(unit, "default", "r", writer, offset, b"")


def test_a_run_of_another_workspace_is_not_found(unit: Unit) -> None:
    with pytest.raises(NotFound):
        metrics.ingest(unit, "other", "r", "w", 0, Journal("r", "w").body)


def test_a_piece_with_another_checksum_than_told_is_refused(unit: Unit) -> None:
    body = Journal("r", "w").body
    with pytest.raises(InvalidArgument, match="checksum"):
        metrics.ingest(unit, "default", "r", "w", 0, body, crc32=zlib.crc32(body) ^ 1)


@pytest.mark.parametrize(
    "name", ["a\0b", "\ud800", "<script>alert(1)</script>", "é" * 100, "", "../../etc", "a\nb", "% _"]
)
def test_strange_names_are_kept_as_far_as_a_database_can(unit: Unit, name: str) -> None:
    journal = Journal("r", "w")
    journal.log(name, 1.5)
    ingest(unit, journal)
    (found,) = names(unit)
    assert found == name.replace("\0", "\ufffd").replace("\ud800", "?")
    assert stored(unit, name) == [1.5]


def test_numbers_at_the_ends_of_what_there_is_come_back(unit: Unit) -> None:
    journal = Journal("r", "w")
    extremes: list[Cell] = [1e308, -1e308, 5e-324, -0.0, float("inf"), 2**63 - 1, -(2**63), 10**400, True, None]
    for value in extremes:
        journal.log("x", value, step=2**63 - 1)
    ingest(unit, journal)
    assert [repr(value) for value in stored(unit, "x")] == [repr(value) for value in extremes]
    (summary,) = values.summaries(unit, "default", ["r"])["r"]
    assert summary.columns[0].summary.count == 9


def test_a_metric_too_many_is_refused_and_those_before_it_stay(unit: Unit) -> None:
    small = replace(unit, settings=replace(unit.settings, limits=FEW))
    journal = Journal("r", "w")
    for number in range(20):
        journal.log(f"m{number}", number)
    end = ingest(small, journal)
    journal.log("one more", 1)
    with pytest.raises(TooLarge, match="21 series"):
        ingest(small, journal, end)
    assert names(unit) == [f"m{number}" for number in range(20)]
    assert ingest(unit, journal, end) == len(journal.body)


def test_more_metrics_than_usual_are_kept_and_the_run_is_told_once(unit: Unit) -> None:
    small = replace(unit, settings=replace(unit.settings, limits=FEW))
    journal = Journal("r", "w")
    end = 0
    for number in range(14):
        journal.log(f"m{number}", number)
        end = ingest(small, journal, end)
    (warning,) = runs.load(unit, "default", "r").warnings
    assert "more than 10 metrics" in warning["message"]
    assert len(names(unit)) == 14


def test_too_many_columns_and_too_long_names_are_refused(unit: Unit) -> None:
    small = replace(unit, settings=replace(unit.settings, limits=FEW))
    for series in (Series("x", "row", tuple("abcdef")), Series("x" * 101, "scalar"), Series("x", "row", ("y" * 101,))):
        with pytest.raises(TooLarge):
            metrics.ingest(small, "default", "r", "w", 0, encode_series(1, 0, series))


def test_a_piece_that_is_too_large_is_refused(unit: Unit) -> None:
    with pytest.raises(TooLarge):
        metrics.ingest(unit, "default", "r", "w", 0, bytes(unit.settings.limits.ingest_bytes + 32))


def test_a_table_of_three_hundred_thousand_rows_is_stored_and_paged(unit: Unit) -> None:
    journal = Journal("r", "w")
    journal.table("t", {"x": list(range(300_000)), "y": [0.5] * 300_000})
    ingest(unit, journal)
    page = values.table(unit, "default", "r", "t", offset=299_998, limit=10)
    assert (page.rows, page.total) == ([[299_998, 0.5], [299_999, 0.5]], 300_000)


def test_three_thousand_names_in_one_piece_are_stored(unit: Unit) -> None:
    journal = Journal("r", "w")
    for number in range(3_000):
        journal.log(f"m{number}", number)
    ingest(unit, journal)
    assert len(names(unit)) == 3_000


def test_a_series_that_is_a_row_and_a_value_keeps_both(unit: Unit) -> None:
    journal = Journal("r", "w")
    journal.row("x", {"a": 1})
    journal.log("x", 2.5)
    journal.row("x", {"b": "three"})
    ingest(unit, journal)
    assert [stored(unit, "x", column) for column in ("a", "", "b")] == [
        [1, None, None],
        [None, 2.5, None],
        [None, None, "three"],
    ]


def test_writers_at_the_same_time_share_transactions_and_each_gets_its_own_answer(unit: Unit) -> None:
    journals = [Journal("r", f"w{number}") for number in range(16)]
    for number, journal in enumerate(journals):
        journal.log("loss", number)
    bad = Journal("unknown", "w")
    together = Barrier(17)
    answers: dict[str, object] = {}

    def ship(journal: Journal) -> None:
        together.wait(timeout=60)
        try:
            answers[journal.writer_id] = ingest(unit, journal)
        except NotFound as error:
            answers[journal.writer_id] = error

    threads = [Thread(target=ship, args=(journal,)) for journal in (*journals, bad)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert isinstance(answers.pop("w"), NotFound)
    assert answers == {journal.writer_id: len(journal.body) for journal in journals}
    assert sorted(json.loads(json.dumps(stored(unit, "loss")))) == list(range(16))
