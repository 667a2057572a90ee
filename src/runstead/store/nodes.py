"""Nodes of the pyramid: what a bucket of points looks like from afar. Pure. docs/notes/charts.md has the promises."""

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from runstead.domain.records import NO_STEP
from runstead.store.columns import Column, Flags, Words, floats_of, is_number

BUCKET_POINTS = 128  # of a node of level 0 (why: charts.md); a node of the next level is made of FAN
FAN = 4
BLOCK_NODES = 256  # in one row of the database
POINT = np.dtype([("value", "<f8"), ("at", "<i8"), ("time_us", "<i8"), ("step", "<i8")])
NODE = np.dtype(
    [
        ("numbers", "<i8"),
        ("nans", "<i8"),
        ("stepless", "<i8"),
        ("total", "<f8"),
        ("low_us", "<i8"),
        ("high_us", "<i8"),
        ("low_step", "<i8"),
        ("high_step", "<i8"),
        ("first", POINT),
        ("last", POINT),
        ("min", POINT),
        ("max", POINT),
    ]
)
Nodes: TypeAlias = NDArray[np.void]
FIELDS = NODE.itemsize // 8
MARKS = ("first", "last", "min", "max")
MAX = np.iinfo(np.int64).max


def size_of(level: int) -> int:
    """Points in one node of this level."""
    return int(BUCKET_POINTS * FAN**level)


def nodes_of(times_us: Words, steps: Words, column: Column, *, start: int, size: int = BUCKET_POINTS) -> Nodes:
    """The nodes of the points from index `start` on, `size` points each; their number is a multiple of it.

    `numbers` counts cells that are numbers and not NaN, and first, last, min and max are of those; `at` is the index of
    the point in its series. `stepless` counts the numbers and NaN without a step. Low and high are of numbers and NaN.
    """
    shape = (len(column) // size, size)
    values = floats_of(column)
    present = is_number(column.kinds)
    good = (present & ~np.isnan(values)).reshape(shape)
    present = present.reshape(shape)
    nodes = np.zeros(shape[0], NODE)
    nodes["numbers"] = good.sum(axis=1)
    nodes["nans"] = present.sum(axis=1) - nodes["numbers"]
    stepless = (steps == NO_STEP).reshape(shape)
    nodes["stepless"] = (stepless & present).sum(axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        nodes["total"] = np.where(good, values.reshape(shape), 0.0).sum(axis=1)
    _set_extents(nodes, times_us.reshape(shape), steps.reshape(shape), present, present & ~stepless)
    grid = values.reshape(shape)
    for name, place in {
        "first": good.argmax(axis=1),
        "last": size - 1 - good[:, ::-1].argmax(axis=1),
        "min": _place_of(np.where(good, grid, np.inf), good, least=True),
        "max": _place_of(np.where(good, grid, -np.inf), good, least=False),
    }.items():
        chosen = np.arange(shape[0]) * size + place
        mark = nodes[name]
        mark["value"] = np.where(nodes["numbers"] > 0, values[chosen], np.nan)
        mark["at"] = start + chosen
        mark["time_us"] = times_us[chosen]
        mark["step"] = steps[chosen]
    return nodes


def folded(nodes: Nodes) -> Nodes:
    """The nodes of the next level; their number here is a multiple of FAN."""
    groups = nodes.reshape(-1, FAN)
    rows = np.arange(len(groups))
    above = np.zeros(len(groups), NODE)
    for name in ("numbers", "nans", "stepless", "total"):
        with np.errstate(invalid="ignore", over="ignore"):
            above[name] = groups[name].sum(axis=1)
    full = groups["numbers"] + groups["nans"] > 0
    stepped = groups["low_step"] != NO_STEP
    above["low_us"] = np.where(full, groups["low_us"], MAX).min(axis=1)
    above["high_us"] = np.where(full, groups["high_us"], -MAX).max(axis=1)
    above["low_step"] = np.where(stepped, groups["low_step"], MAX).min(axis=1)
    above["high_step"] = groups["high_step"].max(axis=1)
    above["low_step"][~stepped.any(axis=1)] = NO_STEP
    above["low_us"][~full.any(axis=1)] = 0
    above["high_us"][~full.any(axis=1)] = 0
    some = groups["numbers"] > 0
    for name, place in {
        "first": some.argmax(axis=1),
        "last": FAN - 1 - some[:, ::-1].argmax(axis=1),
        "min": _place_of(np.where(some, groups["min"]["value"], np.inf), some, least=True),
        "max": _place_of(np.where(some, groups["max"]["value"], -np.inf), some, least=False),
    }.items():
        above[name] = groups[name][rows, place]
    return above


def encode_nodes(nodes: Nodes, *, level: int, start: int) -> bytes:
    """A block of consecutive nodes of one level, the first of which begins at point `start`."""
    flat = nodes.copy()
    _relate(flat, level=level, start=start, sign=-1)
    words = flat.view("<i8").reshape(len(nodes), FIELDS)
    planes = words.view(np.uint8).reshape(len(nodes), FIELDS * 8).T
    return zlib.compress(planes.tobytes(), 3)


def decode_nodes(document: bytes, *, level: int, start: int) -> Nodes:
    """The nodes that were encoded."""
    planes = np.frombuffer(zlib.decompress(document), np.uint8).reshape(FIELDS * 8, -1)
    nodes = np.array(planes.T, order="C").view(NODE).reshape(-1)  # a copy: frombuffer is read-only
    _relate(nodes, level=level, start=start, sign=1)
    return nodes


def _set_extents(
    nodes: Nodes, times_us: Words, steps: Words, present: NDArray[np.bool_], stepped: NDArray[np.bool_]
) -> None:
    none = ~present.any(axis=1)
    nodes["low_us"] = np.where(present, times_us, MAX).min(axis=1)
    nodes["high_us"] = np.where(present, times_us, -MAX).max(axis=1)
    nodes["low_us"][none] = nodes["high_us"][none] = 0
    nodes["low_step"] = np.where(stepped, steps, MAX).min(axis=1)
    nodes["high_step"] = np.where(stepped, steps, NO_STEP).max(axis=1)
    nodes["low_step"][~stepped.any(axis=1)] = NO_STEP


def _place_of(values: NDArray[np.float64], good: Flags, *, least: bool) -> Words:
    """Where each row's extreme is; infinite extremes tie with the masked cells, of which none is to be chosen."""
    place: Words = values.argmin(axis=1) if least else values.argmax(axis=1)
    return np.where(good[np.arange(len(good)), place], place, good.argmax(axis=1)).astype(np.int64)


def _relate(nodes: Nodes, *, level: int, start: int, sign: int) -> None:
    """Make fields relative to their neighbours (sign −1), so that they pack well, or absolute again (1)."""
    begins = start + np.arange(len(nodes)) * size_of(level)
    if sign > 0:
        nodes["low_us"] = np.cumsum(nodes["low_us"])
        nodes["low_step"] = np.cumsum(nodes["low_step"])
    for mark in MARKS:
        nodes[mark]["at"] += sign * begins
        nodes[mark]["time_us"] += sign * nodes["low_us"]
        nodes[mark]["step"] += sign * nodes["low_step"]
    nodes["high_us"] += sign * nodes["low_us"]
    nodes["high_step"] += sign * nodes["low_step"]
    if sign < 0:
        nodes["low_us"][1:] = np.diff(nodes["low_us"])
        nodes["low_step"][1:] = np.diff(nodes["low_step"])
