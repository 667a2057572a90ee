"""What users log, turned into plain values; the rules of SDK v1 for types and wrong arguments."""

import logging
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import GeneratorType

from runstead.domain.errors import InvalidArgument
from runstead.domain.records import MAX_INT, MAX_PAYLOAD_BYTES, MIN_INT, NO_STEP, Cell

MAX_INT_BITS = 14_000  # Python refuses to print decimals of more than 4 300 digits
SUPPORTED = "[bool, int, float, str, None and the scalars of numpy]"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ValueLimits:
    """Azure's service limits, more generous. A name over its limit is an error; what else passes one is told once."""

    names: int = 10_000  # per run; 50 in Azure. More are kept
    columns: int = 1_000  # per row or table; 15 in Azure. More are kept, up to max_columns
    max_columns: int = 10_000
    name_chars: int = 1_000  # of a metric or column; 255 in Azure
    text_chars: int = 65_536  # of a value; 255 in Azure. The rest is cut off
    description_chars: int = 5_000  # The rest is cut off


DEFAULT_LIMITS = ValueLimits()
_told: set[str] = set()


def tell_once(cause: str, message: str) -> None:
    """Warn the user, once per cause and process."""
    if cause not in _told:
        _told.add(cause)
        log.warning("%s", message)


def plain(value: object, *, limits: ValueLimits = DEFAULT_LIMITS) -> Cell:
    """The value as SDK v1 keeps it: numpy's scalars as Python's, anything unknown as its repr."""
    if value is None or type(value) in (float, bool):
        return value  # type: ignore[return-value]  # exactly these types
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int):
        return _integer(operator.index(value))
    if isinstance(value, str):
        return text(str.__str__(value), _text_chars(limits), what="a text value")
    if _is_numpy_scalar(type(value)):
        kind, size = value.dtype.kind, value.dtype.itemsize  # type: ignore[attr-defined]  # numpy is not imported here
        if kind == "f" and size <= 8:
            return float(value)  # type: ignore[arg-type]  # numpy is not imported here
        if kind in "iu":
            return int(value)  # type: ignore[call-overload, no-any-return]  # numpy is not imported here
        if kind == "b":
            return bool(value)
    return text(_repr(value), _text_chars(limits), what="a value's repr")


def scalar(value: object, *, limits: ValueLimits) -> Cell:
    """The value of `log`; a list, range or generator is refused."""
    if isinstance(value, list | range | GeneratorType):
        raise InvalidArgument(f"log takes one value, not a {type(value).__name__}; use log_list to log several values")
    return plain(value, limits=limits)


def elements(values: Iterable[object], *, limits: ValueLimits) -> list[Cell]:
    """The values of `log_list`."""
    try:
        iterator = iter(values)
    except TypeError as error:
        raise InvalidArgument(f"log_list takes an iterable, not a {type(values).__name__}; use log for one") from error
    cells = [_element(value, limits=limits) for value in iterator]
    if not cells:
        raise InvalidArgument("log_list was given no values; there is nothing to log")
    return cells


def row(columns: Mapping[str, object], *, limits: ValueLimits) -> dict[str, Cell]:
    """The cells of `log_row`."""
    _check_columns("log_row", columns, limits=limits)
    for column, value in columns.items():
        if isinstance(value, list):
            raise InvalidArgument(f"Rows cannot contain list values, column {column} contains a list.")
    return {_name(column, "column", limits): plain(value, limits=limits) for column, value in columns.items()}


def table(columns: Mapping[str, object], *, limits: ValueLimits) -> dict[str, list[Cell]]:
    """The columns of `log_table`, all of one length; plain scalars make a table of one row."""
    _check_columns("log_table", columns, limits=limits)
    cells = {_name(column, "column", limits): _column(column, value, limits) for column, value in columns.items()}
    (first, length), *others = ((column, len(values)) for column, values in cells.items())
    for other, other_length in others:
        if other_length != length:
            raise InvalidArgument(
                "Columns must have the same length, "
                f"column {first} had length {length}, however, column {other} had length {other_length}."
            )
    if length == 0:
        raise InvalidArgument("log_table was given columns without values; there is nothing to log")
    return cells


def metric_name(name: object, *, limits: ValueLimits) -> str:
    """A metric's name; empty, too long or other than text is refused."""
    return _name(name, "metric", limits)


def step_of(step: object) -> int:
    """The step as the journal keeps it."""
    if step is None:
        return NO_STEP
    try:
        if isinstance(step, float) and step.is_integer():
            step = int(step)
        number = operator.index(step)  # type: ignore[arg-type]  # what is no number is the error below
    except TypeError as error:
        raise InvalidArgument(f"step is {step!r}; it must be a whole number") from error
    if not MIN_INT < number <= MAX_INT:
        raise InvalidArgument(f"step is {number}; it must fit into 64 bits")
    return number


def text(value: str, limit: int, *, what: str) -> str:
    """Valid Unicode of at most `limit` characters; what is cut off is told."""
    if len(value) > limit:
        tell_once(f"cut {what}", f"{what} of {len(value)} characters was cut to the limit of {limit}")
        value = value[:limit]
    try:
        value.encode()
    except UnicodeEncodeError:  # lone surrogates: no database and no other language would take them
        return value.encode(errors="backslashreplace").decode()
    return value


def shortened(cells: Mapping[str, Cell], size_bytes: int) -> dict[str, Cell]:
    """A row whose texts are cut so that its JSON fits into `size_bytes`; that they are is told."""
    tell_once("row", f"a row longer than {size_bytes} bytes was logged: its texts were cut")
    longest = max(0, (size_bytes // len(cells) - 32) // 12)  # a character takes up to 12 bytes of JSON
    return {column: cell[:longest] if isinstance(cell, str) else cell for column, cell in cells.items()}


def _text_chars(limits: ValueLimits) -> int:
    return min(limits.text_chars, MAX_PAYLOAD_BYTES // 4)


def _integer(value: int) -> Cell:
    return value if value.bit_length() <= MAX_INT_BITS else hex(value)


def _is_numpy_scalar(kind: type) -> bool:
    return any(base.__name__ == "generic" and base.__module__ == "numpy" for base in kind.__mro__)


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:
        raise InvalidArgument(f"a {type(value).__name__} cannot be logged: its repr fails: {error}") from error


def _element(value: object, *, limits: ValueLimits) -> Cell:
    if isinstance(value, list):
        raise InvalidArgument(f"Value of type {list} is not supported, supported types include {SUPPORTED}")
    return plain(value, limits=limits)


def _column(column: str, value: object, limits: ValueLimits) -> list[Cell]:
    if isinstance(value, list | tuple):
        return [_element(cell, limits=limits) for cell in value]
    if isinstance(value, Sequence | range | set | dict) and not isinstance(value, str):
        raise InvalidArgument(f"column {column} is a {type(value).__name__}; it must be a list")
    if hasattr(value, "tolist") and not _is_numpy_scalar(type(value)):
        raise InvalidArgument(f"column {column} is a {type(value).__name__}; make it a list with {column}.tolist()")
    return [plain(value, limits=limits)]


def _check_columns(call: str, columns: Mapping[str, object], *, limits: ValueLimits) -> None:
    if not columns:
        raise InvalidArgument(f"{call} was given no columns; there is nothing to log")
    if len(columns) > limits.max_columns:
        raise InvalidArgument(f"{call} was given {len(columns)} columns; at most {limits.max_columns} are taken")
    if len(columns) > limits.columns:
        tell_once("columns", f"{call} was given {len(columns)} columns; charts are made for up to {limits.columns}")


def _name(name: object, what: str, limits: ValueLimits) -> str:
    if not isinstance(name, str) or not name:
        raise InvalidArgument(f"the name of a {what} is {name!r}; it must be text, and not empty")
    if len(name) > limits.name_chars:
        raise InvalidArgument(
            f"the name of a {what} has {len(name)} characters, at most {limits.name_chars} may be: {name[:40]}…"
        )
    return text(name.replace("\0", "\\0"), 2 * limits.name_chars, what=f"a {what} name")
