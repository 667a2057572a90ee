"""Which keys and comparisons a noun's filter and order_by know; what else is asked is refused in MLflow's words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.server.mlflow.filters import Condition, Key, Order, Value, conditions_of, orders_of

TEXT_OPS = ("=", "!=", "LIKE", "ILIKE", "IN", "NOT IN", "IS NULL", "IS NOT NULL")
NUMBER_OPS = ("=", "!=", "<", "<=", ">", ">=", "IS NULL", "IS NOT NULL")


@dataclass(frozen=True)
class Grammar:
    """`texts` and `numbers` are attributes; `words` are kinds of keys with texts, such as tag, `measures` with numbers.

    `named`: the names that a kind has, where it has not any. `free`: kinds whose values are texts or numbers.
    `patterns`: texts are compared with RLIKE, too.
    """

    texts: Collection[str]
    numbers: Collection[str] = ()
    words: Collection[str] = ("tag",)
    measures: Collection[str] = ()
    named: Mapping[str, Collection[str]] = field(default_factory=dict)
    free: Collection[str] = ()
    patterns: bool = False

    def conditions(self, text: str | None) -> list[Condition]:
        """The conditions of a filter, checked."""
        found = conditions_of(text)
        for one in found:
            self._check(one)
        return found

    def orders(self, texts: Sequence[str]) -> list[Order]:
        """The parts of an order_by, checked."""
        found = orders_of(texts)
        for one in found:
            self.check_key(one.key)
        return found

    def check_key(self, key: Key) -> None:
        """InvalidArgument for a key that the noun does not have."""
        known = (*self.texts, *self.numbers) if key.kind == "attribute" else self.named.get(key.kind)
        if key.kind not in ("attribute", *self.words, *self.measures, *self.free):
            kinds = ", ".join(("attribute", *self.words, *self.measures, *self.free))
            raise InvalidArgument(f"Invalid entity type '{key.kind}'. Valid entity types are {kinds}")
        if known is not None and key.name not in known:
            others = ", ".join(f"{one}s.<key>" for one in (*self.words, *self.measures) if one != key.kind)
            told = ", ".join(sorted(name for name in known if name.islower() and " " not in name))
            raise InvalidArgument(
                f"Invalid {key.kind} key '{key.name}' specified. Valid keys are {told}; there are also {others}"
            )

    def is_number(self, key: Key) -> bool:
        """Whether the key's values are numbers."""
        return key.kind in self.measures or (key.kind == "attribute" and key.name in self.numbers)

    def _check(self, condition: Condition) -> None:
        key, op = condition.key, condition.op
        self.check_key(key)
        is_number = self.is_number(key) or (key.kind in self.free and isinstance(condition.value, int | float))
        ops = NUMBER_OPS if is_number else (*TEXT_OPS, "RLIKE") if self.patterns else TEXT_OPS
        if op not in ops:
            raise InvalidArgument(
                f"Invalid comparison operator '{op}' for {key.kind} '{key.name}'; it takes {', '.join(ops)}"
            )
        if not _fits(condition.value, is_number=is_number):
            wanted = "numeric value type" if is_number else "a quoted string value"
            raise InvalidArgument(f"Expected {wanted} for {key.kind} '{key.name}'. Found {condition.value!r:.60}")


def _fits(value: Value, *, is_number: bool) -> bool:
    return value is None or isinstance(value, tuple) or isinstance(value, str) != is_number
