"""Journal pieces as arrays agree with the plain codec of the domain, record by record."""

import zlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain import records as plain
from runstead.domain.errors import InvalidArgument
from runstead.domain.records import NO_STEP, Cell, Kind
from runstead.store import records
from runstead.store.points import Declared, split
from tests.store.point_builders import CELLS, STEPS, identical, values_of


def a_piece(values: list[tuple[int, int, Cell]]) -> bytes:
    return b"".join(plain.encode_value(number, 1000 + i, step, cell) for i, (number, step, cell) in enumerate(values))


@given(st.lists(st.tuples(st.integers(1, 3), STEPS, CELLS), max_size=50))
def test_every_record_is_found_where_the_domain_finds_it(values: list[tuple[int, int, Cell]]) -> None:
    body = a_piece(values)
    found = records.records_of(body)
    records.check(found)
    expected = list(plain.decode(body))
    assert found.offsets.tolist() == [record.offset for record in expected]
    assert found.kinds.tolist() == [record.kind for record in expected]
    assert found.numbers.tolist() == [record.number for record in expected]


@given(st.lists(st.tuples(st.integers(1, 3), STEPS, CELLS), max_size=50))
def test_the_points_of_each_series_are_its_values_in_order(values: list[tuple[int, int, Cell]]) -> None:
    found = split(records.records_of(a_piece(values)), {n: Declared(10 * n, [""]) for n in (1, 2, 3)})
    assert set(found) == {10 * number for number, _, _ in values}
    for key, points in found.items():
        expected = [(step, cell) for number, step, cell in values if 10 * number == key]
        assert points.steps.tolist() == [step for step, _ in expected]
        assert identical(values_of(points), [cell for _, cell in expected])


def test_rows_tables_and_values_of_one_series_keep_their_order() -> None:
    body = (
        plain.encode_row(1, 10, [1, "a"])
        + plain.encode_table(1, 20, [[2, 3], ["b", None]])
        + plain.encode_value(1, 30, NO_STEP, 7.5)
        + plain.encode_row(1, 40, [4.5, True])
    )
    points = split(records.records_of(body), {1: Declared(5, ["x", "y"])})[5]
    assert values_of(points, "x") == [1, 2, 3, None, 4.5]
    assert values_of(points, "y") == ["a", "b", None, None, True]
    assert values_of(points, "") == [None, None, None, 7.5, None]
    assert points.times_us.tolist() == [10, 20, 20, 30, 40]


def test_a_series_that_was_declared_again_with_more_columns_goes_on() -> None:
    body = plain.encode_row(1, 10, [1]) + plain.encode_row(2, 20, [2, "b"]) + plain.encode_row(1, 30, [3])
    points = split(records.records_of(body), {1: Declared(5, ["x"]), 2: Declared(5, ["x", "y"])})[5]
    assert values_of(points, "x") == [1, 2, 3]
    assert values_of(points, "y") == [None, "b", None]


def test_a_row_with_another_number_of_cells_than_declared_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="3 cells"):
        split(records.records_of(plain.encode_row(1, 10, [1, 2, 3])), {1: Declared(1, ["x", "y"])})


def test_a_number_that_was_never_declared_is_refused() -> None:
    for known in ({}, {1: Declared(1, [""])}, {3: Declared(1, [""])}):
        with pytest.raises(InvalidArgument, match="number 2"):
            split(records.records_of(plain.encode_value(2, 10, 0, 1.0)), known)


def test_a_changed_bit_anywhere_is_noticed() -> None:
    body = a_piece([(1, 5, 0.25), (2, NO_STEP, "text that is longer than one slot of the file"), (1, 6, 7)])
    padding = set(range(*next((r.offset + 32 + 45, r.end) for r in plain.decode(body) if r.kind == Kind.TEXT)))
    for place in set(range(len(body))) - padding:
        damaged = bytearray(body)
        damaged[place] ^= 0x10
        with pytest.raises(InvalidArgument):
            records.check(records.records_of(bytes(damaged)))


@pytest.mark.parametrize("kind", [k for k in range(256) if k not in set(Kind)])
def test_a_kind_that_does_not_exist_is_refused(kind: int) -> None:
    slot = bytearray(plain.encode_value(1, 0, 0, 1.0))
    slot[4] = kind
    slot[:4] = zlib.crc32(slot[4:]).to_bytes(4, "little")
    with pytest.raises(InvalidArgument):
        records.check(records.records_of(bytes(slot)))


def test_an_end_slot_within_a_piece_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        records.check(records.records_of(a_piece([(1, 0, 1.0)]) + bytes(32)))


def test_a_cut_piece_is_refused_or_ends_with_a_record() -> None:
    body = a_piece([(1, 0, 1.0), (1, 1, "x" * 100), (1, 2, 3)])
    ends = {0, *(record.end for record in plain.decode(body))}
    for length in range(len(body)):
        if length in ends:
            records.check(records.records_of(body[:length]))
        else:
            with pytest.raises(InvalidArgument):
                records.check(records.records_of(body[:length]))


def test_checksums_of_many_slots_are_those_of_zlib() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (500, 32), np.uint8)
    slots = np.frombuffer(noise.tobytes(), records.SLOT)
    ends = list(range(0, 500 * 32 + 1, 32))
    expected = [zlib.crc32(noise.tobytes()[a + 4 : b]) for a, b in pairwise(ends)]
    assert records.slot_checksums(slots).tolist() == expected
