"""MLflow's filter and order_by texts, read into comparisons; what they compare is for each noun to say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar

import re2  # type: ignore[import-untyped]  # it has no types

from runstead.domain.errors import InvalidArgument

MOST_CONDITIONS, MOST_CHARS = 200, 100_000
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("metric", "metrics"), "metric"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "param"),
    **dict.fromkeys(("tag", "tags"), "tag"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run", "trace"), "attribute"),
    **dict.fromkeys(("metadata", "request_metadata", "trace_metadata"), "metadata"),
    **{one: one for one in ("feedback", "expectation", "span")},
    "spans": "span",
    **dict.fromkeys(("dataset", "datasets"), "dataset"),
}
TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    | (?P<tick>`[^`]*`)
    | (?P<number>[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)(?![\w.]))
    | (?P<op><=|>=|!=|<>|==|=|<|>)
    | (?P<mark>[(),.])
    | (?P<word>[^\W\d](?:[\w./:@]|-(?=\w))*)
    )""",
    re.VERBOSE,
)
Value: TypeAlias = str | float | int | tuple[str, ...] | None
Plain: TypeAlias = str | float | int | None
Row = TypeVar("Row")


class Key(NamedTuple):
    """What is compared: `kind` is metric, param, tag, attribute or dataset."""

    kind: str
    name: str


@dataclass(frozen=True)
class Condition:
    """`op`: = != < <= > >= LIKE ILIKE RLIKE IN, NOT IN (a tuple), IS NULL, IS NOT NULL (None)."""

    key: Key
    op: str
    value: Value


@dataclass(frozen=True)
class Order:
    """One part of an order_by."""

    key: Key
    descending: bool


class Token(NamedTuple):
    """`kind` is the name of its group in TOKEN; texts come without their quotes."""

    kind: str
    text: str


def conditions_of(text: str | None) -> list[Condition]:
    """The conditions of a filter, all of which have to hold; InvalidArgument says what cannot be read."""
    if not text or not text.strip():
        return []
    reader = _Reader(text)
    found = [reader.condition()]
    while reader.left:
        reader.expect("AND")
        found.append(reader.condition())
        if len(found) > MOST_CONDITIONS:
            raise InvalidArgument(f"Invalid filter: at most {MOST_CONDITIONS} conditions are taken")
    return found


def orders_of(texts: Sequence[str]) -> list[Order]:
    """The parts of an order_by."""
    return [_order_of(text) for text in texts]


def holds(condition: Condition, value: Plain) -> bool:
    """Whether a value, None where there is none, passes a condition."""
    op, wanted = condition.op, condition.value
    if op in ("IS NULL", "IS NOT NULL"):
        return (value is None) == (op == "IS NULL")
    if value is None:
        return False
    if op in ("IN", "NOT IN"):
        return isinstance(wanted, tuple) and (str(value) in wanted) == (op == "IN")
    if op == "RLIKE":
        return _searched(str(wanted), str(value))
    if op in ("LIKE", "ILIKE"):
        flags = re.DOTALL | (re.IGNORECASE if op == "ILIKE" else 0)
        pattern = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in str(wanted))
        return re.fullmatch(pattern, str(value), flags) is not None
    return _compared(op, value, wanted)


def _searched(pattern: str, text: str) -> bool:
    try:
        return re2.search(pattern, text) is not None
    except re2.error as error:
        raise InvalidArgument(f"{pattern[:100]!r} is no regular expression: {error}") from error


def sorted_by(rows: Sequence[Row], orders: Sequence[Order], value: Callable[[Row, Key], Plain]) -> list[Row]:
    """Rows in this order; those without a value come last, whichever way."""
    found = list(rows)
    for order in reversed(orders):
        valued = [(value(row, order.key), row) for row in found]
        there = sorted(((v, row) for v, row in valued if v is not None), key=_rank, reverse=order.descending)
        found = [row for _, row in there] + [row for v, row in valued if v is None]
    return found


def _rank(pair: tuple[Plain, object]) -> tuple[bool, float, str]:
    value = pair[0]
    return (True, 0.0, value) if isinstance(value, str) else (False, float(value or 0), "")


def _compared(op: str, value: str | float, wanted: Value) -> bool:
    if isinstance(value, str) != isinstance(wanted, str) or wanted is None or isinstance(wanted, tuple):
        return op == "!="
    left, right = _rank((value, None)), _rank((wanted, None))
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[op]


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, text: str) -> None:
        self._whole = text
        self._tokens = _tokens(text)
        self._place = 0

    @property
    def left(self) -> bool:
        """Whether anything is left to read."""
        return self._place < len(self._tokens)

    def condition(self) -> Condition:
        """Key, operator, value."""
        key = self.key()
        op = self._operator()
        if op in ("IS NULL", "IS NOT NULL"):
            return Condition(key, op, None)
        if op in ("IN", "NOT IN"):
            return Condition(key, op, self._choices())
        return Condition(key, op, self._value(key))

    def key(self) -> Key:
        """`metrics.loss`, ``params.`a b` ``, or an attribute alone."""
        token = self._next()
        if token.kind == "tick" and not self.is_word("."):
            return Key("attribute", token.text)
        if token.kind == "tick":
            token = Token("word", f"{token.text}.")
            if self.left and self._tokens[self._place].kind == "word":
                token = Token("word", token.text + self._next().text)
        if token.kind != "word":
            raise self._error(f"expected a key, not {token.text!r}")
        kind, dot, name = token.text.partition(".")
        if not dot:
            return Key("attribute", kind)
        if kind.lower() not in KINDS:
            known = "metrics, params, tags, attributes, datasets"
            raise self._error(f"Invalid entity type {kind!r}; valid ones are {known}")
        if not name:
            quoted = self._next()
            if quoted.kind not in ("tick", "text"):
                raise self._error(f"expected a name after {token.text!r}")
            name = quoted.text
        return Key(KINDS[kind.lower()], name)

    def expect(self, word: str) -> None:
        """The next token is this word."""
        token = self._next()
        if token.kind not in ("word", "mark") or token.text.upper() != word:
            raise self._error(f"expected {word}, not {token.text!r}")

    def is_word(self, *words: str) -> str | None:
        """The next token, if it is one of these words; it is then read."""
        if self.left and self._tokens[self._place].text.upper() in words:
            return self._next().text.upper()
        return None

    def _operator(self) -> str:
        token = self._next()
        if token.kind == "op":
            return {"==": "=", "<>": "!="}.get(token.text, token.text)
        word = token.text.upper()
        if token.kind == "word" and word in ("LIKE", "ILIKE", "RLIKE", "IN"):
            return word
        if token.kind == "word" and word == "NOT":
            self.expect("IN")
            return "NOT IN"
        if token.kind == "word" and word == "IS":
            negated = self.is_word("NOT")
            self.expect("NULL")
            return "IS NOT NULL" if negated else "IS NULL"
        raise self._error(f"{token.text!r} compares nothing")

    def _value(self, key: Key) -> Value:
        token = self._next()
        if token.kind == "text":
            return token.text
        if token.kind == "number":
            return float(token.text) if re.search(r"[.eE]", token.text) else int(token.text)
        raise self._error(f"expected a quoted string or a number for {key.name!r}, not {token.text!r}")

    def _choices(self) -> tuple[str, ...]:
        self.expect("(")
        found: list[str] = []
        while True:
            token = self._next()
            if token.kind not in ("text", "number"):
                raise self._error(f"expected a quoted string in a list, not {token.text!r}")
            found.append(token.text)
            if self._next().text == ")":
                return tuple(found)

    def _next(self) -> Token:
        if not self.left:
            raise self._error("it ends too early")
        self._place += 1
        return self._tokens[self._place - 1]

    def _error(self, reason: str) -> InvalidArgument:
        return InvalidArgument(f"Invalid clause(s) in filter string {self._whole[:200]!r}: {reason}")


def _order_of(text: str) -> Order:
    reader = _Reader(text)
    key = reader.key()
    way = reader.is_word("ASC", "DESC") or "ASC"
    if reader.left:
        raise InvalidArgument(f"Invalid ordering key in order_by clause {text[:200]!r}: write a key, then ASC or DESC")
    return Order(key, way == "DESC")


def _tokens(text: str) -> list[Token]:
    if len(text) > MOST_CHARS:
        raise InvalidArgument(f"the filter has {len(text)} characters; at most {MOST_CHARS} are taken")
    found = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise InvalidArgument(f"Invalid clause(s) in filter string: cannot read {text[place : place + 40]!r}")
        word = match[match.lastgroup]
        if match.lastgroup == "text":
            word = word[1:-1].replace(word[0] * 2, word[0])
        found.append(Token(match.lastgroup, word.strip("`") if match.lastgroup == "tick" else word))
        place = match.end()
    return found
