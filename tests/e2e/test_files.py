"""Files of a run in a real browser: what is shown of each kind, and what a hostile one can reach: nothing."""

import io
import json
import pickle
import zipfile
from collections.abc import Iterator
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link

pytestmark = pytest.mark.browser
W = "/api/v1/workspaces/default"
RUN = "files"
# Says in its title, which nothing but the test can read, what it could reach.
SPY = """<!doctype html><h1>A report</h1><script>
const reached = [];
const attempt = (name, action) => { try { action(); reached.push(name); } catch { } };
attempt("parent", () => parent.document.title);
attempt("cookie", () => document.cookie);
attempt("storage", () => localStorage.length);
attempt("top", () => { top.location = "/w/default/runs"; });
document.querySelector("h1").textContent = "A report of scripts";
fetch("/api/v1/workspaces").then(() => reached.push("fetch"), () => undefined).then(() => {
  document.body.append(`reached: ${reached.join(" ") || "nothing"}`);
});
</script>"""

README = b"""# Title

<img src=x onerror=alert(1)>

[link](javascript:alert(2)) ![p](http://evil.test/p)

| a |
|---|
| cell |
"""
FIGURE = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="alert(3)">
<image href="http://evil.test/x.png"/><rect width="40" height="40"/></svg>"""


@pytest.fixture
def frank(context: BrowserContext) -> Iterator[Page]:
    """A page in which the browser may say what it refuses, for it refuses much; nothing may leave, or run outside."""
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("requestfailed", lambda request: asked.remove(request.url))
    yield opened
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
    assert opened.evaluate("window.trapped") == []


@pytest.fixture(scope="module")
def files(studio: RealServer) -> str:
    """A run with a file of each kind."""
    connection = studio.connection()
    connection.call("POST", f"{W}/runs", {"run_id": RUN, "experiment": "files"})
    table = pa.table({"step": list(range(1000)), "name": [f"row {n}" for n in range(1000)]})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", row_group_size=300)
    contents = {
        "code/train.py": b"def train(rate):\n\treturn rate * 2  # twice\n",
        "data/rows.csv": b"step,name\n" + b"".join(b"%d,row %d\n" % (n, n) for n in range(1000)),
        "data/table.parquet": buffer.getvalue(),
        "data/conf.json": json.dumps({"model": {"layers": [1, 2, {"deep": "inside"}]}, "rate": 0.5}).encode(),
        "chart": b'{"schema_type": "residuals", "data": {"bin_edges": [0, 1]}}\n',
        "README.md": README,
        "model.pkl": pickle.dumps(json.JSONDecoder),
        "report.html": SPY.encode(),
        "figure.svg": FIGURE,
    }
    for name, content in contents.items():
        connection.send("PUT", f"{W}/runs/{RUN}/artifacts/{quote('outputs/' + name)}", content)
    return RUN


def show(page: Page, studio: RealServer, name: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{RUN}/logs?file={quote('outputs/' + name, safe='')}"))


@pytest.mark.usefixtures("files")
def test_source_is_coloured_and_can_be_searched(page: Page, studio: RealServer) -> None:
    show(page, studio, "code/train.py")
    log = page.get_by_role("log")
    expect(log.locator(".tok-keyword").first).to_have_text("def")
    expect(log.locator(".tok-comment")).to_have_text("# twice")
    page.get_by_role("searchbox", name="Find in this file").fill("RATE")
    expect(page.get_by_test_id("log-found")).to_have_text("2 lines")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("name", ["data/rows.csv", "data/table.parquet"])
def test_tables_are_read_page_by_page(page: Page, studio: RealServer, name: str) -> None:
    show(page, studio, name)
    rows = page.get_by_test_id("table-rows")
    expect(rows).to_contain_text("Rows 1 to 200")
    expect(page.get_by_role("columnheader", name="name")).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name="Next page").click()
        expect(page.get_by_role("button", name="Next page")).to_be_enabled()
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_contain_text("Rows 801 to 1\u202f000")
    expect(page.get_by_role("cell", name="row 999", exact=True)).to_be_attached()
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.get_by_role("button", name="Previous page").click()
    expect(page.get_by_role("cell", name="row 600", exact=True)).to_be_attached()


@pytest.mark.usefixtures("files")
def test_json_is_a_tree(page: Page, studio: RealServer) -> None:
    show(page, studio, "data/conf.json")
    content = page.get_by_test_id("file-body")
    expect(content).to_contain_text("rate: 0.5")
    expect(content).not_to_contain_text("inside")
    content.get_by_text("layers").click()
    content.get_by_text("2: ").last.click()
    expect(content).to_contain_text('deep: "inside"')
    page.goto(f"{studio.url}/w/default/runs/{RUN}/logs?file=outputs%2Fchart")
    expect(content).to_contain_text('schema_type: "residuals"')  # known by its content: the name says nothing


@pytest.mark.usefixtures("files")
def test_markdown_is_formatted_and_none_of_its_html_or_links_are_alive(page: Page, studio: RealServer) -> None:
    show(page, studio, "README.md")
    content = page.get_by_test_id("file-body")
    expect(content.get_by_role("heading", name="Title")).to_be_visible()
    expect(content.get_by_role("cell", name="cell")).to_be_visible()
    expect(content).to_contain_text("link")
    assert content.locator("a, img, [onerror], script").count() == 0
    page.get_by_role("button", name="As text").click()
    expect(page.get_by_role("log")).to_contain_text("javascript:alert(2)")


@pytest.mark.usefixtures("files")
def test_of_a_pickle_only_its_head_is_read(page: Page, studio: RealServer) -> None:
    show(page, studio, "model.pkl")
    content = page.get_by_test_id("file-body")
    expect(content).to_contain_text("Loading it would import")
    expect(content).to_contain_text("json.decoder.JSONDecoder")


@pytest.mark.usefixtures("files")
def test_a_page_shows_and_reaches_nothing_with_and_without_its_scripts(frank: Page, studio: RealServer) -> None:
    page = frank
    show(page, studio, "report.html")
    expect(page.get_by_role("log")).to_contain_text("const reached")
    assert page.locator("iframe").count() == 0
    page.get_by_role("button", name="As page").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text("A report")
    page.get_by_role("button", name="Allow scripts").click()
    expect(frame.get_by_role("heading")).to_have_text("A report of scripts")
    expect(frame.locator("body")).to_contain_text("reached: nothing")
    assert "/logs" in page.url


@pytest.mark.usefixtures("files")
def test_a_picture_of_svg_shows_and_runs_nothing(frank: Page, studio: RealServer) -> None:
    page = frank
    show(page, studio, "figure.svg")
    page.get_by_role("button", name="As page").click()
    expect(page.frame_locator("iframe").locator("rect")).to_be_visible()
    page.get_by_role("button", name="Source").click()
    expect(page.get_by_role("log")).to_contain_text("onload")


@pytest.mark.usefixtures("files")
def test_chosen_files_and_folders_come_as_one_zip(page: Page, studio: RealServer) -> None:
    show(page, studio, "README.md")
    page.get_by_role("treeitem", name="data 1").hover()
    page.get_by_role("checkbox", name="Choose outputs/data for download").check()
    page.get_by_role("treeitem", name="model.pkl").press("x")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 2 chosen").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == [
            "outputs/data/conf.json", "outputs/data/rows.csv", "outputs/data/table.parquet", "outputs/model.pkl",
        ]  # fmt: skip
