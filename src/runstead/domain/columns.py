"""The columns document: whole series as raw little-endian arrays, the answer of `metrics/values` (columns.md)."""

import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import NO_STEP, Buffer, Cell, Kind

MEDIA_TYPE = "application/x-runstead-columns"
MAGIC = b"RSCOLS1\n"
PARTS_OF = {"float": 1, "int": 1, "bool": 1, "none": 0, "text": 1, "mixed": 3}
_FLOAT, _INT = (
    int(Kind.FLOAT),
    int(Kind.INT),
)  # an enumeration's member costs as much to compare as the rest of the loop


@dataclass(frozen=True)
class SeriesValues:
    """Everything logged under one name, in log order; all lists have the same length."""

    name: str
    kind: str
    columns: dict[str, list[Cell]]
    times_us: list[int] | None = None
    steps: list[int | None] | None = None
    run_id: str | None = None


class ColumnBytes(NamedTuple):
    """One column ready to be written: its type and the arrays that the type asks for."""

    name: str
    type: str
    parts: Sequence[Buffer]


@dataclass(frozen=True)
class SeriesBytes:
    """One series ready to be written. times_us and steps are n × int64, or empty when not asked for."""

    name: str
    kind: str
    count: int
    columns: Sequence[ColumnBytes]
    times_us: Buffer = b""
    steps: Buffer = b""
    run_id: str | None = None  # said where a document holds more than one run


def encode_columns(series: Iterable[SeriesBytes]) -> Iterator[Buffer]:
    """The document, piece by piece, ready to be sent or joined."""
    pieces: list[Buffer] = []
    end = 0

    def placed(part: Buffer) -> tuple[int, int]:
        nonlocal end
        start, size = end, len(part)
        padding = -size % 8
        pieces.append(part)
        pieces.append(bytes(padding))
        end = start + size + padding
        return start, size

    described = [
        {
            "name": one.name,
            "kind": one.kind,
            "count": one.count,
            "columns": [{"name": c.name, "type": c.type, "parts": [placed(p) for p in c.parts]} for c in one.columns],
            "times_us": placed(one.times_us) if one.times_us else None,
            "steps": placed(one.steps) if one.steps else None,
            **({} if one.run_id is None else {"run_id": one.run_id}),
        }
        for one in series
    ]
    header = json.dumps({"format": 1, "series": described}).encode()
    header += b" " * (-(len(MAGIC) + 8 + len(header)) % 8)
    yield MAGIC + len(header).to_bytes(8, "little") + header
    yield from pieces


def decode_columns(document: bytes) -> list[SeriesValues]:
    """Read a columns document back into lists.

    Raises InvalidArgument if it is cut or not such a document.
    """
    if document[: len(MAGIC)] != MAGIC:
        raise InvalidArgument(f"this is not a columns document: it begins with {document[:8]!r}, not {MAGIC!r}")
    start = len(MAGIC) + 8
    end = start + int.from_bytes(document[len(MAGIC) : start], "little")
    try:
        header = json.loads(document[start:end])
        data = memoryview(document)[end:]
        return [_series(one, data) for one in header["series"]]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InvalidArgument(f"the columns document of {len(document)} bytes is cut or damaged: {error}") from error


def _series(told: dict[str, Any], data: memoryview) -> SeriesValues:  # Any: JSON
    count = told["count"]
    columns = {c["name"]: _column(c["type"], [_part(p, data) for p in c["parts"]], count) for c in told["columns"]}
    times = _numbers("q", _part(told["times_us"], data), count) if told.get("times_us") else None
    steps = _numbers("q", _part(told["steps"], data), count) if told.get("steps") else None
    return SeriesValues(
        told["name"],
        told["kind"],
        columns,
        times,
        None if steps is None else [None if step == NO_STEP else step for step in steps],
        told.get("run_id"),
    )


def _part(place: Sequence[int], data: memoryview) -> memoryview:
    start, size = place
    part = data[start : start + size]
    if len(part) != size:
        raise ValueError(f"an array of {size} bytes at {start} runs over the end")
    return part


def _column(kind: str, parts: list[memoryview], count: int) -> list[Cell]:
    if len(parts) != PARTS_OF[kind]:
        raise ValueError(f"a column of type {kind} has {len(parts)} arrays")
    if kind == "none":
        return [None] * count
    if kind in ("float", "int"):
        return _numbers("d" if kind == "float" else "q", parts[0], count)
    cells: list[Cell]
    if kind == "bool":
        cells = list(map((False, True).__getitem__, parts[0]))
    elif kind == "text":
        cells = json.loads(bytes(parts[0]))
    else:
        cells = _mixed(parts, count)
    if len(cells) != count:
        raise ValueError(f"a column of type {kind} has {len(cells)} values, not {count}")
    return cells


def _numbers(code: str, part: memoryview, count: int) -> list[Any]:  # Any: int or float, as the code says
    numbers: array[Any] = array(code)
    numbers.frombytes(part)
    if sys.byteorder == "big":
        numbers.byteswap()
    if len(numbers) != count:
        raise ValueError(f"an array has {len(numbers)} numbers, not {count}")
    return numbers.tolist()


def _mixed(parts: list[memoryview], count: int) -> list[Cell]:
    kinds, bits, texts = parts
    spare = iter(json.loads(bytes(texts)))
    cells: list[Cell] = []
    for kind, whole, real in zip(kinds, _numbers("q", bits, count), _numbers("d", bits, count), strict=True):
        if kind == _FLOAT:
            cells.append(real)
        elif kind == _INT:
            cells.append(whole)
        elif kind == Kind.BOOL:
            cells.append(whole != 0)
        elif kind == Kind.TEXT:
            cells.append(next(spare))
        elif kind == Kind.BIGINT:
            cells.append(int(next(spare)))
        elif kind == Kind.NONE:
            cells.append(None)
        else:
            raise ValueError(f"a value is of kind {kind}, which does not exist")
    return cells
