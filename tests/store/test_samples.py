"""The formats of chunks and nodes for ever: samples of each released version are read, also by a plain reader.

`python -m tests.store.test_samples` writes the samples of a new version; those of released ones are never changed.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runstead.domain.records import NO_STEP, Cell
from runstead.store.chunks import check_chunk, decode_chunk, encode_chunk
from runstead.store.codecs import Mode
from runstead.store.columns import Words, cells_of, column_of
from runstead.store.nodes import FAN, Nodes, decode_nodes, encode_nodes, folded, nodes_of
from runstead.store.points import Points
from tests.store.readers import FIELDS, FLOATS, Reader, read_nodes

SAMPLES = Path(__file__).parent / "samples"
VERSIONS = sorted(path.name for path in SAMPLES.glob("v*.json"))
EVERYTHING = {
    *(mode.name.lower() for mode in Mode),
    *("const plane", "raw plane", "deflated plane", "mixed kinds"),
    *(f"kind {kind}" for kind in (1, 2, 3, 4, 16, 17)),
}
LATER = "added later"  # a column that the series got after the chunk was written
START_US = 1_700_000_000_000_000
Sample = dict[str, Any]  # Any: JSON


@pytest.mark.parametrize("version", VERSIONS)
def test_sample_chunks_are_read_as_ever(version: str) -> None:
    for sample in read(version)["chunks"]:
        body = bytes.fromhex(sample["body"])
        assert check_chunk(body) == len(sample["times_us"])
        points = decode_chunk(body, [*sample["columns"], LATER])
        assert points.times_us.tolist() == sample["times_us"]
        assert points.steps.tolist() == sample["steps"]
        told = {name: [as_json(cell) for cell in cells_of(column)] for name, column in points.columns.items()}
        assert told == sample["columns"] | {LATER: [None] * len(points)}, sample["name"]


@pytest.mark.parametrize("version", VERSIONS)
def test_sample_nodes_are_read_as_ever(version: str) -> None:
    for sample in read(version)["nodes"]:
        where = {"level": sample["level"], "start": sample["start"], "count": len(sample["nodes"])}
        assert nodes_as_json(decode_nodes(bytes.fromhex(sample["body"]), **where)) == sample["nodes"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_reader_made_from_the_documentation_alone_reads_the_samples(version: str) -> None:
    reader = Reader()
    for sample in read(version)["chunks"]:
        told = reader.chunk(bytes.fromhex(sample["body"]))
        assert told == (sample["times_us"], sample["steps"], list(sample["columns"].values())), sample["name"]
    assert version != "v1.json" or reader.seen == EVERYTHING
    for sample in read(version)["nodes"]:
        where = {"level": sample["level"], "start": sample["start"], "count": len(sample["nodes"])}
        assert read_nodes(bytes.fromhex(sample["body"]), **where) == sample["nodes"]


def test_the_plain_reader_reads_what_is_written_today() -> None:
    assert "v1.json" in VERSIONS
    reader = Reader()
    for name, points in sample_points().items():
        told = reader.chunk(encode_chunk(points, list(points.columns)))
        assert told.columns == [[as_json(cell) for cell in cells_of(one)] for one in points.columns.values()], name
    assert reader.seen == EVERYTHING


def sample_points() -> dict[str, Points]:
    """By what they show; every way of packing occurs."""
    dice = np.random.default_rng(20)
    count = 160
    jitter = START_US + np.arange(count) * 1000 + dice.integers(0, 50, count)
    steps = np.arange(count)
    integers = [0, 1, -1, (1 << 63) - 1, -(1 << 63), 1 << 53, (1 << 53) + 1] * 2
    specials = [math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324, 1.7976931348623157e308, 0.1]
    mixed: list[Cell] = [0.5, 7, True, None, "a text", 1 << 70, False, "", -(10**30), math.nan, "ü€😀\0", 3]
    other: dict[str, list[Cell]] = {
        "bools": [turn % 3 == 0 for turn in range(12)],
        "nothing": [None] * 12,
        "texts": ["same", "other"] * 6,
        "huge": [(1 << 63) + turn for turn in range(12)],
        "mixed": mixed,
    }
    return {
        "noise": a_sample(jitter, steps, {"": dice.normal(size=count).tolist()}),
        "decimals": a_sample(jitter, steps * 10 + 3, {"": (dice.binomial(128, 0.9, count) / 128).tolist()}),
        "decimals of two places": a_sample(jitter, steps, {"": (dice.integers(0, 300, count) / 100).tolist()}),
        "specials": a_sample(START_US + np.arange(8), np.full(8, NO_STEP), {"": specials}),
        "integers": a_sample(START_US - np.arange(14) ** 3, np.arange(14) % 5, {"": integers}),
        "a walk": a_sample(jitter, dice.integers(0, 1000, count), {"": np.cumsum(dice.integers(0, 9, count)).tolist()}),
        "a row": a_sample(np.full(12, START_US), np.full(12, 4), other),
        "one point": a_sample(np.array([START_US]), np.array([0]), {"": [1.5]}),
    }


def a_sample(times_us: Words, steps: Words, columns: Mapping[str, Sequence[Cell]]) -> Points:
    as_columns = {name: column_of(cells) for name, cells in columns.items()}
    return Points(times_us.astype(np.int64), steps.astype(np.int64), as_columns)


def sample_nodes() -> dict[int, Nodes]:
    """By level: noise with NaN, an infinity, and a stretch without numbers or steps."""
    dice = np.random.default_rng(21)
    count = 128 * 12
    values: list[Cell] = dice.normal(size=count).tolist()
    values[200:240] = [math.nan] * 40
    values[300] = math.inf
    values[512:640] = [None] * 128
    steps = np.arange(count)
    steps[700:1100] = NO_STEP
    points = a_sample(START_US + np.cumsum(dice.integers(900, 1100, count)), steps, {"": values})
    lowest = nodes_of(points.times_us, points.steps, points.columns[""], start=0)
    return {0: lowest, 1: folded(lowest[: len(lowest) // FAN * FAN])}


def as_json(cell: Cell) -> object:
    """As the plain reader tells it."""
    if not isinstance(cell, float):
        return cell
    return {"float": cell.hex() if cell == cell else f"nan {np.float64(cell).view(np.uint64):016x}"}


def nodes_as_json(nodes: Nodes) -> list[dict[str, object]]:
    words = nodes.view(np.int64).reshape(len(nodes), -1).tolist()
    reals = nodes.view(np.float64).reshape(len(nodes), -1)
    return [
        {
            name: as_json(float(reals[row, place]))["float"] if name in FLOATS else words[row][place]  # type: ignore[index]  # told as a dict
            for place, name in enumerate(FIELDS)
        }
        for row in range(len(nodes))
    ]


def read(version: str) -> Sample:
    return json.loads((SAMPLES / version).read_text())  # type: ignore[no-any-return]  # an object, as written


def write_samples(path: Path) -> None:
    chunks = [
        {
            "name": name,
            "times_us": points.times_us.tolist(),
            "steps": points.steps.tolist(),
            "columns": {name: [as_json(cell) for cell in cells_of(one)] for name, one in points.columns.items()},
            "body": encode_chunk(points, list(points.columns)).hex(),
        }
        for name, points in sample_points().items()
    ]
    nodes = [
        {
            "level": level,
            "start": 0,
            "nodes": nodes_as_json(found),
            "body": encode_nodes(found, level=level, start=0).hex(),
        }
        for level, found in sample_nodes().items()
    ]
    path.write_text(json.dumps({"chunks": chunks, "nodes": nodes}, indent=None, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    write_samples(SAMPLES / "v1.json")
