"""Nodes of the pyramid: what a bucket of points looks like from afar. Pure. docs/notes/charts.md has the promises."""

import math
import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from runstead.domain.records import NO_STEP
from runstead.store.columns import Bytes, Column, Flags, Words, floats_of, is_number

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
PLANES = NODE.itemsize
SAME, RAW, DEFLATED = 0, 1, 2
NOISE = 0.85  # of the bits that a byte could have
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
    planes = np.ascontiguousarray(flat.view(np.uint8).reshape(len(nodes), PLANES).T)
    packing = np.array([_packing(plane) for plane in planes], np.uint8)
    same, raw, rest = (planes[packing == one] for one in (SAME, RAW, DEFLATED))
    packed: bytes = packing.tobytes() + same[:, 0].tobytes() + raw.tobytes() + zlib.compress(rest.tobytes(), 3)
    return packed


def decode_nodes(document: bytes, *, level: int, start: int, count: int) -> Nodes:
    """The `count` nodes that were encoded."""
    packing = np.frombuffer(document, np.uint8, PLANES)
    planes = np.empty((PLANES, count), np.uint8)
    raws = int((packing == RAW).sum())
    sames = int((packing == SAME).sum())
    planes[packing == SAME] = np.frombuffer(document, np.uint8, sames, PLANES)[:, None]
    planes[packing == RAW] = np.frombuffer(document, np.uint8, raws * count, PLANES + sames).reshape(raws, count)
    rest = zlib.decompress(memoryview(document)[PLANES + sames + raws * count :])
    planes[packing == DEFLATED] = np.frombuffer(rest, np.uint8).reshape(-1, count)
    nodes = np.ascontiguousarray(planes.T).view(NODE).reshape(-1)
    _relate(nodes, level=level, start=start, sign=1)
    return nodes


def _packing(plane: Bytes) -> int:
    """How one byte of one field of all nodes is kept: noise as it is, for inflating it is what takes longest."""
    if (plane == plane[0]).all():
        return SAME
    counts = np.bincount(plane)
    shares = counts[counts > 0] / plane.size
    return RAW if -(shares * np.log2(shares)).sum() > NOISE * min(8, math.log2(plane.size)) else DEFLATED


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
