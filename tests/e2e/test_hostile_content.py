"""What scripts log is shown as text, whatever it is: nothing of it runs, loads or leads anywhere."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output

pytestmark = pytest.mark.browser
W = "/api/v1/workspaces/default"
RUN = "hostile"
IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</title></script><script>alert(2)</script>"
TEMPLATE = "{{constructor.constructor('alert(3)')()}} ${alert(4)}"
MARKDOWN = "[click](javascript:alert(5)) ![x](http://evil.test/x.png)"
REVERSED = "\u202egnp.exe"
TERMINAL = (
    "\x1b]0;owned title\x07\x1b]8;;http://evil.test\x07a link\x1b]8;;\x07 \x1b]52;c;b3duZWQ=\x07"
    "\x1b[31mred\x1b[0m \x1b[999999999C\x1b[2J\x1b[?1049h " + IMAGE + SCRIPT + " \x00\x08\x7f end of line\n"
)


@pytest.fixture(scope="module")
def hostile(studio: RealServer) -> str:
    """A run that attacks everywhere it can."""
    connection = studio.connection()
    draft = {
        "run_id": RUN,
        "experiment": "hostile",
        "display_name": IMAGE,
        "description": MARKDOWN + SCRIPT,
        "tags": {IMAGE: SCRIPT, "template": TEMPLATE, REVERSED: None, "link": "javascript:alert(6)"},
        "properties": {SCRIPT: IMAGE},
        "script": IMAGE,
        "arguments": [SCRIPT, TEMPLATE],
    }
    connection.call("POST", f"{W}/runs", draft)
    connection.call(
        "POST", f"{W}/runs", {"run_id": "child", "experiment": "hostile", "parent_id": RUN, "display_name": SCRIPT}
    )
    for name in (IMAGE, "x.html", "x.svg", REVERSED, TEMPLATE):
        path = f"{W}/runs/{RUN}/artifacts/{quote('outputs/' + name)}"
        connection.send("PUT", path, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(7)'/>" + SCRIPT.encode())
    log = f"{W}/runs/{RUN}/logs/azureml-logs/70_driver_log.txt"
    connection.send("POST", log, TERMINAL.encode(), query={"offset": 0})
    error = {"code": SCRIPT, "message": IMAGE + TERMINAL}
    connection.call("POST", f"{W}/runs/{RUN}/status", {"status": "Failed", "error": error, "warnings": [IMAGE]})
    return RUN


def is_inert(page: Page) -> None:
    """Nothing that was logged has become an element."""
    assert (
        page.locator("img[src='x'], [onerror], [onload], a[href^='javascript:'], [href*='evil.test'], iframe").count()
        == 0
    )
    assert page.evaluate("window.trapped") == []
    assert "owned" not in page.title()


@pytest.mark.parametrize("tab", ["details", "metrics", "images", "logs", "children", "snapshot"])
def test_a_run_that_attacks_is_shown_as_text(page: Page, studio: RealServer, hostile: str, tab: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{hostile}/{tab}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(IMAGE)
    expect(page.get_by_role("tabpanel")).not_to_be_empty()
    is_inert(page)


def test_a_hostile_log_is_text_in_colours_and_no_link(page: Page, studio: RealServer, hostile: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{hostile}/logs"))
    log = page.get_by_role("log")
    expect(log).to_contain_text("end of line")
    expect(log).to_contain_text(IMAGE)
    expect(log).to_contain_text("a link")
    is_inert(page)


@pytest.mark.parametrize("name", [IMAGE, "x.html", "x.svg", TEMPLATE])
def test_a_hostile_file_is_shown_as_its_source(page: Page, studio: RealServer, hostile: str, name: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{hostile}/logs"))
    page.get_by_role("treeitem", name=name).click()
    expect(page.get_by_role("region", name=f"outputs/{name}", exact=True)).to_be_visible()
    is_inert(page)


def test_tags_and_errors_that_attack_are_shown_as_text(page: Page, studio: RealServer, hostile: str) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{hostile}/details"))
    for text in (TEMPLATE, "javascript:alert(6)", SCRIPT):
        expect(page.get_by_role("main")).to_contain_text(text)
    is_inert(page)


LOGGED = """
import json, sys
from azureml.core import Experiment, Workspace

image, script, template = json.loads(sys.stdin.read())
run = Experiment(Workspace.from_config(), "hostile").start_logging(snapshot_directory=None)
run.display_name = "logged"
for value in (1.0, 2.0):
    run.log(image, value, description=script)
    run.log_row(script, **{image: value, template: value})
run.log("text", script)
run.log_table(template, {script: [image, script], "n": [1, 2]})
run.complete()
print(json.dumps({"id": run.id}))
"""


def test_metrics_that_attack_are_shown_as_text(
    page: Page, studio: RealServer, sdk_environment: dict[str, str], tmp_path: Path
) -> None:
    words = json.dumps([IMAGE, SCRIPT, TEMPLATE])
    run_id = script_output(LOGGED, sdk_environment, tmp_path, stdin=words)["id"]
    page.goto(one_time_link(studio, f"/w/default/runs/{run_id}/metrics"))
    for name in (IMAGE, SCRIPT, TEMPLATE):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    is_inert(page)
    page.goto(f"{studio.url}/w/default/experiments/hostile")
    expect(page.get_by_role("columnheader", name=IMAGE).first).to_be_visible()
    is_inert(page)
