"""Exports as Parquet; needs pyarrow, so it is imported only when somebody asks for it."""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from runstead.domain.records import NO_STEP, Kind
from runstead.service.exports import Exported, header_of, text_of
from runstead.store.columns import Column, cells_of, floats_of, is_number, part
from runstead.store.points import Points, taken

Batch: TypeAlias = tuple[Exported, int, Points]
TIME = pa.timestamp("us", tz="UTC")
PLACES = (("index", pa.int64()), ("step", pa.int64()), ("time", TIME))
WORDS = (("column", pa.string()), ("value", pa.float64()), ("text", pa.string()))
LONG = pa.schema([("metric", pa.string()), *PLACES, *WORDS])


class Outlet(io.RawIOBase):
    """A file that is taken away as it is written."""

    def __init__(self) -> None:
        self._written = io.BytesIO()

    def writable(self) -> bool:
        """Nothing else is done with it."""
        return True

    def write(self, content: "memoryview | bytes") -> int:  # type: ignore[override]  # what pyarrow writes
        """Keep it until it is taken."""
        return self._written.write(content)

    def taken(self) -> bytes:
        """What was written since the last time."""
        content = self._written.getvalue()
        self._written = io.BytesIO()
        return content


def pieces(batches: Iterable[Batch], wide: Exported | None) -> Iterator[bytes]:
    """The file: a row per point of the series `wide`, or a row per cell of all series, with its number or its text."""
    schema = LONG if wide is None else _wide_schema(wide)
    tables: Callable[[Batch], Iterator[list[pa.Array]]] = _long if wide is None else _wide
    outlet = Outlet()
    with pq.ParquetWriter(pa.PythonFile(outlet, "w"), schema, compression="zstd") as writer:
        for batch in batches:
            for arrays in tables(batch):
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
                yield outlet.taken()
    yield outlet.taken()


def _wide_schema(one: Exported) -> pa.Schema:
    types = [*(kind for _, kind in PLACES), *(_type_of(mask) for mask in one.masks)]
    return pa.schema(list(zip(header_of(one.series), types, strict=True)))


def _wide(batch: Batch) -> Iterator[list[pa.Array]]:
    one, start, points = batch
    columns = (points.columns[name] for name in one.series.column_names)
    cells = [_cells(column, _type_of(mask)) for column, mask in zip(columns, one.masks, strict=True)]
    yield [*_places(np.arange(start, start + len(points)), points), *cells]


def _long(batch: Batch) -> Iterator[list[pa.Array]]:
    one, start, points = batch
    for name in one.series.column_names:
        there = np.flatnonzero(points.columns[name].kinds != Kind.NONE)
        cells = part(points.columns[name], there)
        numbers = is_number(cells.kinds).tolist()
        texts = [None if number else text_of(c) for number, c in zip(numbers, cells_of(cells), strict=True)]
        yield [
            pa.repeat(one.series.name, there.size),
            *_places(start + there, taken(points, there)),
            pa.repeat(name, there.size),
            _cells(cells, pa.float64()),
            _strings(texts),
        ]


def _places(index: "np.ndarray[tuple[int], np.dtype[np.int64]]", points: Points) -> list[pa.Array]:
    steps = pa.array(points.steps, pa.int64(), mask=points.steps == NO_STEP)
    return [pa.array(index, pa.int64()), steps, pa.array(points.times_us, TIME)]


def _type_of(mask: int) -> pa.DataType:
    """The type that holds all cells of a column; text, as in CSV, where no other does."""
    kinds = {kind for kind in Kind if mask >> kind & 1} - {Kind.NONE}
    if kinds == {Kind.INT}:
        return pa.int64()
    if kinds == {Kind.BOOL}:
        return pa.bool_()
    return pa.float64() if kinds and kinds <= {Kind.FLOAT, Kind.INT} else pa.string()


def _cells(column: Column, kind: pa.DataType) -> pa.Array:
    if kind == pa.float64():
        return pa.array(floats_of(column), kind, mask=~is_number(column.kinds))
    if kind == pa.string():
        return _strings([text_of(cell) for cell in cells_of(column)])
    return pa.array(cells_of(column), kind)


def _strings(texts: list[str | None]) -> pa.Array:
    # A lone surrogate, which UTF-8 does not have, becomes a question mark.
    return pa.array([None if text is None else text.encode("utf-8", "replace").decode() for text in texts], pa.string())
