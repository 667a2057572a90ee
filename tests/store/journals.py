"""A plain journal in memory, for tests: what a writer logs, and the bytes that it would ship."""

from collections.abc import Sequence
from itertools import count

from runstead.domain.records import (
    NO_STEP,
    Cell,
    Opening,
    Series,
    encode_opening,
    encode_row,
    encode_series,
    encode_table,
    encode_value,
)

FIRST_US = 1_700_000_000_000_000


class Journal:
    """The journal of one writer, and where its records end."""

    def __init__(self, run_id: str, writer_id: str, clock: "count[int] | None" = None) -> None:
        self.run_id = run_id
        self.writer_id = writer_id
        self.clock = clock or count(FIRST_US, 1000)
        self.numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._written = bytearray()
        self.ends = [0]
        self._add(encode_opening(Opening(run_id, writer_id, "default", FIRST_US)))

    @property
    def body(self) -> bytes:
        """Everything so far."""
        return bytes(self._written)

    def log(self, name: str, value: Cell, *, step: int = NO_STEP, kind: str = "scalar") -> None:
        """One value."""
        self._add(encode_value(self._number(name, kind, ("",)), next(self.clock), step, value))

    def row(self, name: str, cells: dict[str, Cell]) -> None:
        """One row."""
        self._add(encode_row(self._number(name, "row", tuple(cells)), next(self.clock), list(cells.values())))

    def table(self, name: str, columns: dict[str, Sequence[Cell]]) -> None:
        """Several rows."""
        number = self._number(name, "table", tuple(columns))
        self._add(encode_table(number, next(self.clock), list(columns.values())))

    def _number(self, name: str, kind: str, columns: tuple[str, ...]) -> int:
        if (name, columns) not in self.numbers:
            self.numbers[name, columns] = len(self.numbers) + 1
            self._add(encode_series(self.numbers[name, columns], next(self.clock), Series(name, kind, columns)))
        return self.numbers[name, columns]

    def _add(self, record: bytes) -> None:
        self._written += record
        self.ends.append(len(self._written))
