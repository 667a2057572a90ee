"""The log viewer in a real browser: two lenses, search, errors, links to lines, logs side by side."""

import re
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link

pytestmark = pytest.mark.browser
W = "/api/v1/workspaces/default"
DRIVER = "azureml-logs/70_driver_log_0.txt"
NUMBERS = count()


@dataclass(frozen=True)
class Logs:
    """A run whose logs the test writes."""

    server: RealServer
    run_id: str

    def write(self, content: bytes, *, offset: int = 0, path: str = DRIVER) -> int:
        address = f"{W}/runs/{self.run_id}/logs/{quote(path)}"
        self.server.connection().send("POST", address, content, query={"offset": offset})
        return offset + len(content)

    def page(self, query: str = "") -> str:
        return one_time_link(self.server, f"/w/default/runs/{self.run_id}/logs{query}")


@pytest.fixture
def logs(studio: RealServer) -> Logs:
    run_id = f"logs-{next(NUMBERS)}"
    studio.connection().call("POST", f"{W}/runs", {"run_id": run_id, "experiment": "logs"})
    return Logs(studio, run_id)


def lines(first: int, last: int) -> bytes:
    return b"".join(b"line %d of the log\n" % number for number in range(first, last + 1))


def row(page: Page, text: str) -> Locator:
    return page.get_by_test_id("log-text").locator(".log-line").filter(has_text=re.compile(rf"{re.escape(text)}\b"))


def test_progress_bars_are_settled_on_the_screen_and_every_frame_is_in_the_record(page: Page, logs: Logs) -> None:
    frames = "".join(f"\r{percent:3d}% done" for percent in range(101))
    logs.write(b"begin\n" + frames.encode() + b"\nend\n")
    page.goto(logs.page())
    log = page.get_by_role("log")
    expect(log).to_contain_text("100% done")
    expect(log).not_to_contain_text(" 57% done")
    page.get_by_role("button", name="Full record").click()
    expect(log).to_contain_text(" 57% done")
    page.get_by_role("button", name="Fold 101 frames").last.click()
    expect(log).not_to_contain_text(" 57% done")
    expect(log).to_contain_text("101 frames folded")
    expect(log).to_contain_text("100% done")
    expect(page).to_have_url(re.compile("lens=record"))
    page.reload()
    expect(log).to_contain_text(" 57% done")


def test_following_lets_go_when_one_scrolls_up_and_goes_on_at_the_end(page: Page, logs: Logs) -> None:
    offset = logs.write(lines(1, 300))
    page.goto(logs.page())
    log = page.get_by_test_id("log-text")
    expect(row(page, "line 300")).to_be_visible()
    log.hover()
    page.mouse.wheel(0, -1500)
    back = page.get_by_role("button", name="Back to the end")
    expect(back).to_be_visible()
    expect(row(page, "line 300")).not_to_be_visible()
    seen = log.evaluate("(element) => element.scrollTop")
    offset = logs.write(lines(301, 400), offset=offset)
    expect(page.get_by_test_id("log-state")).to_contain_text("growing")
    expect(log.locator(".log-line").first).to_be_attached()
    assert log.evaluate("(element) => element.scrollTop") == seen
    back.click()
    expect(row(page, "line 400")).to_be_visible()
    logs.write(lines(401, 410), offset=offset)
    expect(row(page, "line 410")).to_be_visible()
    expect(back).not_to_be_visible()


def test_a_search_counts_all_lines_of_a_large_log_and_goes_to_them(page: Page, logs: Logs) -> None:
    logs.write(lines(1, 120_000))
    page.goto(logs.page())
    expect(row(page, "line 120000")).to_be_visible()
    page.get_by_role("searchbox", name="Find in this file").fill("line 777")
    found = page.get_by_test_id("log-found")
    expect(found).to_have_text("111 lines")
    page.get_by_role("button", name="Next place").click()
    expect(row(page, "line 777")).to_be_visible()
    expect(found).to_have_text("1 of 111 lines")
    page.get_by_role("button", name="Previous place").click()
    expect(row(page, "line 77799")).to_be_visible()
    page.get_by_role("button", name="Regular expression (RE2)").click()
    page.get_by_role("searchbox", name="Find in this file").fill(r"line 5\d{3} ")
    expect(found).to_have_text("1\u202f000 lines")
    expect(page).to_have_url(re.compile("regex=1"))


def test_a_pattern_that_is_none_is_told(context: BrowserContext, logs: Logs) -> None:
    logs.write(lines(1, 3))
    page = context.new_page()  # the browser notes the server's refusal as an error
    page.goto(logs.page("?find=%28&regex=1"))
    expect(page.get_by_test_id("problem")).to_contain_text("no regular expression")


def test_e_goes_to_the_first_error_and_to_the_next(page: Page, logs: Logs) -> None:
    errors = b"Traceback (most recent call last):\n  File x\nValueError: bad\n"
    logs.write(lines(1, 40_000) + errors + lines(40_001, 80_000))
    page.goto(logs.page())
    expect(row(page, "line 80000")).to_be_visible()
    page.keyboard.press("e")
    expect(page.get_by_test_id("log-found")).to_have_text("1 of 2 errors")
    expect(row(page, "Traceback")).to_be_visible()
    expect(row(page, "Traceback").get_by_role("link", include_hidden=True)).to_have_text("40001")
    page.keyboard.press("e")
    expect(page.get_by_test_id("log-found")).to_have_text("2 of 2 errors")


def test_an_address_names_lines_and_a_click_makes_one(page: Page, logs: Logs) -> None:
    logs.write(lines(1, 100_000))
    page.goto(logs.page("#L50000-L50002"))
    for number in (50_000, 50_001, 50_002):
        expect(row(page, f"line {number}")).to_have_class(re.compile("log-picked"))
    expect(row(page, "line 50000")).to_be_visible()
    row(page, "line 50005").locator("a").click()
    expect(page).to_have_url(re.compile("#L50005$"))
    row(page, "line 50007").locator("a").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("#L50005-L50007$"))
    expect(row(page, "line 50006")).to_have_class(re.compile("log-picked"))


def test_a_link_to_a_line_survives_what_is_written_later(page: Page, logs: Logs) -> None:
    offset = logs.write(lines(1, 30_000))
    page.goto(logs.page("#L3"))
    expect(row(page, "line 3")).to_be_visible()
    logs.write(lines(30_001, 30_500), offset=offset)
    expect(row(page, "line 3")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the end")).to_be_visible()


def test_logs_of_several_processes_stand_side_by_side(page: Page, logs: Logs) -> None:
    other = DRIVER.replace("_0", "_1")
    logs.write(b"here is rank 0\n")
    offset = logs.write(b"here is rank 1\n", path=other)
    page.goto(logs.page())
    page.get_by_role("button", name="Show another log beside it").click()
    page.get_by_role("menuitem", name=other).click()
    columns = page.get_by_role("region", name="Logs side by side").get_by_role("log")
    expect(columns).to_have_count(2)
    expect(columns.nth(0)).to_contain_text("here is rank 0")
    expect(columns.nth(1)).to_contain_text("here is rank 1")
    logs.write(b"and more\n", offset=offset, path=other)
    expect(columns.nth(1)).to_contain_text("and more")
    page.reload()
    expect(columns).to_have_count(2)
    page.get_by_role("button", name=f"Close {other}").click()
    expect(page.get_by_role("log")).to_have_count(1)


def test_the_times_of_lines_are_shown_if_asked_for(page: Page, logs: Logs) -> None:
    logs.write(lines(1, 3))
    page.goto(logs.page())
    expect(row(page, "line 3")).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitemcheckbox", name="Time of each line").click()
    expect(row(page, "line 2").locator("time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d\.\d{3}$"))


def test_an_endless_line_is_shown_and_found_in_parts(page: Page, logs: Logs) -> None:
    logs.write(b"x" * 3_000_000 + b" needle " + b"y" * 1_000_000 + b"\nlast\n")
    page.goto(logs.page())
    expect(row(page, "last")).to_be_visible()
    page.get_by_role("searchbox", name="Find in this file").fill("needle")
    expect(page.get_by_test_id("log-found")).to_have_text("1 line")
    page.get_by_role("button", name="Next place").click()
    expect(page.get_by_role("log")).to_contain_text("needle")


HOSTILE = (
    b"\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b]8;;http://evil.test\x07a link\x1b]8;;\x07"
    b"\x1b[99999999999999999999C\x1b[999999999A\x1b[2147483648;1H\x1bP+q544e\x1b\\\x1b[?1049h\x1b[6n\x1bc"
    b"\x1b[38;2;999;999;999m\x1b[38;5;99999m<script>alert(1)</script>\x1b[0m end of attack\n"
)


@pytest.mark.parametrize("lens", ["", "?lens=record"])
def test_hostile_escapes_do_nothing(page: Page, logs: Logs, lens: str) -> None:
    logs.write(b"before\n" + HOSTILE + b"\x1b]0;never ended " + b"z" * 10_000 + b"\nafter\n")
    page.goto(logs.page(lens))
    log = page.get_by_role("log")
    expect(log).to_contain_text("end of attack")
    expect(log).to_contain_text("after")
    expect(log).to_contain_text("<script>alert(1)</script>")
    assert page.locator("[href*='evil.test']").count() == 0
    assert "owned" not in page.title()
