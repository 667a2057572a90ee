"""Notebook cards: a small table of facts and links, as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

SAFE_SCHEMES = ("http://", "https://")


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere; any address but HTTP's is shown as text."""

    url: str
    text: str


def card(facts: Mapping[str, str | Link | None]) -> str:
    """One row of facts under their names. Whatever the facts say, nothing in them is markup."""
    heads = "".join(f"<th>{escape(name)}</th>" for name in facts)
    cells = "".join(f"<td>{_cell(fact)}</td>" for fact in facts.values())
    return f'<table style="width:100%"><tr>{heads}</tr><tr>{cells}</tr></table>'


def _cell(fact: str | Link | None) -> str:
    if not isinstance(fact, Link):
        return escape(fact or "")
    if not fact.url.startswith(SAFE_SCHEMES):
        return escape(fact.text)
    return f'<a href="{escape(fact.url)}" target="_blank" rel="noopener">{escape(fact.text)}</a>'
