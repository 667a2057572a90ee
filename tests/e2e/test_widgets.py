"""The widget's JavaScript draws a run, follows it, and runs nothing that was logged."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from runstead.widget.live import SCRIPT

HOSTILE = "<img src=x onerror=alert(1)>"
DETAILS: dict[str, Any] = {
    "status": "Running",
    "workbench_run_details_uri": "http://127.0.0.1:1/w/default/runs/r1",
    "run_id": HOSTILE,
    "run_properties": {"run_duration": "0:00:34"},
    "child_runs": [{"run_name": HOSTILE, "status": "Completed", "duration": "0:00:01"}],
    "run_metrics": [{"name": HOSTILE, "series": [{"name": HOSTILE, "data": [1, "nan", 0.123456789]}]}],
    "run_logs": f"line\n{HOSTILE}\n",
}
MODEL = """async ([source, details]) => {
  const url = 'data:text/javascript,' + encodeURIComponent(source);
  const { default: widget } = await import(url);
  const listeners = {};
  const values = { details, problem: '' };
  window.model = {
    get: (name) => values[name],
    on: (event, call) => { listeners[event] = call; },
    off: (event) => { delete listeners[event]; },
    set: (name, value) => { values[name] = value; listeners['change:' + name](); },
  };
  window.forget = widget.render({ model: window.model, el: document.body });
  window.listening = () => Object.keys(listeners).length;
}"""


@pytest.mark.browser
def test_a_run_is_drawn_followed_and_never_run(page: Page) -> None:
    page.goto("about:blank")
    page.evaluate(MODEL, [SCRIPT.read_text(), DETAILS])

    assert page.inner_text(".runstead header strong") == HOSTILE
    assert page.inner_text(".runstead .status") == "Running"
    assert page.get_attribute(".runstead header a", "href") == DETAILS["workbench_run_details_uri"]
    assert page.locator("polyline").count() == 1
    assert "0.123457" in page.inner_text(".runstead table")
    assert page.inner_text(".runstead pre") == f"line\n{HOSTILE}\n"
    assert page.locator(".runstead img").count() == 0

    ended = json.dumps(DETAILS | {"status": "Completed", "workbench_run_details_uri": "javascript:alert(1)"})
    page.evaluate(f"model.set('details', {ended})")
    page.evaluate("model.set('problem', 'the server is away')")
    assert page.inner_text(".runstead .status") == "Completed"
    assert page.inner_text(".runstead .problem") == "the server is away"
    assert page.get_attribute(".runstead header a", "href") is None
    assert page.evaluate("(window.trapped ?? []).length") == 0
    assert page.evaluate("(forget(), listening())") == 0
