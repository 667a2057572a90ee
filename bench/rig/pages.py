"""Pages in a real Chromium, timed from within: when rows stand there, how long frames take, when something is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.machine import NO_CHROMIUM, find_chromium

FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
# Notes when an element first stood in the page, painted; and every stroke of a canvas.
WATCH = """
window.strokes = [];
const stroke = CanvasRenderingContext2D.prototype.stroke;
CanvasRenderingContext2D.prototype.stroke = function (...path) {
  window.strokes.push(performance.timeOrigin + performance.now());
  return stroke.apply(this, path);
};
window.painted = (test) => new Promise((done) => {
  setTimeout(() => done(-1), 60000);
  const look = () => test() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
});
"""
FRAMES = """
async ([selector, across]) => {
  const box = document.querySelector(selector);
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  let last = await frame();
  for (let n = 0; n < 240; n += 1) {
    if (across) box.scrollLeft += 120; else box.scrollTop += 180;
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  return times;
}
"""


@contextmanager
def a_page() -> Iterator[Page]:
    """A fresh page; SystemExit if there is no Chromium."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.add_init_script(WATCH)
        yield page
        browser.close()


def shown_ms(page: Page, address: str, test: str) -> float:
    """Open an address; milliseconds until the JavaScript `test` held and was painted, -1 if it never did."""
    page.goto("about:blank")  # the same address with another fragment would not load anew
    page.goto(address, wait_until="commit")
    return float(page.evaluate(f"window.painted(() => {test})"))


def first_paint_ms(page: Page) -> float:
    """The first contentful paint of the page that is open."""
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"))


def frames_ms(page: Page, selector: str, *, across: bool) -> list[float]:
    """How long each of 240 frames took while a box was scrolled, sorted."""
    return sorted(page.evaluate(FRAMES, [selector, across]))


def heap_mib(page: Page) -> float:
    """The page's JavaScript memory after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    return float(page.evaluate("performance.memory.usedJSHeapSize")) / (1 << 20)
