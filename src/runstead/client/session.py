"""What `run.log` calls: turns values into journal records and returns; the uploader does the rest."""

import itertools
import os
import struct
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from runstead.client.outboxes import File, Outbox
from runstead.client.sync import sync_directory
from runstead.client.uploader import Shipment, Shipper, uploader
from runstead.client.values import (
    DEFAULT_LIMITS,
    ValueLimits,
    elements,
    metric_name,
    row,
    scalar,
    shortened,
    step_of,
    table,
    tell_once,
    text,
)
from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.records import (
    ARTIFACT_KINDS,
    MAX_NUMBER,
    MAX_PAYLOAD_BYTES,
    NO_STEP,
    RESOURCE,
    RESOURCES,
    Cell,
    Kind,
    Opening,
    Series,
    encode_float,
    encode_row,
    encode_series,
    encode_table,
    encode_value,
    head_of,
)
from runstead.journal.writers import DEFAULT_BOUNDS, Bounds, Writer

LIST_CHUNK = 8_192  # values per append: a block stays far below a window
TABLE_CHUNK_CELLS = 32_768
LOST = -1  # instead of a series number: neither disk nor memory took its declaration, the user has been told
_time_ns = time.time_ns
_sessions: "weakref.WeakSet[Session]" = weakref.WeakSet()


class _Stream:
    """One journal, and the numbers of the series that are declared in it."""

    def __init__(self, writer: Writer | None = None) -> None:
        self.writer = writer
        self.append: Callable[[bytes], bool] = writer.append if writer else _refuse
        self.floats: dict[str, int] = {}  # name → head of a float of that scalar series
        self.numbers: dict[Series, int] = {}  # by series without its description
        self.described: set[tuple[str, str]] = set()  # name, kind: the first description of a series counts
        self.columns: dict[tuple[str, str], tuple[str, ...]] = {}  # name, kind → of its last declaration
        self.counter = itertools.count(1)


class Session:
    """Logs the metrics of one run from this process.

    directory: the journal folder; the journals go to `directory/run_id`. ship: None leaves them there.
    After a valid argument nothing is raised: what cannot be delivered is told once, and raised by flush and close.
    """

    def __init__(
        self,
        run_id: str,
        *,
        directory: Path,
        ship: Shipper | None,
        workspace: str = "default",
        limits: ValueLimits = DEFAULT_LIMITS,
        bounds: Bounds = DEFAULT_BOUNDS,
    ) -> None:
        if not run_id or "/" in run_id or "\0" in run_id or run_id in (".", ".."):
            raise InvalidArgument(f"run id {run_id!r} cannot name a folder")
        self.run_id = run_id
        self._folder = directory / run_id
        self._ship = ship
        self._workspace = ship.workspace if ship else workspace
        self._limits = limits
        self._bounds = bounds
        self._stream: _Stream
        self._shipment: Shipment | None
        self._outbox: Outbox | None
        self._start_anew()
        _sessions.add(self)

    def log_scalar(self, name: str, value: object, *, step: int | None = None, description: str = "") -> None:
        """Log one value. The fast path is a float in a series that was logged before."""
        if type(value) is float and not description:
            stream = self._stream
            try:
                head = stream.floats[name]
                record = encode_float(head, _time_ns() // 1000, NO_STEP if step is None else step, value)
            except (KeyError, TypeError, struct.error):
                pass  # first of its name, or arguments that the slow path tells what is wrong with
            else:
                if stream.append(record):
                    return
        series = self._series(name, "scalar", description)
        number_step = step_of(step)
        cell = scalar(value, limits=self._limits)
        self._log(series, lambda number, _: encode_value(number, _now_us(), number_step, cell))

    def log_list(self, name: str, values: Iterable[object], *, description: str = "") -> None:
        """Log several values of one series, in order."""
        series = self._series(name, "list", description)
        cells = elements(values, limits=self._limits)
        for start in range(0, len(cells), LIST_CHUNK):
            self._log_part(series, cells[start : start + LIST_CHUNK])

    def log_row(self, name: str, columns: Mapping[str, object], *, description: str = "") -> None:
        """Log one row. Rows may have different columns: what one lacks is None."""
        cells = row(columns, limits=self._limits)
        series = self._series(name, "row", description, tuple(cells))
        try:
            self._log_row(series, cells)
        except TooLarge:
            self._log_row(series, shortened(cells, MAX_PAYLOAD_BYTES))

    def log_resources(self, columns: Mapping[str, object]) -> None:
        """Log what a job uses now: a row that is no metric of the run."""
        cells = row(columns, limits=self._limits)
        self._log_row(self._series(RESOURCES, RESOURCE, "", tuple(cells)), cells)

    def log_table(self, name: str, columns: Mapping[str, object], *, description: str = "") -> None:
        """Log several rows at once, column by column."""
        cells = table(columns, limits=self._limits)
        series = self._series(name, "table", description, tuple(cells))
        length = len(next(iter(cells.values())))
        chunk = max(1, TABLE_CHUNK_CELLS // len(cells))
        for start in range(0, length, chunk):
            self._log_rows(series, {column: part[start : start + chunk] for column, part in cells.items()})

    def log_artifact(self, name: str, kind: str, path: str, *, description: str = "") -> None:
        """Log that the artifact at `path` of the run belongs to this metric."""
        if kind not in ARTIFACT_KINDS:
            raise InvalidArgument(f"{kind!r} is no kind of artifact metric; there are {', '.join(ARTIFACT_KINDS)}")
        series = self._series(name, kind, description)
        told = text(path, self._limits.text_chars, what="an artifact's path")
        self._log(series, lambda number, _: encode_value(number, _now_us(), NO_STEP, told))

    def log_file(self, name: str, kind: str, path: str, content: bytes, *, description: str = "") -> None:
        """Send an image or chart in the background; when the run has it, its path is logged as this metric.

        Where another file has the path, a piece of its hash is added. Metrics of one name keep their order.
        """
        self._series(name, kind, description)  # a wrong name is told now
        if self._outbox is None:
            raise InvalidArgument(f"run {self.run_id} is not connected to a server that could take {path!r}")
        told = partial(self.log_artifact, name, kind, description=description)
        self._outbox.put(File(path, content, told))

    def await_files(self, timeout_s: float = 300.0) -> None:
        """Wait until the server has the files that were logged; raises what was given up, once."""
        if self._outbox is not None:
            self._outbox.wait(timeout_s)

    def flush(self, timeout_s: float = 300.0) -> None:
        """Wait until the server has all that was logged, also by forked children that ended.

        Raises the error that keeps the metrics here: they stay in the journal then. Raises TooLarge, once, if some were
        lost since the last call because neither disk nor memory took them.
        """
        deadline = time.monotonic() + timeout_s
        self.await_files(timeout_s)
        timeout_s = max(0.0, deadline - time.monotonic())
        self._flush(self._shipment, timeout_s)

    def close(self, timeout_s: float = 300.0) -> None:
        """Flush and end the journal. What could not be delivered in time is still tried until the process ends.

        Logging afterwards is allowed and begins a new journal.
        """
        self.await_files(timeout_s)
        with self._lock:
            shipment, stream = self._shipment, self._stream
            self._shipment, self._stream = self._new_shipment(), _Stream()
        if stream.writer and shipment:
            stream.writer.seal()
            uploader().release(shipment)
            self._flush(shipment, timeout_s)
        elif stream.writer:
            stream.writer.close()

    def _flush(self, shipment: Shipment | None, timeout_s: float) -> None:
        if shipment is None or self._ship is None:
            return
        lost_bytes = sum(writer.take_losses() for writer in list(shipment.writers))
        uploader().flush(shipment, timeout_s=timeout_s)
        for left in sync_directory(self._folder, self._ship.connection()):
            if left.state in ("failed", "damaged"):
                tell_once(left.path, f"metrics that another process left in {left.path}: {left.state}, {left.message}")
        if lost_bytes:
            raise TooLarge(f"{lost_bytes} bytes of metrics of run {self.run_id} were lost: disk and memory were full")

    def _series(self, name: object, kind: str, description: object, columns: tuple[str, ...] = ("",)) -> Series:
        told = text(str(description or ""), self._limits.description_chars, what="a metric's description")
        return Series(metric_name(name, limits=self._limits), kind, columns, told)

    def _log_part(self, series: Series, cells: list[Cell]) -> None:
        def encode(number: int, _: tuple[str, ...]) -> bytes:
            return b"".join(encode_value(number, _now_us(), NO_STEP, cell) for cell in cells)

        self._log(series, encode)

    def _log_row(self, series: Series, cells: dict[str, Cell]) -> None:
        self._log(series, lambda number, columns: encode_row(number, _now_us(), [cells.get(c) for c in columns]))

    def _log_rows(self, series: Series, cells: dict[str, list[Cell]]) -> None:
        """As few records as fit."""
        length = len(next(iter(cells.values())))
        missing: list[Cell] = [None] * length
        try:
            self._log(
                series,
                lambda number, columns: encode_table(number, _now_us(), [cells.get(c, missing) for c in columns]),
            )
        except TooLarge:
            if length == 1:
                row_ = shortened({column: part[0] for column, part in cells.items()}, MAX_PAYLOAD_BYTES)
                self._log_rows(series, {column: [cell] for column, cell in row_.items()})
                return
            for part in (slice(0, length // 2), slice(length // 2, length)):
                self._log_rows(series, {column: column_cells[part] for column, column_cells in cells.items()})

    def _log(self, series: Series, encode: Callable[[int, tuple[str, ...]], bytes]) -> None:
        while True:
            stream = self._stream
            number, columns = self._number(stream, series)
            if number == LOST or (number and stream.append(encode(number, columns))):
                return
            self._renew(stream)

    def _number(self, stream: _Stream, series: Series) -> tuple[int, tuple[str, ...]]:
        """The number of the series in this journal, declared if need be, and its columns; 0: the journal is full."""
        with self._lock:
            series = replace(series, columns=self._columns(stream, series))
            number = stream.numbers.get(replace(series, description=""), 0)
            if not number or (series.description and (series.name, series.kind) not in stream.described):
                number = self._declare(stream, series)
            return number, series.columns

    def _columns(self, stream: _Stream, series: Series) -> tuple[str, ...]:
        """The columns to write: those of earlier rows, too, so that rows which vary need few declarations."""
        known = stream.columns.get((series.name, series.kind), ())
        if series.columns == known:
            return known
        union = (*known, *(column for column in series.columns if column not in known))
        return union if len(union) <= self._limits.columns else series.columns

    def _declare(self, stream: _Stream, series: Series) -> int:
        if stream.writer is None:
            return 0
        # Whatever interrupts this (a signal handler that logs) gets a number of its own: a series may have several.
        number = next(stream.counter)
        if number > MAX_NUMBER:
            stream.writer.seal()
            return 0
        lost_bytes = stream.writer.lost_bytes
        if not stream.append(encode_series(number, _now_us(), series)):
            return 0
        if stream.writer.lost_bytes > lost_bytes:
            return LOST  # and so is the record: it would stand for nothing
        if series.description:
            stream.described.add((series.name, series.kind))
        stream.numbers[replace(series, description="")] = number
        stream.columns[series.name, series.kind] = series.columns
        if series.kind == "scalar":
            stream.floats.setdefault(series.name, head_of(Kind.FLOAT, number))
        if number == self._limits.names + 1:
            tell_once("names", f"run {self.run_id} has more than {self._limits.names} metrics; all of them are kept")
        return number

    def _renew(self, stream: _Stream) -> None:
        """Begin a new journal, unless another thread has done so."""
        with self._lock:
            if self._stream is not stream:
                return
            writer_id = f"{self._origin}{next(self._journals):08x}"
            opening = Opening(self.run_id, writer_id, self._workspace, _now_us())
            writer = Writer(self._folder, opening, bounds=self._bounds)
            fresh = _Stream(writer)
            if self._stream is not stream:  # a signal handler, on this very thread, has logged meanwhile
                writer.remove()
                return
            self._stream = fresh
            if self._shipment:
                uploader().add(self._shipment, writer)
            elif stream.writer:
                stream.writer.close()

    def _new_shipment(self) -> Shipment | None:
        return Shipment(self._ship) if self._ship else None

    def _start_anew(self) -> None:
        self._lock = threading.RLock()
        self._origin, self._journals = uuid.uuid4().hex[:24], itertools.count()
        self._stream, self._shipment = _Stream(), self._new_shipment()
        self._outbox = Outbox(self.run_id, self._ship) if self._ship else None

    def start_anew_after_fork(self) -> None:
        """In a forked child: its own journals from now on, the parent's are left alone."""
        for writer in self._shipment.writers if self._shipment else [self._stream.writer]:
            if writer:
                writer.abandon()
        if self._ship:
            self._ship.forget_connection()
        self._start_anew()


def _refuse(block: bytes) -> bool:
    return False


def _now_us() -> int:
    return _time_ns() // 1000


def _start_anew_after_fork() -> None:
    for session in list(_sessions):
        session.start_anew_after_fork()


os.register_at_fork(after_in_child=_start_anew_after_fork)
