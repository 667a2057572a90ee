"""Partition formats: columns that are written in a file's path, such as `/{region}/{day:yyyy/MM/dd}/data.csv`."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument

_FIELD = re.compile(r"\{(\w+)(?::([yMdHms/_\-]+))?\}")
_TIMES = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_TIME_PART = re.compile("|".join(_TIMES))


class PartitionFormat(NamedTuple):
    """A compiled format: `times` are the columns that are points in time, with how strptime reads them."""

    pattern: re.Pattern[str]
    times: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """In the order of the format."""
        return list(self.pattern.groupindex)


@cache
def partition_format(text: str) -> PartitionFormat:
    """The compiled format; InvalidArgument if it names no column, or one twice."""
    said, end, times = "", 0, {}
    for field in _FIELD.finditer(text):
        name, time = field[1], field[2]
        if f"(?P<{name}>" in said:
            raise InvalidArgument(f"the partition_format {text!r} names {name!r} twice")
        said += _literal(text[end : field.start()])
        if time is None:
            said += f"(?P<{name}>[^/]+)"
        else:
            times[name] = _TIME_PART.sub(lambda part: _TIMES[part[0]], time)
            said += f"(?P<{name}>{_TIME_PART.sub(_digits, time)})"
        end = field.end()
    if not end:
        raise InvalidArgument(f"the partition_format {text!r} names no column; write one as {{name}}")
    return PartitionFormat(re.compile(said + _literal(text[end:])), times)


def partition_values(text: str, path: str) -> dict[str, str | datetime] | None:
    """What a file's path says of its columns; None if it does not have the format. path: without a leading slash."""
    made = partition_format(text)
    wanted = f"/{path}"
    # A format describes the end of the path, from the first column on.
    starts = [0, *(match.start() for match in re.finditer("/", wanted))] if text.startswith("/") else range(len(wanted))
    found = next((match for start in starts if (match := made.pattern.fullmatch(wanted, start))), None)
    if found is None:
        return None
    try:
        return {
            name: datetime.strptime(value, made.times[name]) if name in made.times else value  # noqa: DTZ007  paths say no zone
            for name, value in found.groupdict().items()
        }
    except ValueError:
        return None


def _digits(part: re.Match[str]) -> str:
    return rf"\d{{{len(part[0])}}}"


def _literal(text: str) -> str:
    return "".join("[^/]*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", text) if part)
