"""Notebook cards: facts in order, and nothing that was logged is ever markup."""

import pytest

from runstead.widget.cards import Link, card

HOSTILE = ["<script>alert(1)</script>", '" onmouseover="x', "'><img src=x onerror=y>", "a&b"]


def test_facts_are_shown_under_their_names_in_order() -> None:
    shown = card({"Name": "mine", "Status": None})

    assert "<th>Name</th><th>Status</th>" in shown
    assert "<td>mine</td><td></td>" in shown


def test_a_link_opens_in_a_page_of_its_own() -> None:
    assert '<a href="http://127.0.0.1/w" target="_blank" rel="noopener">Studio</a>' in card(
        {"Page": Link("http://127.0.0.1/w", "Studio")}
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_markup(text: str) -> None:
    plain = card({"Name": "", "Page": Link("http://x.test/", "")})

    hostile = card({"Name": text, "Page": Link(f"http://x.test/{text}", text)})

    for mark in '<>"':
        assert hostile.count(mark) == plain.count(mark)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " http://x.test", "//x.test"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert "<a" not in card({"Page": Link(url, "click me")})
