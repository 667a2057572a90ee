"""Builders and hypothesis strategies of cells, columns and points, for the tests of the metric store."""

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from runstead.domain.records import NO_STEP, Cell
from runstead.store.columns import Column, cells_of, column_of
from runstead.store.points import Points

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.one_of(
    st.floats(), st.integers(-5, 5), st.integers(), st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf])
)
CELLS = st.one_of(NUMBERS, st.booleans(), st.none(), WORDS)
CELL_LISTS = st.one_of(
    st.lists(CELLS, max_size=40),
    st.lists(st.floats(), max_size=40),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1), max_size=40),
    st.lists(st.floats(-10, 10).map(lambda value: round(value, 3)), max_size=40),
    st.lists(st.booleans(), max_size=40),
    st.lists(WORDS, max_size=40),
)
STEPS = st.one_of(st.just(NO_STEP), st.integers(0, 100), st.integers(-(1 << 62), 1 << 62))


def identical(one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """The same values of the same types; NaN equals NaN, and 0.0 is not −0.0."""
    return [(type(cell), repr(cell)) for cell in one] == [(type(cell), repr(cell)) for cell in other]


def some_points(cells: Sequence[Cell], *, start: int = 0, name: str = "") -> Points:
    """Points a millisecond and a step apart."""
    places = np.arange(start, start + len(cells), dtype=np.int64)
    return Points(1_700_000_000_000_000 + places * 1000, places, {name: column_of(cells)})


def values_of(points: Points, name: str = "") -> list[Cell]:
    """The cells of one column."""
    return cells_of(points.columns[name])


def a_float_column(values: Sequence[float]) -> Column:
    """A column of floats."""
    return column_of([float(value) for value in values]) if values else column_of([])
