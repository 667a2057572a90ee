"""The columns document: what is written is read back, and what is cut is refused."""

import json
import struct
import time
from array import array
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain.columns import ColumnBytes, SeriesBytes, decode_columns, encode_columns
from runstead.domain.errors import InvalidArgument
from runstead.domain.records import Cell, Kind

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
CELLS = st.one_of(st.floats(allow_nan=False), st.integers(), st.booleans(), st.none(), WORDS)


def a_mixed_column(cells: list[Cell]) -> ColumnBytes:
    kinds, bits, texts = bytearray(), bytearray(), []
    for cell in cells:
        if isinstance(cell, bool):
            kind, eight = Kind.BOOL, struct.pack("<q", cell)
        elif cell is None:
            kind, eight = Kind.NONE, bytes(8)
        elif isinstance(cell, float):
            kind, eight = Kind.FLOAT, struct.pack("<d", cell)
        elif isinstance(cell, str):
            kind, eight = Kind.TEXT, bytes(8)
            texts.append(cell)
        elif -(1 << 63) <= cell < 1 << 63:
            kind, eight = Kind.INT, struct.pack("<q", cell)
        else:
            kind, eight = Kind.BIGINT, bytes(8)
            texts.append(str(cell))
        kinds.append(kind)
        bits += eight
    return ColumnBytes("", "mixed", [kinds, bits, json.dumps(texts).encode()])


def a_document(*series: SeriesBytes) -> bytes:
    return b"".join(encode_columns(series))


@given(st.lists(CELLS), WORDS)
def test_a_mixed_column_comes_back_with_every_value_and_its_type(cells: list[Cell], name: str) -> None:
    (found,) = decode_columns(a_document(SeriesBytes(name, "scalar", len(cells), [a_mixed_column(cells)])))
    assert found.name == name
    assert found.columns[""] == cells
    assert [type(cell) for cell in found.columns[""]] == [type(cell) for cell in cells]


@given(st.lists(st.tuples(st.floats(), st.integers(-(1 << 63), (1 << 63) - 1), st.booleans(), st.text("aé☃\n\0"))))
def test_uniform_columns_of_one_series_come_back_side_by_side(rows: list[tuple[float, int, bool, str]]) -> None:
    floats, ints = [row[0] for row in rows], [row[1] for row in rows]
    flags, texts = [row[2] for row in rows], [row[3] for row in rows]
    columns = [
        ColumnBytes("f", "float", [array("d", floats).tobytes()]),
        ColumnBytes("i", "int", [array("q", ints).tobytes()]),
        ColumnBytes("b", "bool", [bytes(flags)]),
        ColumnBytes("t", "text", [json.dumps(texts).encode()]),
        ColumnBytes("n", "none", []),
    ]
    times = array("q", range(len(rows))).tobytes()
    (found,) = decode_columns(a_document(SeriesBytes("r", "row", len(rows), columns, times, times)))
    assert array("d", cast(list[float], found.columns["f"])).tobytes() == array("d", floats).tobytes()
    assert [found.columns[name] for name in "ibt"] == [ints, flags, texts]
    assert found.columns["n"] == [None] * len(rows)
    assert (found.times_us or []) == (found.steps or []) == list(range(len(rows)))


def test_a_step_that_was_not_given_is_none() -> None:
    steps = array("q", [-(1 << 63), 7]).tobytes()
    (found,) = decode_columns(a_document(SeriesBytes("a", "scalar", 2, [ColumnBytes("", "none", [])], steps, steps)))
    assert found.steps == [None, 7]


def test_a_cut_document_is_refused_at_every_length() -> None:
    whole = a_document(SeriesBytes("a", "scalar", 3, [ColumnBytes("", "float", [array("d", [1, 2, 3]).tobytes()])]))
    for length in range(len(whole)):
        with pytest.raises(InvalidArgument):
            decode_columns(whole[:length])


def test_a_million_floats_are_read_in_a_blink() -> None:
    count = 1_000_000
    values = array("d", range(count)).tobytes()
    document = a_document(SeriesBytes("loss", "scalar", count, [ColumnBytes("", "float", [values])]))
    started = time.perf_counter()
    (found,) = decode_columns(document)
    assert time.perf_counter() - started < 10  # 20 ms on an idle core; the machines of CI are shared
    assert found.columns[""][-1] == count - 1
