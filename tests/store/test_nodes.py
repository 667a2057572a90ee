"""Nodes of the pyramid against brute force."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain.records import NO_STEP, Cell
from runstead.store.columns import column_of
from runstead.store.nodes import FAN, MARKS, NODE, Nodes, decode_nodes, encode_nodes, folded, nodes_of
from tests.store.point_builders import NUMBERS, STEPS

SIZE = 4
ROW = st.tuples(st.one_of(NUMBERS, st.none(), st.just("text")), STEPS, st.integers(0, 10**6))
BUCKETS = st.lists(st.lists(ROW, min_size=SIZE, max_size=SIZE), min_size=FAN, max_size=FAN).map(
    lambda buckets: [row for bucket in buckets for row in bucket]
)
Row = tuple[Cell, int, int]


def nodes_from(rows: list[Row], *, start: int = 0, size: int = SIZE) -> Nodes:
    times, steps = (np.array([row[place] for row in rows], np.int64) for place in (2, 1))
    return nodes_of(times, steps, column_of([row[0] for row in rows]), start=start, size=size)


def check_node(node: np.void, rows: list[Row], start: int) -> None:
    present = [(start + i, r) for i, r in enumerate(rows) if isinstance(r[0], int | float)]
    good = [(at, r) for at, r in present if not math.isnan(float(r[0] or 0))]
    stepped = [r[1] for _, r in present if r[1] != NO_STEP]
    assert node["numbers"] == len(good)
    assert node["nans"] == len(present) - len(good)
    assert node["stepless"] == len(present) - len(stepped)
    assert (node["low_step"], node["high_step"]) == (min(stepped, default=NO_STEP), max(stepped, default=NO_STEP))
    if present:
        assert (node["low_us"], node["high_us"]) == (min(r[2] for _, r in present), max(r[2] for _, r in present))
    if not good:
        return
    values = [float(r[0] or 0) for _, r in good]
    expected = {
        "first": good[0],
        "last": good[-1],
        "min": good[values.index(min(values))],
        "max": good[values.index(max(values))],
    }
    for mark in MARKS:
        at, row = expected[mark]
        assert (node[mark]["at"], node[mark]["step"], node[mark]["time_us"]) == (at, row[1], row[2])
        assert float(node[mark]["value"]) == float(row[0] or 0)


@given(BUCKETS, st.sampled_from([0, 1024]))
def test_nodes_and_those_above_say_what_a_loop_says(rows: list[Row], start: int) -> None:
    nodes = nodes_from(rows, start=start)
    for place, node in enumerate(nodes):
        check_node(node, rows[place * SIZE : (place + 1) * SIZE], start + place * SIZE)
    (above,) = folded(nodes)
    check_node(above, rows, start)


@given(BUCKETS)
def test_nodes_come_back_from_their_encoding(rows: list[Row]) -> None:
    nodes = nodes_from(rows)
    found = decode_nodes(encode_nodes(nodes, level=2, start=4096), level=2, start=4096, count=len(nodes))
    assert found.tobytes() == nodes.tobytes()
    assert found.dtype == NODE


def test_a_single_node_comes_back_too() -> None:
    nodes = nodes_from([(1.5, 0, 10), (2.5, 1, 20)], size=2)
    assert decode_nodes(encode_nodes(nodes, level=0, start=0), level=0, start=0, count=1).tobytes() == nodes.tobytes()
