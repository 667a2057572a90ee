"""What holds on every page: accessible in both themes, readable on a phone, small, at rest, commands, no server."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from runstead.testing.servers import RealServer, start_server, stop_server, wait_until
from tests.e2e.conftest import one_time_link
from tests.e2e.scenery import at_rest, faults_of, furnish, pages_of

pytestmark = pytest.mark.browser

MOST_BYTES = 500_000
MOST_SHIFT = 0.05
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Layout shifts that nobody's click or key has made, and what was fetched.
WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
LOADED = """
performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/assets/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
"""


@pytest.fixture
def furnished(studio: RealServer, sdk_environment: dict[str, str], tmp_path: Path) -> RealServer:
    if not studio.connection().call("GET", "/api/v1/workspaces/default/experiments")["experiments"]:
        furnish(sdk_environment, tmp_path, scripts=("logging_tour.py", "child_runs.py"))
    return studio


def test_axe_finds_no_serious_fault_on_any_page_in_either_theme(page: Page, furnished: RealServer) -> None:
    page.goto(one_time_link(furnished))
    faults: list[str] = []
    for name, path in pages_of(page, furnished).items():
        page.goto(f"{furnished.url}{path}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            at_rest(page)
            assert page.evaluate("getComputedStyle(document.body).colorScheme") == scheme
            faults += [f"{name}, {scheme}: {fault}" for fault in faults_of(page)]
    assert not faults, "\n".join(faults)


def test_the_page_scrolls_down_and_never_sideways_on_a_phone(browser: Browser, furnished: RealServer) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as phone:
        page = phone.new_page()
        page.goto(one_time_link(furnished))
        for name, path in pages_of(page, furnished).items():
            page.goto(f"{furnished.url}{path}")
            at_rest(page)
            wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= seen, f"{name} is {wide} pixels wide"
            expect(page.get_by_role("navigation", name="Main").get_by_text("All runs")).to_be_in_viewport()


def test_no_page_is_large_moves_or_has_two_streams(page: Page, furnished: RealServer) -> None:
    """Slow: every page is opened."""
    streams: list[str] = []

    def note(request: Request) -> None:
        if "/events" in request.url:
            streams.append(request.url)

    page.add_init_script(WATCH)
    page.on("request", note)
    page.goto(one_time_link(furnished))
    paths = {**pages_of(page, furnished), "dashboard": "/w/default/runs?compare=*"}
    for name, path in paths.items():
        streams.clear()
        page.goto(f"{furnished.url}{path}")
        at_rest(page)
        size = page.evaluate(LOADED)
        assert 0 < size < MOST_BYTES, f"{name} loads {size} bytes, compressed"
        assert page.evaluate("window.shift") <= MOST_SHIFT, f"{name} moves while it comes"
        assert len(streams) == 1, f"{name} has the streams {streams}"


def test_the_code_of_a_page_and_its_first_answers_are_asked_for_together(page: Page, furnished: RealServer) -> None:
    page.goto(one_time_link(furnished))
    path = pages_of(page, furnished)["run-metrics"]
    run, held = path.split("/")[-2], list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/runs/{run}", hold)
    code, metrics = re.compile(r"/MetricsTab-[^/]*\.js$"), re.compile(rf"/runs/{run}/metrics$")
    with page.expect_request(code), page.expect_request(metrics):  # neither waits for the run, which does not come
        page.goto(f"{furnished.url}{path}", wait_until="commit")
    wait_until(lambda: page.evaluate("true") and bool(held), what="the run is asked for", timeout_s=60)
    for one in held:
        one.continue_()
    at_rest(page)


def test_a_page_at_rest_asks_for_nothing(page: Page, furnished: RealServer) -> None:
    page.clock.install()
    page.goto(one_time_link(furnished))
    paths = pages_of(page, furnished)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def is_quiet() -> bool:
        asked.clear()
        page.clock.run_for(10 * 60_000)
        page.evaluate("0")  # what was asked for by then has been told
        return asked == []

    for name in ("runs", "run-metrics", "run-outputs-+-logs"):
        page.goto(f"{furnished.url}{paths[name]}")
        at_rest(page)
        wait_until(is_quiet, what=f"ten minutes without a request by {name}", timeout_s=60)


def test_the_palette_finds_runs_experiments_and_commands_without_the_mouse(page: Page, furnished: RealServer) -> None:
    page.goto(one_time_link(furnished))
    expect(page.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Search and commands")).to_be_visible()
    page.keyboard.type("forest")
    expect(page.get_by_role("option", name=re.compile("forest"))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="forest")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("diabetes-m")
    page.get_by_role("option", name="diabetes-models", exact=True).click()
    expect(page).to_have_url(re.compile("/experiments/diabetes-models"))
    page.keyboard.press("Control+k")
    page.keyboard.type("theme dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing is called like this")
    expect(page.get_by_text("Nothing of that name.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_lead_around_and_are_listed(page: Page, furnished: RealServer) -> None:
    page.goto(one_time_link(furnished))
    expect(page.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="All runs", level=1)).to_be_visible()
    page.keyboard.press("?")
    listed = page.get_by_role("dialog", name="Keys")
    expect(listed).to_contain_text("Experiments")
    expect(listed).to_contain_text("Search on this page")
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Find an experiment")).to_be_focused()
    page.keyboard.type("?g r")  # somebody is typing: no key does anything
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("searchbox", name="Find an experiment")).to_have_value("?g r")


@pytest.fixture
def passing_server(tmp_path: Path) -> Iterator[RealServer]:
    """A server that may be stopped and started again."""
    yield start_server(tmp_path / "home")
    stop_server(tmp_path / "home")


def test_a_server_that_goes_away_is_told_and_its_return_needs_no_click(
    browser: Browser, passing_server: RealServer
) -> None:
    home, port = passing_server.home, int(passing_server.url.rpartition(":")[2])
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(one_time_link(passing_server))
        heading = page.get_by_role("heading", name="Experiments", level=1)
        expect(heading).to_be_visible()
        expect(page.get_by_test_id("connection")).to_have_attribute("data-state", "live")
        before = heading.bounding_box()
        passing_server.kill()
        expect(page.get_by_test_id("away")).to_contain_text("does not answer", timeout=30_000)
        assert heading.bounding_box() == before, "the banner moves nothing"
        back = start_server(home, "--port", str(port))
        expect(page.get_by_test_id("away")).to_be_empty(timeout=60_000)
        run = {"run_id": "after", "experiment": "made-after-the-return"}
        back.connection().call("POST", "/api/v1/workspaces/default/runs", run)
        expect(page.get_by_role("link", name="made-after-the-return")).to_be_visible()


def test_times_are_local_and_tell_utc_on_hover(browser: Browser, furnished: RealServer) -> None:
    with browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB") as far:
        page = far.new_page()
        page.goto(one_time_link(furnished))
        shown = page.locator("time").first
        at = shown.get_attribute("datetime") or ""
        assert f"{at[:19].replace('T', ' ')} UTC" in (shown.get_attribute("title") or "")
