"""A run's Metrics tab: sections, what is in view and nothing else, every kind of chart, an address that holds it."""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)
MANY = 300
LOGGED = """
import json, math
from azureml.core import Experiment, Workspace

run = Experiment(Workspace.from_config(), "charts").start_logging(snapshot_directory=None)
for step in range(40):
    run.log("train/loss", math.nan if step == 7 else 1 / (step + 1), step=step)
    run.log("val/loss", 2 / (step + 1), step=step)
run.log("score", 0.75)
run.log_confusion_matrix("confusion", {"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data": {
    "class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 4]]}})
rows = [[10, 10, 0, 0], [8, 2, 8, 2], [0, 0, 10, 10]]
run.log_accuracy_table("accuracy", {"schema_type": "accuracy_table", "schema_version": "1.0.1", "data": {
    "probability_tables": [rows, rows], "percentile_tables": [rows, rows], "class_labels": ["cat", "dog"],
    "probability_thresholds": [0, 0.5, 1], "percentile_thresholds": [0, 0.5, 1]}})
run.log_residuals("residuals", {"schema_type": "residuals", "schema_version": "1.0.0", "data": {
    "bin_edges": [-2, 0, 2], "bin_counts": [1, 3]}})
run.log_predictions("predictions", {"schema_type": "predictions", "schema_version": "1.0.0", "data": {
    "bin_averages": [1, 2.5], "bin_errors": [0.1, 0.2], "bin_counts": [3, 5], "bin_edges": [0, 2, 4]}})
run.complete()
many = Experiment(Workspace.from_config(), "many").start_logging(snapshot_directory=None)
for number in range(MANY):
    many.log_list(f"layer{number // 100}/w{number}", [number, number + 1])
many.complete()
print(json.dumps({"run": run.id, "many": many.id}))
"""


@pytest.fixture(scope="module")
def ids(studio: RealServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
    folder: Path = tmp_path_factory.mktemp("script")
    environment = clean | {"RUNSTEAD_HOME": str(studio.home)}
    return script_output(LOGGED.replace("MANY", str(MANY)), environment, folder)


@pytest.fixture
def tab(page: Page, studio: RealServer, ids: dict[str, str]) -> Page:
    page.goto(one_time_link(studio, f"/w/default/runs/{ids['run']}/metrics"))
    expect(card(page, "score")).to_be_visible()
    return page


def card(page: Page, name: str) -> Locator:
    return page.locator(f'[data-testid="metric-card"][data-metric="{name}"]')


def only_card(page: Page, name: str) -> Locator:
    """The card after a search for it: what is far down the page does not exist."""
    page.get_by_role("searchbox", name="Find a metric").fill(name)
    return card(page, name)


def test_of_many_metrics_only_those_in_view_exist_and_are_asked_for_together(
    page: Page, studio: RealServer, ids: dict[str, str]
) -> None:
    asked: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/metrics/charts"):
            asked.append(len(json.loads(request.post_data or "{}")["charts"]))

    page.on("request", note)
    page.goto(one_time_link(studio, f"/w/default/runs/{ids['many']}/metrics"))
    expect(page.get_by_test_id("metric-count")).to_have_text(f"{MANY} metrics")
    expect(card(page, "layer0/w0").get_by_test_id("points-note")).to_contain_text("2 points")
    assert page.get_by_test_id("metric-card").count() < 40
    assert max(asked) > 1
    assert sum(asked) < 40

    page.get_by_role("searchbox", name="Find a metric").fill("w7 layer2")
    expect(page.get_by_test_id("metric-count")).to_have_text(f"0 of {MANY} metrics")
    page.get_by_role("searchbox", name="Find a metric").fill("w27 layer2")
    expect(page.get_by_test_id("metric-count")).to_have_text(f"10 of {MANY} metrics")
    expect(card(page, "layer2/w270").get_by_test_id("points-note")).to_contain_text("2 points")
    page.reload()
    expect(page.get_by_test_id("metric-count")).to_have_text(f"10 of {MANY} metrics")

    page.get_by_role("searchbox", name="Find a metric").fill("")
    page.get_by_role("button", name="layer0 100").click()
    expect(card(page, "layer1/w100")).to_be_visible()
    expect(card(page, "layer0/w0")).to_have_count(0)
    page.reload()
    expect(card(page, "layer1/w100")).to_be_visible()
    expect(card(page, "layer0/w0")).to_have_count(0)


def test_metrics_stand_in_sections_and_not_a_number_is_told(tab: Page) -> None:
    sections = tab.get_by_test_id("chart-section")
    expect(sections.nth(0)).to_have_attribute("data-section", "Single values")
    expect(sections.nth(1)).to_have_attribute("data-section", "train")
    expect(card(tab, "train/loss").get_by_test_id("points-note")).to_contain_text("40 points · over step · 1 NaN")


def test_how_a_card_is_shown_is_in_the_address(tab: Page) -> None:
    loss = card(tab, "train/loss")
    loss.get_by_role("button", name="Show train/loss as a table").click()
    expect(loss.get_by_role("table", name="Values of train/loss")).to_be_visible()
    card(tab, "val/loss").get_by_role("button", name="More of val/loss").click()
    tab.get_by_role("menuitemcheckbox", name="Logarithmic x").click()
    expect(card(tab, "val/loss").get_by_test_id("points-note")).to_contain_text("39 points · over step · log x")
    address = tab.url
    tab.evaluate("localStorage.clear()")
    tab.goto("about:blank")
    tab.goto(address)
    expect(loss.get_by_role("table", name="Values of train/loss")).to_be_visible()
    expect(card(tab, "val/loss").get_by_test_id("points-note")).to_contain_text("log x")


def test_the_values_of_a_chart_are_a_table_that_the_keyboard_reaches_and_a_picture(tab: Page) -> None:
    loss = card(tab, "train/loss")
    loss.get_by_role("img").focus()
    tab.keyboard.press("Tab")
    expect(loss.get_by_role("button", name="Values of train/loss")).to_be_focused()
    tab.keyboard.press("Enter")
    table = tab.get_by_test_id("chart-values")
    expect(table.get_by_role("row", name="4 0.2", exact=True)).to_be_visible()
    tab.keyboard.press("Escape")
    expect(table).to_have_count(0)
    with tab.expect_download() as download:
        loss.get_by_role("button", name="Save train/loss as PNG").click()
    assert download.value.suggested_filename == "train_loss.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_pointer_in_one_chart_is_shown_in_the_others(tab: Page) -> None:
    expect(card(tab, "val/loss").get_by_test_id("points-note")).to_contain_text("40 points")
    card(tab, "train/loss").locator(".u-over").hover()
    for name in ("train/loss", "val/loss"):
        expect(card(tab, name).locator(".plot-tip")).to_be_visible()
    steps = {card(tab, name).locator(".plot-tip-x").inner_text() for name in ("train/loss", "val/loss")}
    assert len(steps) == 1


def test_smoothing_keeps_the_raw_line(tab: Page) -> None:
    tab.get_by_role("slider", name="Smoothing").press("End")
    expect(tab.get_by_text("Smoothing 0.99")).to_be_visible()
    card(tab, "val/loss").get_by_role("button", name="Values of val/loss").click()
    headers = tab.get_by_test_id("chart-values").get_by_role("columnheader")
    expect(headers).to_have_text(["step", "val/loss (raw)", "val/loss"])
    tab.keyboard.press("Escape")
    assert "smooth=0.99" in tab.url


def test_curves_of_an_accuracy_table_come_with_averages_and_can_be_hidden(tab: Page) -> None:
    accuracy = only_card(tab, "accuracy")
    macro = accuracy.get_by_role("button", name="Macro average")
    expect(macro).to_contain_text("area 0.8")
    expect(macro).to_have_attribute("aria-pressed", "true")
    macro.click()
    expect(macro).to_have_attribute("aria-pressed", "false")
    accuracy.get_by_role("combobox", name="Curve: accuracy").click()
    tab.get_by_role("option", name="Calibration").click()
    expect(accuracy.get_by_test_id("points-note")).to_have_text("share that was positive over predicted probability")
    accuracy.get_by_role("button", name="Values of accuracy: Calibration").click()
    expect(tab.get_by_test_id("chart-values").get_by_role("row", name=re.compile("^0.25 0.2 0.2"))).to_be_visible()
    tab.keyboard.press("Escape")


def test_a_confusion_matrix_shows_counts_and_shares_and_what_they_come_to(tab: Page) -> None:
    confusion = only_card(tab, "confusion")
    expect(confusion.get_by_role("row", name="cat 8 2 80 %")).to_be_visible()
    expect(confusion).to_contain_text("Accuracy 80 %")
    confusion.get_by_role("combobox", name="Shown: confusion").click()
    tab.get_by_role("option", name="Share of the row").click()
    expect(confusion.get_by_role("row", name="dog 20 % 80 % 80 %")).to_be_visible()
    expect(confusion.get_by_role("row", name="Precision")).to_contain_text("66.7 %")


def test_residuals_and_predictions_are_drawn_with_what_to_compare_them_with(tab: Page) -> None:
    residuals = only_card(tab, "residuals")
    expect(residuals).to_contain_text("mean 0.5 · standard deviation 0.866025")
    predictions = only_card(tab, "predictions")
    expect(predictions.get_by_test_id("points-note")).to_contain_text("ideal")
    expect(predictions.get_by_role("img", name="how many true values each bin has: 3, 5")).to_be_visible()
