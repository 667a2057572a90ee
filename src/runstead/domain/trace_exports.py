"""OpenTelemetry's trace export, read from protocol buffers or JSON into one form: that of protobuf's JSON, snake case.

Its specification is called OTLP; why it is read here and not by a library: docs/decisions/0033.
"""

import base64
import binascii
import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from runstead.domain.errors import InvalidArgument, TooLarge

MOST_DEPTH, MOST_PARTS = 64, 1_000_000
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
KINDS = tuple(f"SPAN_KIND_{one}" for one in ("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"))
CODES = ("STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR")
Json = dict[str, Any]  # Any: JSON


@dataclass
class Message:
    """A message's fields by number. `one_of`: only the last one told counts."""

    fields: dict[int, "Field"] = field(default_factory=dict)
    one_of: bool = False

    @property
    def by_word(self) -> dict[str, "Field"]:
        """The fields by their names in JSON, in either case."""
        return {word: one for one in self.fields.values() for word in (one.name, _camel(one.name))}


class Field(NamedTuple):
    """`kind`: text, id, bytes, whole, time, real, flag, a Message, or the names of an enumeration."""

    name: str
    kind: str | Message | tuple[str, ...]
    many: bool = False


ANY, PAIR = Message(one_of=True), Message()
LIST, MAP = Message({1: Field("values", ANY, True)}), Message({1: Field("values", PAIR, True)})
ANY.fields = {
    1: Field("string_value", "text"),
    2: Field("bool_value", "flag"),
    3: Field("int_value", "whole"),
    4: Field("double_value", "real"),
    5: Field("array_value", LIST),
    6: Field("kvlist_value", MAP),
    7: Field("bytes_value", "bytes"),
}
PAIR.fields = {1: Field("key", "text"), 2: Field("value", ANY)}
EVENT = Message({1: Field("time_unix_nano", "time"), 2: Field("name", "text"), 3: Field("attributes", PAIR, True)})
LINK = Message({1: Field("trace_id", "id"), 2: Field("span_id", "id"), 4: Field("attributes", PAIR, True)})
STATUS = Message({2: Field("message", "text"), 3: Field("code", CODES)})
SPAN = Message(
    {
        1: Field("trace_id", "id"),
        2: Field("span_id", "id"),
        3: Field("trace_state", "text"),
        4: Field("parent_span_id", "id"),
        5: Field("name", "text"),
        6: Field("kind", KINDS),
        7: Field("start_time_unix_nano", "time"),
        8: Field("end_time_unix_nano", "time"),
        9: Field("attributes", PAIR, True),
        11: Field("events", EVENT, True),
        13: Field("links", LINK, True),
        15: Field("status", STATUS),
    }
)
SCOPE = Message({2: Field("spans", SPAN, True)})
RESOURCE = Message(
    {1: Field("resource", Message({1: Field("attributes", PAIR, True)})), 2: Field("scope_spans", SCOPE, True)}
)
REQUEST = Message({1: Field("resource_spans", RESOURCE, True)})


class Told(NamedTuple):
    """One span as it was sent, and the attributes of what sent it."""

    span: Json
    resource: Mapping[str, Any]  # Any: JSON


def spans_of(body: bytes, *, is_json: bool) -> list[Told]:
    """The spans of an export; InvalidArgument says what is wrong with it."""
    request = _request_of(body) if is_json else _Reader(memoryview(body)).message(REQUEST, 0, len(body))
    found = []
    for sender in request.get("resource_spans", ()):
        resource = values_of(sender.get("resource", {}))
        found += [Told(span, resource) for scope in sender.get("scope_spans", ()) for span in scope.get("spans", ())]
    return found


def values_of(told: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The attributes of a span, an event, a link or a resource, as plain values."""
    return {one.get("key", ""): value_of(one.get("value", {})) for one in told.get("attributes", ())}


def value_of(told: Mapping[str, Any]) -> object:  # Any: JSON
    """A plain value."""
    for name, value in told.items():
        if name == "array_value":
            return [value_of(one) for one in value.get("values", ())]
        if name == "kvlist_value":
            return {one.get("key", ""): value_of(one.get("value", {})) for one in value.get("values", ())}
        return value
    return None


def told_value(value: object) -> Json:
    """A plain value as OpenTelemetry writes it."""
    match value:
        case None:
            return {}
        case bool():
            return {"bool_value": value}
        case int() if -(1 << 63) <= value < 1 << 63:
            return {"int_value": value}
        case int() | float():
            return {"double_value": _real(float(value))}
        case list():
            return {"array_value": {"values": [told_value(one) for one in value]}}
        case dict():
            return {"kvlist_value": {"values": [{"key": k, "value": told_value(one)} for k, one in value.items()]}}
    return {"string_value": str(value)}


class _Reader:
    """Reads the wire form, and counts its parts, for two bytes of it may become a hundred of memory."""

    def __init__(self, wire: memoryview) -> None:
        self._wire = wire
        self._parts = 0

    def message(self, form: Message, start: int, end: int, depth: int = 0) -> Json:
        """One message between two places."""
        if depth > MOST_DEPTH:
            raise InvalidArgument(f"the export is nested more than {MOST_DEPTH} deep")
        found: Json = {}
        for number, wire_type, place, stop in self._entries(start, end):
            one = form.fields.get(number)
            if one is None:
                continue
            if form.one_of:
                found.clear()
            value = self._value(one, wire_type, place, stop, depth)
            if one.many:
                found.setdefault(one.name, []).append(value)
            else:
                found[one.name] = value
        return found

    def _entries(self, place: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """(number, wire type, where the value begins, where it ends) of each field."""
        while place < end:
            self._parts += 1
            if self._parts > MOST_PARTS:
                raise TooLarge(f"the export has more than {MOST_PARTS} parts; send it in several")
            tag, place = self._varint(place, end)
            wire_type, start = tag & 7, place
            if wire_type == VARINT:
                place = self._varint(place, end)[1]
            elif wire_type == BYTES:
                size, start = self._varint(place, end)
                place = start + size
            elif wire_type in (FIXED64, FIXED32):
                place += 8 if wire_type == FIXED64 else 4
            else:
                raise _broken()
            if place > end:
                raise _broken()
            yield tag >> 3, wire_type, start, place

    def _value(self, one: Field, wire_type: int, start: int, end: int, depth: int) -> object:
        if isinstance(one.kind, Message) and wire_type == BYTES:
            return self.message(one.kind, start, end, depth + 1)
        if wire_type == BYTES and one.kind in ("text", "id", "bytes"):
            told = bytes(self._wire[start:end])
            return told.decode(errors="replace") if one.kind == "text" else base64.b64encode(told).decode()
        if wire_type == FIXED64 and one.kind in ("time", "real"):
            code = "<Q" if one.kind == "time" else "<d"
            (number,) = struct.unpack(code, self._wire[start:end])
            return number if one.kind == "time" else _real(number)
        if wire_type == VARINT:
            number = self._varint(start, end)[0]
            if isinstance(one.kind, tuple):
                return one.kind[number] if number < len(one.kind) else one.kind[0]
            if one.kind in ("flag", "whole"):
                return bool(number) if one.kind == "flag" else (number ^ 1 << 63) - (1 << 63)
        raise _broken()

    def _varint(self, place: int, end: int) -> tuple[int, int]:
        number = shift = 0
        while place < end and shift < 70:
            byte = self._wire[place]
            place += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number & (1 << 64) - 1, place
            shift += 7
        raise _broken()


def _request_of(body: bytes) -> Json:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidArgument(f"the body is no JSON: {error}") from error
    return _checked(REQUEST, told, 0)


def _checked(form: Message, told: object, depth: int) -> Json:
    """A message of OTLP's JSON: ids are hexadecimal there, and numbers may be texts."""
    if not isinstance(told, dict):
        raise InvalidArgument(f"the export has {told!r:.60} where an object is meant")
    if depth > MOST_DEPTH:
        raise InvalidArgument(f"the export is nested more than {MOST_DEPTH} deep")
    words, found = form.by_word, {}
    for word, value in told.items():
        one = words.get(word)
        if one is None or value is None:
            continue
        if one.many and not isinstance(value, list):
            raise InvalidArgument(f"{word} of the export is no list")
        found[one.name] = [_plain(one, each, depth) for each in value] if one.many else _plain(one, value, depth)
    return found


def _plain(one: Field, value: object, depth: int) -> object:
    if isinstance(one.kind, Message):
        return _checked(one.kind, value, depth + 1)
    try:
        if isinstance(one.kind, tuple):
            return value if value in one.kind else one.kind[int(str(value))]
        if one.kind in ("whole", "time"):
            return int(str(value))
        if one.kind == "real":
            return _real(float(str(value)))
        if one.kind == "id":
            return base64.b64encode(bytes.fromhex(str(value))).decode()
        if isinstance(value, bool if one.kind == "flag" else str):
            return value
    except (ValueError, IndexError, binascii.Error) as error:
        raise InvalidArgument(f"{value!r:.60} is no {one.name} of an export") from error
    raise InvalidArgument(f"{value!r:.60} is no {one.name} of an export")


def _real(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.title() for one in others)


def _broken() -> InvalidArgument:
    return InvalidArgument("Invalid OpenTelemetry format: the body is no ExportTraceServiceRequest")
