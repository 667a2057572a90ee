"""Metrics as TensorBoard's event files; TensorFlow is not needed, the package `tensorboard` is."""

import logging
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from runstead.client.runs import run_path
from runstead.client.workspaces import Workspace
from runstead.domain.columns import SeriesValues, decode_columns
from runstead.domain.errors import InvalidArgument
from runstead.domain.records import ARTIFACT_KINDS, Cell

LARGEST = 2**1000
log = logging.getLogger(__name__)


def require_tensorboard() -> None:
    """InvalidArgument, with what would do, if TensorBoard is not installed."""
    if find_spec("tensorboard") is None:
        raise InvalidArgument("TensorBoard is not installed beside Runstead: pip install 'runstead[tensorboard]'")


def write_events(workspace: Workspace, run_id: str, folder: Path) -> int:
    """One event file with every number that a run logged; returns how many. Steps count 0, 1, 2, … per column.

    Texts and files are left out. A column of a row or table is `<metric>/<column>`.
    """
    require_tensorboard()
    events = import_module("tensorboard.compat.proto.event_pb2")
    summaries = import_module("tensorboard.compat.proto.summary_pb2")
    writer = import_module("tensorboard.summary.writer.event_file_writer").EventFileWriter(str(folder))
    written = 0
    try:
        for series in _series(workspace, run_id):
            for tag, index, time_s, number in _numbers(series):
                value = summaries.Summary.Value(tag=tag, simple_value=number)
                summary = summaries.Summary(value=[value])
                writer.add_event(events.Event(wall_time=time_s, step=index, summary=summary))
                written += 1
    finally:
        writer.close()
    log.debug("%s numbers of run %s are in %s", written, run_id, folder)
    return written


def _series(workspace: Workspace, run_id: str) -> list[SeriesValues]:
    address = f"{run_path(workspace, run_id)}/metrics/values"
    return decode_columns(workspace.connection.send("GET", address, query={"points": True}).body)


def _numbers(series: SeriesValues) -> list[tuple[str, int, float, float]]:
    """(tag, index, time in seconds, number)."""
    if series.kind in ARTIFACT_KINDS:
        return []
    times = series.times_us or []
    return [
        (f"{series.name}/{column}" if column else series.name, index, times[index] / 1e6, number)
        for column, cells in series.columns.items()
        for index, cell in enumerate(cells)
        if (number := _number(cell)) is not None
    ]


def _number(cell: Cell) -> float | None:
    """The number that can be drawn; None of a text, and of an integer that no float can hold."""
    if isinstance(cell, float):
        return cell
    return float(cell) if isinstance(cell, int) and abs(cell) < LARGEST else None
