"""Summaries: segment by segment and piece by piece they say what a plain loop over all cells says."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain.records import NO_STEP, Cell
from runstead.store.columns import column_of
from runstead.store.summaries import (
    EMPTY,
    NOWHERE,
    Extent,
    Mark,
    Summary,
    added,
    extended,
    extents_of,
    mean_of,
    summaries_of,
)
from tests.store.point_builders import CELLS, STEPS

Row = tuple[Cell, int]
ROWS = st.lists(st.tuples(CELLS, STEPS), min_size=1, max_size=20)


def summarised(pieces: list[list[Row]]) -> tuple[list[Summary], list[Extent]]:
    rows = [row for piece in pieces for row in piece]
    starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    times, steps = np.arange(len(rows)), np.array([step for _, step in rows], np.int64)
    column = column_of([cell for cell, _ in rows])
    return summaries_of(column, times, steps, starts), extents_of(times, steps, starts)


def is_good(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not (isinstance(cell, float) and math.isnan(cell))


def shown(mark: Mark | None) -> tuple[str, int, int] | None:
    return None if mark is None else (repr(mark.value), mark.time_us, mark.step)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_pieces_added_up_say_what_a_loop_over_all_cells_says(pieces: list[list[Row]]) -> None:
    whole = EMPTY
    for summary in summarised(pieces)[0]:
        whole = added(whole, summary)
    marks = [Mark(cell, at, step) for at, (cell, step) in enumerate(row for piece in pieces for row in piece)]
    solid = [mark for mark in marks if mark.value is not None]
    good = [mark for mark in marks if is_good(mark.value)]
    assert whole.count == len(solid)
    assert whole.numbers == len(good)
    assert whole.nans == sum(isinstance(m.value, float) and math.isnan(m.value) for m in marks)
    assert shown(whole.first) == (shown(solid[0]) if solid else None)
    assert shown(whole.last) == (shown(solid[-1]) if solid else None)
    key = lambda mark: mark.value  # noqa: E731  # one line, used twice
    assert shown(whole.min) == (shown(min(good, key=key)) if good else None)
    assert shown(whole.max) == (shown(max(good, key=key)) if good else None)


@given(st.lists(st.lists(st.floats(-1e308, 1e308), min_size=1), min_size=1, max_size=5))
def test_the_mean_is_exact_to_the_last_digits_and_never_overflows(pieces: list[list[float]]) -> None:
    whole = EMPTY
    for summary in summarised([[(value, NO_STEP) for value in piece] for piece in pieces])[0]:
        whole = added(whole, summary)
    values = [Fraction(value) for piece in pieces for value in piece]
    exact = sum(values, Fraction(0)) / len(values)
    found = mean_of(whole)
    assert found is not None
    largest = max(float(abs(value)) for value in values)
    assert abs(Fraction(found) - exact) <= Fraction(1e-14) * Fraction(largest) + Fraction(1e-290)


@given(st.lists(ROWS, min_size=1, max_size=5))
def test_extents_added_up_hold_all_points(pieces: list[list[Row]]) -> None:
    whole = NOWHERE
    for extent in summarised(pieces)[1]:
        whole = extended(whole, extent)
    steps = [step for piece in pieces for _, step in piece]
    given_steps = [step for step in steps if step != NO_STEP]
    low, high = (min(given_steps), max(given_steps)) if given_steps else (NO_STEP, NO_STEP)
    assert whole == (len(steps), 0, len(steps) - 1, low, high)


def test_the_least_of_integers_that_float64_cannot_tell_apart_is_exact() -> None:
    ((summary,), _) = summarised([[(cell, 0) for cell in (2**53 + 2, 2**53 + 1, 2**53, 10**40, 10**40 - 1)]])
    assert summary.min is not None
    assert summary.max is not None
    assert (summary.min.value, summary.max.value) == (2**53, 10**40)
    ((summary,), _) = summarised([[(cell, 0) for cell in (10**400, 10**401, 1)]])
    assert summary.max is not None
    assert summary.max.value == 10**401
    ((summary,), _) = summarised([[(cell, 0) for cell in (2**53 + 1, 2**53, 2**53 + 1)]])
    assert summary.max is not None
    assert (summary.max.value, summary.max.time_us) == (2**53 + 1, 0)
