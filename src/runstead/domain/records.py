"""The records of a journal, their bytes both ways; docs/notes/journal.md is the specification."""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from runstead.domain.errors import InvalidArgument, TooLarge

FORMAT = 1
SLOT_BYTES = 32
NO_STEP = -(1 << 63)
MAX_PAYLOAD_BYTES = 8 << 20
MAX_NUMBER = (1 << 24) - 1  # of a series
MIN_INT, MAX_INT = -(1 << 63), (1 << 63) - 1
RESOURCE = "resource"  # what a job used; no metric of its script
RESOURCES = ".runstead/resources"  # the one series of that kind
SERIES_KINDS = ("scalar", "list", "row", "table", RESOURCE)
ARTIFACT_KINDS = ("image", "confusion_matrix", "accuracy_table", "residuals", "predictions")

Cell: TypeAlias = float | int | bool | str | None
Buffer: TypeAlias = bytes | bytearray | memoryview

_BODY = struct.Struct("<Iqqd")
_BODY_INT = struct.Struct("<Iqqq")
_SLOT = struct.Struct("<I28s")
_HEAD = struct.Struct("<IIqqQ")
_pack_float, _pack_int, _pack_slot, _crc32 = _BODY.pack, _BODY_INT.pack, _SLOT.pack, zlib.crc32
_END = bytes(SLOT_BYTES)


class Kind(IntEnum):
    """What a record holds; from TEXT on it has a payload."""

    END = 0
    FLOAT = 1
    INT = 2
    BOOL = 3
    NONE = 4
    TEXT = 16
    BIGINT = 17
    ROW = 32
    TABLE = 33
    OPEN = 48
    SERIES = 49


@dataclass(frozen=True)
class Opening:
    """The first record of a journal: whose it is."""

    run_id: str
    writer_id: str
    workspace: str
    created_us: int
    format: int = FORMAT


@dataclass(frozen=True)
class Series:
    """What a series number stands for."""

    name: str
    kind: str
    columns: tuple[str, ...] = ("",)
    description: str = ""


class Record(NamedTuple):
    """One decoded record. `step` is None if none was given; `offset` and `end` are bytes from the buffer's start."""

    offset: int
    end: int
    kind: Kind
    number: int
    time_us: int
    step: int | None
    value: Any  # by kind: a Cell, a list of cells, a list of columns, an Opening or a Series


class BrokenRecord(InvalidArgument):
    """The bytes at `offset` are no record."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(f"no valid record at byte {offset}: {reason}", offset=offset)
        self.offset = offset
        self.reason = reason


def head_of(kind: Kind, number: int) -> int:
    """The `head` field: series number and kind."""
    return number << 8 | kind


def encode_float(head: int, time_us: int, step: int, value: float) -> bytes:
    """One slot; `step` is NO_STEP for none. Every bit of a NaN is kept."""
    body = _pack_float(head, time_us, step, value)
    return _pack_slot(_crc32(body), body)


def encode_value(number: int, time_us: int, step: int, value: Cell) -> bytes:
    """One scalar of exactly the types of Cell; a text longer than MAX_PAYLOAD_BYTES is refused."""
    if value is None:
        return _encode_int(head_of(Kind.NONE, number), time_us, step, 0)
    if isinstance(value, bool):
        return _encode_int(head_of(Kind.BOOL, number), time_us, step, int(value))
    if isinstance(value, float):
        return encode_float(head_of(Kind.FLOAT, number), time_us, step, value)
    if isinstance(value, str):
        return encode_payload(head_of(Kind.TEXT, number), time_us, step, value.encode())
    if MIN_INT <= value <= MAX_INT:
        return _encode_int(head_of(Kind.INT, number), time_us, step, value)
    return encode_payload(head_of(Kind.BIGINT, number), time_us, step, str(value).encode())


def encode_row(number: int, time_us: int, cells: Sequence[Cell]) -> bytes:
    """One row: a cell per column of the series."""
    return encode_payload(head_of(Kind.ROW, number), time_us, NO_STEP, _json(cells))


def encode_table(number: int, time_us: int, columns: Sequence[Sequence[Cell]]) -> bytes:
    """Several rows at once, column by column, all of one length."""
    return encode_payload(head_of(Kind.TABLE, number), time_us, NO_STEP, _json(columns))


def encode_opening(opening: Opening) -> bytes:
    """The first record of a journal."""
    return encode_payload(head_of(Kind.OPEN, 0), opening.created_us, NO_STEP, _json(asdict(opening)))


def encode_series(number: int, time_us: int, series: Series) -> bytes:
    """Declares a series number, from 1 on, before its first use."""
    return encode_payload(head_of(Kind.SERIES, number), time_us, NO_STEP, _json(asdict(series)))


def encode_payload(head: int, time_us: int, step: int, payload: bytes) -> bytes:
    """A head slot and the payload, padded to whole slots."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise TooLarge(f"a record of {len(payload)} bytes is too long; at most {MAX_PAYLOAD_BYTES} fit")
    body = _pack_int(head, time_us, step, len(payload))
    return _pack_slot(_crc32(payload, _crc32(body)), body) + payload + bytes(-len(payload) % SLOT_BYTES)


def decode(buffer: Buffer, offset: int = 0) -> Iterator[Record]:
    """The records from `offset` on, up to an end slot or the end of the buffer; raises BrokenRecord."""
    view = memoryview(buffer)
    while offset < len(view):
        if len(view) - offset < SLOT_BYTES:
            if any(view[offset:]):
                raise BrokenRecord(offset, "less than a slot is left")
            return
        if view[offset : offset + SLOT_BYTES] == _END:
            return
        record = decode_one(view, offset)
        yield record
        offset = record.end


def decode_one(view: memoryview, offset: int) -> Record:
    """The record at `offset`; raises BrokenRecord. An end slot is no record."""
    end = record_end(view, offset)
    _, head, time_us, step, length = _HEAD.unpack_from(view, offset)
    kind = Kind(head & 0xFF)
    payload = bytes(view[offset + SLOT_BYTES : offset + SLOT_BYTES + length]) if kind >= Kind.TEXT else b""
    try:
        value = _value_of(kind, view, offset, payload)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenRecord(offset, f"its checksum is right, its content is not: {error}") from error
    return Record(offset, end, kind, head >> 8, time_us, None if step == NO_STEP else step, value)


def record_end(view: memoryview, offset: int) -> int:
    """Where the record at `offset` ends, after checking its kind, length and checksum but not its content."""
    if len(view) - offset < SLOT_BYTES:
        raise BrokenRecord(offset, "less than a slot is left")
    crc, head, _, _, length = _HEAD.unpack_from(view, offset)
    if head & 0xFF not in _KINDS:
        raise BrokenRecord(offset, f"kind {head & 0xFF} is unknown")
    checked = _crc32(view[offset + 4 : offset + SLOT_BYTES])
    end = offset + SLOT_BYTES
    if head & 0xFF >= Kind.TEXT:
        if length > MAX_PAYLOAD_BYTES or end + length + -length % SLOT_BYTES > len(view):
            raise BrokenRecord(offset, f"its payload of {length} bytes runs over the end")
        checked = _crc32(view[end : end + length], checked)
        end += length + -length % SLOT_BYTES
    if checked != crc:
        raise BrokenRecord(offset, f"its checksum is {crc:08x} and should be {checked:08x}")
    return end


_KINDS = frozenset(int(kind) for kind in Kind if kind is not Kind.END)


def _encode_int(head: int, time_us: int, step: int, value: int) -> bytes:
    body = _pack_int(head, time_us, step, value)
    return _pack_slot(_crc32(body), body)


def _json(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _value_of(kind: Kind, view: memoryview, offset: int, payload: bytes) -> object:
    match kind:
        case Kind.FLOAT:
            return struct.unpack_from("<d", view, offset + 24)[0]
        case Kind.INT:
            return struct.unpack_from("<q", view, offset + 24)[0]
        case Kind.BOOL:
            return struct.unpack_from("<q", view, offset + 24)[0] != 0
        case Kind.NONE:
            return None
        case Kind.TEXT:
            return payload.decode()
        case Kind.BIGINT:
            return int(payload)
        case Kind.OPEN:
            return _opening_of(json.loads(payload))
        case Kind.SERIES:
            return _series_of(json.loads(payload))
        case _:
            return _cells_of(json.loads(payload), nested=kind is Kind.TABLE)


def _opening_of(content: Mapping[str, Any]) -> Opening:
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']!r} is not known here; this is format {FORMAT}")
    return Opening(
        run_id=_text(content["run_id"]),
        writer_id=_text(content["writer_id"]),
        workspace=_text(content["workspace"]),
        created_us=int(content["created_us"]),
    )


def _series_of(content: Mapping[str, Any]) -> Series:
    columns = content["columns"]
    if not isinstance(columns, list) or not columns or len(set(columns)) != len(columns):
        raise ValueError("the columns of a series are a list of different names")
    if content["kind"] not in (*SERIES_KINDS, *ARTIFACT_KINDS):
        raise ValueError(f"series kind {content['kind']!r} is unknown")
    return Series(
        name=_text(content["name"]),
        kind=content["kind"],
        columns=tuple(_text(column) for column in columns),
        description=_text(content["description"]),
    )


def _cells_of(content: object, *, nested: bool) -> list[Any]:
    if not isinstance(content, list):
        raise ValueError("a row or table is a JSON array")
    if nested:
        columns = [_cells_of(column, nested=False) for column in content]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns of a table differ in length")
        return columns
    if any(isinstance(cell, list | dict) for cell in content):
        raise ValueError("a cell is a number, text, true, false or null")
    return content


def _text(content: object) -> str:
    if not isinstance(content, str):
        raise ValueError(f"{content!r} should be text")
    return content
