"""The list of runs: what was logged stands in columns, at once, and in the order asked for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output

pytestmark = pytest.mark.browser
Log = Callable[[str, list[float]], None]
LOGGED = """
import json, sys
from azureml.core import Experiment, Workspace

run = Experiment(Workspace.from_config(), "table").start_logging(snapshot_directory=None)
run.display_name = {name!r}
for value in {values!r}:
    run.log("loss", value)
run.complete()
print(json.dumps({{"id": run.id}}))
"""


@pytest.fixture
def log(sdk_environment: dict[str, str], tmp_path: Path) -> Log:
    """Make a run that logs these losses."""

    def logged(name: str, values: list[float]) -> None:
        script_output(LOGGED.format(name=name, values=values), sdk_environment, tmp_path)

    return logged


def column(page: Page, title: str) -> list[str]:
    """The texts of one column, from top to bottom."""
    titles = [" ".join(text.split()) for text in page.get_by_role("columnheader").all_inner_texts()]
    place = next(n for n, text in enumerate(titles) if text.startswith(title))
    rows = page.get_by_test_id("run-row")
    return [rows.nth(n).get_by_role("gridcell").nth(place).inner_text() for n in range(rows.count())]


def test_runs_and_the_values_they_logged_come_into_the_table_by_themselves(
    page: Page, studio: RealServer, log: Log
) -> None:
    log("one", [3.0, 0.5, 2.0])
    page.goto(one_time_link(studio, "/w/default/experiments/table"))
    expect(page.get_by_role("row", name="one")).to_contain_text("2")
    log("two", [1.0, 0.25])
    expect(page.get_by_role("row", name="two")).to_contain_text("0.25")
    assert sorted(column(page, "loss")) == ["0.25", "2"]

    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="loss: min").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name="one")).to_contain_text("0.5")

    by_loss = page.get_by_role("button", name="loss", exact=True)
    header = page.get_by_role("columnheader").filter(has=by_loss)
    for direction, first in (("descending", "one"), ("ascending", "two")):
        by_loss.click()
        expect(header).to_have_attribute("aria-sort", direction)
        expect(page.get_by_test_id("run-row").first).to_contain_text(first)
    page.reload()
    expect(page.get_by_role("row", name="one")).to_contain_text("0.5")
