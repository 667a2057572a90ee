"""Saved views of a run table: a name for the part of Studio's address that says what is shown."""

from dataclasses import dataclass

MOST_CHARS = 20_000  # of an address; browsers take more, people do not


@dataclass(frozen=True)
class View:
    """`experiment`: whose table it is; None for that of all runs. `search`: the address after its question mark."""

    key: int
    view_id: str
    name: str
    experiment: str | None
    search: str
    is_default: bool
    created_at_ms: int
    changed_at_ms: int


@dataclass(frozen=True)
class ViewEdit:
    """What to change; None leaves as it is."""

    name: str | None = None
    search: str | None = None
    is_default: bool | None = None
