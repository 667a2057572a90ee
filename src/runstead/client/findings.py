"""Looks at journals and says what it finds; changes nothing."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from runstead.client.connection import Connection
from runstead.client.uploader import metrics_path
from runstead.domain.errors import NotFound
from runstead.domain.records import BrokenRecord, Kind, Opening, Record, Series, decode
from runstead.journal import files
from runstead.journal.recoveries import opening_of, recovered

GOOD_STATES = ("sound", "in use", "torn")


@dataclass(frozen=True)
class Finding:
    """What one journal holds.

    state: sound, in use, torn (the last record was cut and does not count), damaged (records follow that cannot be
    read), or foreign (no journal at all). acked_bytes: what the server has of it, None if it was not asked or does not
    know the run.
    """

    path: str
    state: str
    message: str = ""
    run_id: str = ""
    workspace: str = ""
    record_count: int = 0
    point_count: int = 0
    good_bytes: int = 0
    acked_bytes: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether everything that was logged can be read."""
        return self.state in GOOD_STATES

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


def findings(place: Path, connection: Connection | None = None) -> Iterator[Finding]:
    """Check a journal, or all of them in a folder and below. connection: ask the server how much it has of each."""
    if place.is_file():
        yield _finding(place, connection)
        return
    for suffix in (files.SUFFIX, files.DAMAGED_SUFFIX):
        for path in files.journals_below(place, suffix):
            try:
                yield _finding(path, connection)
            except FileNotFoundError:
                continue  # delivered and deleted meanwhile


def _finding(path: Path, connection: Connection | None) -> Finding:
    with files.claimed(path) as is_free:
        content = path.read_bytes()  # not mapped: a living writer may cut the file, and that would kill the reader
    opening = opening_of(path) if content else None
    if opening is None:
        blank = not content.strip(b"\0")  # its writer ended before the first record
        return Finding(str(path), "sound") if blank else Finding(str(path), "foreign", "it begins as no journal")
    view = memoryview(content)
    found = recovered(view)
    noted = files.acked_offset(path)
    if found.damage and found.good_bytes < noted <= len(content):  # a disk was full: the server has what is missing
        found = recovered(view, start=noted)
    point_count, wrong = _count_points(view[: found.good_bytes])
    acked_bytes = _acked_bytes(opening, connection) if connection else None
    if wrong or found.damage:
        state, message = "damaged", wrong or found.damage or ""
    else:
        state, message = ("torn" if found.torn else "sound") if is_free else "in use", found.torn or ""
    return Finding(
        str(path),
        state,
        message,
        opening.run_id,
        opening.workspace,
        found.record_count,
        point_count,
        found.good_bytes,
        acked_bytes,
    )


def _acked_bytes(opening: Opening, connection: Connection) -> int | None:
    path = f"{metrics_path(opening.workspace, opening.run_id)}/offset"
    try:
        return int(connection.call("GET", path, query={"writer": opening.writer_id})["offset"])
    except NotFound:
        return None


def _count_points(view: memoryview) -> tuple[int, str]:
    """The points in sound bytes, and what is wrong with what they mean, empty if nothing is."""
    series: dict[int, Series] = {}
    count = 0
    try:
        for record in decode(view):
            if record.kind is Kind.SERIES:
                series[record.number] = record.value
            elif record.kind is not Kind.OPEN:
                if wrong := _wrong_with(record, series.get(record.number)):
                    return count, f"byte {record.offset}: {wrong}"
                count += len(record.value[0]) if record.kind is Kind.TABLE else 1
    except BrokenRecord as error:
        return count, error.message
    return count, ""


def _wrong_with(record: Record, series: Series | None) -> str:
    if series is None:
        return f"series number {record.number} was never declared"
    if record.kind in (Kind.ROW, Kind.TABLE) and len(record.value) != len(series.columns):
        return f"{len(record.value)} cells for the {len(series.columns)} columns of {series.name!r}"
    return ""
