"""Columns in memory and their codec: every value comes back, of the same type, bit for bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain.records import Cell, Kind
from runstead.store.chunks import decode_chunk, encode_chunk
from runstead.store.codecs import decode_words, encode_words
from runstead.store.columns import Column, cells_of, column_of, concatenated, floats_of, mask_of, part, type_of
from runstead.store.points import Points, joined, sliced
from tests.store.point_builders import CELL_LISTS, STEPS, identical, some_points, values_of

WORDS = st.one_of(
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=300),
    st.lists(st.integers(-300, 300), max_size=300),
    st.builds(
        lambda start, step, n: [start + step * i for i in range(n)],
        *[st.integers(-(10**9), 10**9)] * 2,
        st.integers(0, 300),
    ),
)


@given(CELL_LISTS)
def test_cells_come_back_from_a_column_as_they_were(cells: list[Cell]) -> None:
    assert identical(cells_of(column_of(cells)), cells)


@given(st.lists(CELL_LISTS, max_size=4), st.integers(0, 60), st.integers(0, 60))
def test_columns_join_and_split_like_lists(lists: list[list[Cell]], start: int, end: int) -> None:
    flat = [cell for cells in lists for cell in cells]
    column = concatenated([column_of(cells) for cells in lists])
    assert identical(cells_of(column), flat)
    assert identical(cells_of(part(column, slice(start, end))), flat[start:end])


@given(WORDS)
def test_words_come_back_from_their_encoding(words: list[int]) -> None:
    array = np.array(words, np.int64)
    assert decode_words(memoryview(encode_words(array)), len(words)).tolist() == words


@given(st.lists(st.floats(), max_size=300), st.integers(0, 6))
def test_floats_come_back_bit_for_bit(values: list[float], decimals: int) -> None:
    for floats in (
        np.array(values, np.float64),
        np.round(np.clip(np.nan_to_num(np.array(values, np.float64)), -1e9, 1e9), decimals),
    ):
        words = floats.view(np.int64)
        assert decode_words(memoryview(encode_words(words, floats=True)), len(values)).tolist() == words.tolist()


def test_a_ramp_that_overflows_comes_back() -> None:
    words = np.array([(1 << 63) - 2, -(1 << 63), -(1 << 63) + 2], np.int64)
    assert decode_words(memoryview(encode_words(words)), 3).tolist() == words.tolist()


@given(CELL_LISTS, CELL_LISTS, st.data())
def test_a_chunk_gives_back_its_points(one: list[Cell], other: list[Cell], data: st.DataObject) -> None:
    count = min(len(one), len(other))
    steps = np.array(data.draw(st.lists(STEPS, min_size=count, max_size=count)), np.int64)
    times = np.array(data.draw(st.lists(st.integers(0, 1 << 60), min_size=count, max_size=count)), np.int64)
    points = Points(times, steps, {"a": column_of(one[:count]), "b": column_of(other[:count])})
    found = decode_chunk(encode_chunk(points, ["a", "b"]), ["a", "b", "later"])
    assert found.times_us.tolist() == times.tolist()
    assert found.steps.tolist() == steps.tolist()
    assert identical(values_of(found, "a"), one[:count])
    assert identical(values_of(found, "b"), other[:count])
    assert values_of(found, "later") == [None] * count
    assert list(decode_chunk(encode_chunk(points, ["a", "b"]), ["a", "b"], wanted=["b"]).columns) == ["b"]


def test_joining_points_pads_the_columns_that_a_piece_does_not_have() -> None:
    points = joined([some_points([1.0], name="x"), some_points(["a", "b"], name="y")])
    assert values_of(points, "x") == [1.0, None, None]
    assert values_of(sliced(points, 1, 3), "y") == ["a", "b"]


def test_integers_and_floats_together_are_a_float_column_and_stay_what_they_are() -> None:
    column = column_of([1, 2.5, 10**30, None])
    assert type_of(mask_of(column.kinds)) == "float"
    assert floats_of(column)[:3].tolist() == [1.0, 2.5, 1e30]
    assert cells_of(column) == [1, 2.5, 10**30, None]


def test_a_noisy_float_series_takes_less_than_nine_bytes_a_point() -> None:
    rng = np.random.default_rng(1)
    count = 16_384
    times = 1_700_000_000_000_000 + np.cumsum(rng.gamma(4, 250, count)).astype(np.int64)
    values = Column(np.full(count, Kind.FLOAT, np.uint8), rng.normal(size=count).view(np.int64))
    chunk = encode_chunk(Points(times, np.arange(count), {"": values}), [""])
    assert len(chunk) / count < 9
