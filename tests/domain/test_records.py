"""The codec against itself, against damage and against the values that other formats lose."""

import math
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain import records
from runstead.domain.errors import TooLarge
from runstead.domain.records import NO_STEP, BrokenRecord, Cell, Kind, Opening, Series

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CELLS: st.SearchStrategy[Cell] = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
OPENING = Opening(run_id="r", writer_id="0" * 32, workspace="default", created_us=1)


def bits(value: object) -> object:
    """Values that differ for == but not to a user: NaN by its bits, bool apart from int."""
    if isinstance(value, float):
        return ("float", struct.pack("<d", value))
    if isinstance(value, list):
        return [bits(item) for item in value]
    return (type(value), value)


@given(number=st.integers(1, (1 << 24) - 1), time_us=INT64, step=INT64, value=CELLS)
def test_a_value_comes_back_as_it_went_in(number: int, time_us: int, step: int, value: Cell) -> None:
    encoded = records.encode_value(number, time_us, step, value)
    [record] = records.decode(encoded)
    assert (record.number, record.time_us, record.end) == (number, time_us, len(encoded))
    assert record.step == (None if step == NO_STEP else step)
    assert bits(record.value) == bits(value)
    assert len(encoded) % 32 == 0


@given(payload=INT64)
def test_every_bit_of_a_float_is_kept(payload: int) -> None:
    value = struct.unpack("<d", struct.pack("<q", payload))[0]
    encoded = records.encode_float(records.head_of(Kind.FLOAT, 1), 0, NO_STEP, value)
    [record] = records.decode(encoded)
    assert struct.pack("<d", record.value) == struct.pack("<d", value)


@given(cells=st.lists(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS, max_size=20))
def test_rows_and_tables_keep_the_type_of_each_cell(cells: list[Cell]) -> None:
    encoded = records.encode_row(3, 5, cells) + records.encode_table(4, 6, [cells, cells])
    row, table = records.decode(encoded)
    assert (row.kind, bits(row.value)) == (Kind.ROW, bits(cells))
    assert (table.kind, bits(table.value)) == (Kind.TABLE, bits([cells, cells]))


def test_a_row_keeps_nan_and_infinities() -> None:
    [row] = records.decode(records.encode_row(1, 0, [math.nan, math.inf, -math.inf]))
    assert math.isnan(row.value[0])
    assert row.value[1:] == [math.inf, -math.inf]


def test_openings_and_declarations_come_back() -> None:
    series = Series(name="loss/größe", kind="row", columns=("x", "y"), description="d")
    encoded = records.encode_opening(OPENING) + records.encode_series(7, 2, series)
    assert [r.value for r in records.decode(encoded)] == [OPENING, series]


def test_the_bytes_of_a_float_are_those_of_the_specification() -> None:
    encoded = records.encode_float(records.head_of(Kind.FLOAT, 2), 3, 4, 1.5)
    body = (
        (0x201).to_bytes(4, "little") + (3).to_bytes(8, "little") + (4).to_bytes(8, "little") + struct.pack("<d", 1.5)
    )
    assert encoded == zlib.crc32(body).to_bytes(4, "little") + body


def read_what_is_good(encoded: bytearray) -> tuple[list[records.Record], int]:
    seen: list[records.Record] = []
    try:
        seen.extend(records.decode(encoded))
    except BrokenRecord as error:
        return seen, error.offset
    return seen, 0


@given(values=st.lists(CELLS, min_size=1, max_size=8), bit=st.integers(min_value=0))
def test_a_flipped_bit_is_found(values: list[Cell], bit: int) -> None:
    encoded = bytearray(b"".join(records.encode_value(1, 9, i, v) for i, v in enumerate(values)))
    whole = list(records.decode(encoded))
    position = bit % (len(encoded) * 8)
    encoded[position // 8] ^= 1 << (position % 8)
    seen, broken_at = read_what_is_good(encoded)
    assert broken_at <= position // 8
    # Padding is not covered by the checksum: a flip there changes nothing that is read.
    assert [bits(r.value) for r in seen] == [bits(r.value) for r in whole[: len(seen)]]


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"[1", Kind.ROW),
        (b"[[1],[1,2]]", Kind.TABLE),
        (b"\xff", Kind.TEXT),
        (b"{}", Kind.OPEN),
        (b"[" * 100_000, Kind.ROW),
    ],
)
def test_content_that_makes_no_sense_is_a_broken_record(payload: bytes, kind: Kind) -> None:
    with pytest.raises(BrokenRecord, match="its content is not"):
        list(records.decode(records.encode_payload(records.head_of(kind, 0), 0, NO_STEP, payload)))


def test_a_record_that_is_too_long_is_refused_on_both_sides() -> None:
    with pytest.raises(TooLarge, match="too long"):
        records.encode_value(1, 0, NO_STEP, "x" * (records.MAX_PAYLOAD_BYTES + 1))
    longest = bytearray(records.encode_value(1, 0, NO_STEP, "x" * records.MAX_PAYLOAD_BYTES))
    assert len(list(records.decode(longest))) == 1
    longest[24:32] = (1 << 63).to_bytes(8, "little")
    with pytest.raises(BrokenRecord, match="runs over the end"):
        list(records.decode(longest))
