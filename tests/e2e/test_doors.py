"""Getting into Studio and around in it: signing in, empty rooms, light and dark, the keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link

pytestmark = pytest.mark.browser
W = "/api/v1/workspaces/default"


@pytest.fixture(scope="module")
def a_run(studio: RealServer) -> str:
    studio.connection().call(
        "POST", f"{W}/runs", {"run_id": "first", "experiment": "ours", "display_name": "the first"}
    )
    return "first"


@pytest.fixture
def unwatched(browser: Browser) -> Iterator[Page]:
    """Somebody else's page, which may be refused: a browser calls every 401 an error."""
    with browser.new_context() as another:
        yield another.new_page()


def test_an_empty_studio_says_what_to_do_next(signed_in: Page) -> None:
    expect(signed_in.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    expect(signed_in.get_by_role("main")).to_contain_text("start_logging")


def test_a_one_time_link_signs_in_and_leaves_no_secret_in_the_address(signed_in: Page, studio: RealServer) -> None:
    expect(signed_in).to_have_url(f"{studio.url}/w/default")
    assert studio.token not in signed_in.content()
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name="Experiments", level=1)).to_be_visible()


def test_a_link_leads_to_its_page(page: Page, studio: RealServer, a_run: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{a_run}"))
    expect(page.get_by_role("heading", name="the first")).to_be_visible()


@pytest.mark.parametrize(
    ("tab", "title"),
    [
        ("metrics", "No metrics yet"),
        ("images", "No images"),
        ("logs", "No files yet"),
        ("children", "No child runs"),
        ("snapshot", "This run has no snapshot"),
    ],
)
def test_an_empty_tab_says_so_and_what_would_fill_it(
    page: Page, studio: RealServer, a_run: str, tab: str, title: str
) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{a_run}/{tab}"))
    expect(page.get_by_role("tabpanel")).to_contain_text(title)
    assert len(page.get_by_role("tabpanel").inner_text()) > len(title) + 20


def test_a_link_works_once(unwatched: Page, page: Page, studio: RealServer) -> None:
    link = one_time_link(studio)
    page.goto(link)
    expect(page).to_have_url(re.compile("/w/default"))
    refused = unwatched.goto(link)
    assert refused
    assert refused.status == 401


def test_without_a_link_the_page_says_how_to_get_one(unwatched: Page, studio: RealServer) -> None:
    unwatched.goto(studio.url)
    expect(unwatched.locator("body")).to_contain_text("runstead open")


def test_scripts_travel_compressed_to_whoever_can_read_that(signed_in: Page, studio: RealServer) -> None:
    address = f"{studio.url}{signed_in.locator('script[src]').first.get_attribute('src')}"
    packed = signed_in.request.get(address)
    plain = signed_in.request.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.body() == plain.body()
    assert int(packed.headers["content-length"]) < len(plain.body()) / 2


def test_an_address_that_leads_nowhere_says_so(unwatched: Page, studio: RealServer) -> None:
    unwatched.goto(one_time_link(studio, "/w/default/runs/no-such-run"))
    expect(unwatched.get_by_role("main")).to_contain_text("no-such-run")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_studio_follows_the_systems_colours_until_told_otherwise(signed_in: Page, scheme: str) -> None:
    signed_in.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expect(signed_in.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    assert is_dark(signed_in) == (scheme == "dark")
    signed_in.get_by_role("button", name="Dark or light").click()
    signed_in.get_by_role("menuitemradio", name="Light" if scheme == "dark" else "Dark").click()
    assert is_dark(signed_in) != (scheme == "dark")
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    assert is_dark(signed_in) != (scheme == "dark"), "the choice is kept"


def is_dark(page: Page) -> bool:
    """Whether what lies behind the page's text is dark."""
    red, green, blue = page.evaluate(
        """() => {
            const paint = (e) => getComputedStyle(e).backgroundColor;
            let e = document.querySelector("main");
            while (e.parentElement && paint(e) === "rgba(0, 0, 0, 0)") e = e.parentElement;
            return paint(e).match(/[0-9.]+/g).slice(0, 3).map(Number);
        }"""
    )
    return bool(red + green + blue < 384)


def test_everything_on_the_way_to_a_run_is_reached_by_the_keyboard(signed_in: Page, a_run: str) -> None:
    expect(signed_in.get_by_role("link", name="ours")).to_be_visible()
    signed_in.keyboard.press("Tab")
    expect(signed_in.get_by_role("link", name="Skip to the page")).to_be_focused()
    signed_in.keyboard.press("Enter")
    tab_to(signed_in, "ours")
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", name="ours", level=1)).to_be_visible()
    expect(signed_in.get_by_role("row", name="the first")).to_be_visible()
    tab_to(signed_in, "the first")
    signed_in.keyboard.press("Enter")
    expect(signed_in).to_have_url(re.compile(f"/runs/{a_run}"))
    expect(signed_in.get_by_role("heading", name="the first")).to_be_visible()
    tab_to(signed_in, "Details")
    signed_in.keyboard.press("ArrowRight")
    signed_in.keyboard.press("Enter")
    expect(signed_in).to_have_url(re.compile(f"/runs/{a_run}/metrics"))


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing of this name, or its row, has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = str(page.evaluate("(document.activeElement?.innerText ?? '').trim()"))
        if name in focused.splitlines():
            return
    raise AssertionError(f"Tab never reached {name!r}")
