"""Exports: what comes out as CSV and Parquet is what was logged."""

import csv
import io
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.runs import RunDraft
from runstead.service import compactions, exports, metrics, runs
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.workspaces import ensure_default
from tests.store.journals import Journal


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = opened(Settings(home=tmp_path))
    ensure_default(made)
    runs.create(made, "default", RunDraft("r", "e"))
    yield made
    made.close()


def ingest(unit: Unit, journal: Journal) -> None:
    metrics.ingest(unit, "default", "r", journal.writer_id, 0, journal.body)


def exported(unit: Unit, file_format: str, name: str | None = None) -> bytes:
    return b"".join(exports.export(unit, "default", "r", file_format, name).pieces)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_series_comes_out_as_csv_with_every_digit(unit: Unit) -> None:
    journal = Journal("r", "w")
    for step, value in enumerate([0.1, math.nan, math.inf, 2**70, None, True, 'say "x", y']):
        journal.log("m", value, step=step)
    ingest(unit, journal)
    rows = rows_of(exported(unit, "csv", "m"))
    assert [row["value"] for row in rows] == ["0.1", "NaN", "Infinity", str(2**70), "", "true", 'say "x", y']
    assert [row["step"] for row in rows] == list("0123456")
    assert rows[0]["time"] == "2023-11-14T22:13:20.001000+00:00"


def test_all_series_come_out_a_row_per_cell(unit: Unit) -> None:
    journal = Journal("r", "w")
    journal.log("loss", 1.5)
    journal.row("xy", {"x": 1, "y": None})
    ingest(unit, journal)
    found = [(row["metric"], row["column"], row["value"]) for row in rows_of(exported(unit, "csv"))]
    assert found == [("loss", "", "1.5"), ("xy", "x", "1")]


def test_parquet_keeps_types_nulls_and_nan_over_many_chunks(unit: Unit) -> None:
    journal = Journal("r", "w")
    journal.table("t", {"f": [0.5, math.nan, None] * 30_000, "i": [1, 2, 3] * 30_000, "s": ["a", None, "c"] * 30_000})
    ingest(unit, journal)
    with unit.read() as connection:
        key = runs.located(connection, "default", "r").key
    compactions.compact(unit, key)
    table = pq.read_table(io.BytesIO(exported(unit, "parquet", "t"))).to_pydict()
    assert table["index"] == list(range(90_000))
    assert table["step"] == [None] * 90_000
    assert (table["i"], table["s"]) == ([1, 2, 3] * 30_000, ["a", None, "c"] * 30_000)
    assert (table["f"][0], math.isnan(table["f"][1]), table["f"][2]) == (0.5, True, None)


def test_parquet_of_all_series_has_numbers_and_texts(unit: Unit) -> None:
    journal = Journal("r", "w")
    journal.log("loss", 1.5, step=3)
    journal.log("note", "hello")
    ingest(unit, journal)
    table = pq.read_table(io.BytesIO(exported(unit, "parquet"))).to_pydict()
    assert (table["metric"], table["value"], table["text"]) == (["loss", "note"], [1.5, None], [None, "hello"])
    assert table["step"] == [3, None]


def test_without_pyarrow_parquet_is_refused_with_the_way_out(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "runstead.service.parquets", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as if it were not installed
    with pytest.raises(InvalidArgument, match=r"runstead\[parquet\]"):
        exports.export(unit, "default", "r", "parquet")


def test_unknown_formats_and_metrics_are_refused(unit: Unit) -> None:
    with pytest.raises(InvalidArgument):
        exports.export(unit, "default", "r", "xlsx")
    with pytest.raises(NotFound):
        exports.export(unit, "default", "r", "csv", "nothing")
