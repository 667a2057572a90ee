"""Exports: the points of a run's metrics as CSV or Parquet, written while they are sent."""

import csv
import importlib
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import NO_STEP, Cell
from runstead.service import values
from runstead.service.runs import located
from runstead.service.unit import Unit
from runstead.store import metrics, series, summary_rows
from runstead.store.chunks import CHUNK_POINTS
from runstead.store.columns import cells_of
from runstead.store.points import Points
from runstead.store.series import Series
from runstead.store.summaries import EMPTY, NOWHERE
from runstead.store.summary_rows import Place, Stored

BATCH_POINTS = 4 * CHUNK_POINTS
LONG_HEADER = ("metric", "index", "step", "time", "column", "value")


class Export(NamedTuple):
    """A file on its way out."""

    media_type: str
    suffix: str
    pieces: Iterator[bytes]


class Exported(NamedTuple):
    """A series to export: as many points as it had when the export began, and the kinds of cells of each column."""

    series: Series
    total: int
    masks: Sequence[int]


def export(unit: Unit, workspace: str, run_id: str, file_format: str, name: str | None = None) -> Export:
    """The points of one metric, a row per point; or those of all metrics, a row per cell.

    Raises InvalidArgument for another format than csv or parquet, or where Parquet cannot be written here.
    """
    wanted = _exported(unit, workspace, run_id, name)
    if file_format == "csv":
        return Export("text/csv; charset=utf-8", "csv", _csv(unit, wanted, long=name is None))
    if file_format == "parquet":
        return Export("application/vnd.apache.parquet", "parquet", _parquet(unit, wanted, long=name is None))
    raise InvalidArgument(f"{file_format!r} is no format of an export; ask for csv or parquet")


def header_of(one: Series) -> list[str]:
    """The columns of a file with a row per point."""
    return ["index", "step", "time", *(name or "value" for name in one.column_names)]


def text_of(cell: Cell) -> str | None:
    """A cell as JSON writes it, but for text, which stands as it is."""
    return cell if cell is None or isinstance(cell, str) else json.dumps(cell)


def _exported(unit: Unit, workspace: str, run_id: str, name: str | None) -> list[Exported]:
    with unit.read() as connection:
        if name is not None:
            found = [values.found_series(connection, workspace, run_id, name)]
        else:
            found = values.told(series.of_run(connection, located(connection, workspace, run_id).key))
        exported = []
        for one in found:
            stored = summary_rows.load(connection, one.run_key, [one.name_key])
            columns = [stored.get(Place(one.name_key, c.key), Stored(EMPTY, NOWHERE)) for c in one.columns]
            exported.append(Exported(one, columns[0].extent.points, [c.summary.mask for c in columns]))
    return exported


def _batches(unit: Unit, one: Exported) -> Iterator[tuple[int, Points]]:
    """The points with the index of the first. Points never change, so each batch may have a transaction of its own."""
    for start in range(0, one.total, BATCH_POINTS):
        with unit.read() as connection:
            yield start, metrics.points(connection, one.series, start=start, end=min(start + BATCH_POINTS, one.total))


def _csv(unit: Unit, wanted: Sequence[Exported], *, long: bool) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LONG_HEADER if long else header_of(wanted[0].series))
    for one in wanted:
        for start, points in _batches(unit, one):
            writer.writerows(_long_rows(one, start, points) if long else _wide_rows(one, start, points))
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _wide_rows(one: Exported, start: int, points: Points) -> Iterator[Sequence[Cell]]:
    cells = [map(text_of, cells_of(points.columns[name])) for name in one.series.column_names]
    return zip(range(start, start + len(points)), _steps(points), _times(points), *cells, strict=True)


def _long_rows(one: Exported, start: int, points: Points) -> Iterator[Sequence[Cell]]:
    places = list(zip(range(start, start + len(points)), _steps(points), _times(points), strict=True))
    for name in one.series.column_names:
        for place, cell in zip(places, cells_of(points.columns[name]), strict=True):
            if cell is not None:
                yield (one.series.name, *place, name, text_of(cell))


def _steps(points: Points) -> list[int | None]:
    return [None if step == NO_STEP else step for step in points.steps.tolist()]


def _times(points: Points) -> list[str]:
    return [
        datetime.fromtimestamp(us // 1_000_000, UTC).replace(microsecond=us % 1_000_000).isoformat()
        for us in points.times_us.tolist()
    ]


def _parquet(unit: Unit, wanted: Sequence[Exported], *, long: bool) -> Iterator[bytes]:
    try:
        # Not above: pyarrow takes 0.3 s and 60 MB, which most servers need not spend, and may not be there at all.
        parquets = importlib.import_module("runstead.service.parquets")
    except ImportError as error:
        raise InvalidArgument(
            "this server cannot write Parquet: install it with pip install 'runstead[parquet]', or ask for csv"
        ) from error
    batches = ((one, start, points) for one in wanted for start, points in _batches(unit, one))
    pieces: Iterator[bytes] = parquets.pieces(batches, None if long else wanted[0])
    return pieces
