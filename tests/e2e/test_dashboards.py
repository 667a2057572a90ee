"""Dashboards over the runs of a table: charts of every kind, made and moved by hand, in an address that holds them."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from runstead.testing.servers import RealServer, wait_until
from tests.e2e.conftest import one_time_link, script_output
from tests.e2e.run_rows import make_run

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)
DASHBOARD = "/w/default/experiments/boards?compare=*"
LOGGED = """
import base64, json
from pathlib import Path
from azureml.core import Experiment, Workspace

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
experiment = Experiment(Workspace.from_config(), "boards")
ids = []
for number in range(4):
    run = experiment.start_logging(snapshot_directory=None)
    run.display_name = f"run {number}"
    run.set_tags({"model": "cnn" if number % 2 else "mlp", "lr": str(10.0 ** -number)})
    run.add_properties({"azureml.git.commit": "c0ffee" if number == 3 else "beef"})
    for step in range(3):
        run.log("train/loss", number * 10 - step, step=step)
        run.log("val/loss", number + step, step=step)
    run.log("score", number / 4)
    for turn in range(2):
        Path(f"{number}-{turn}.png").write_bytes(base64.b64decode(PIXEL))
        run.log_image("plot", path=f"{number}-{turn}.png")
    run.complete()
    ids.append(run.id)
print(json.dumps({"ids": ",".join(ids)}))
"""


@pytest.fixture(scope="module")
def ids(studio: RealServer, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
    folder: Path = tmp_path_factory.mktemp("script")
    made = script_output(LOGGED, clean | {"RUNSTEAD_HOME": str(studio.home)}, folder)["ids"].split(",")
    for number, run_id in enumerate(made):
        parameter = {"run_id": run_id, "key": "depth", "value": str(number * 2)}
        studio.connection().call("POST", "/mlflow/default/api/2.0/mlflow/runs/log-parameter", parameter)
    return made


@pytest.fixture
def board(page: Page, studio: RealServer, ids: list[str]) -> Page:
    assert len(ids) == 4
    page.goto(one_time_link(studio, DASHBOARD))
    expect(page.get_by_role("heading", name="4 runs")).to_be_visible()
    return page


@pytest.fixture
def shown(page: Page, studio: RealServer, ids: list[str]) -> Callable[[str], Page]:
    """The dashboard with these charts of one's own."""

    def opened(tiles: str) -> Page:
        assert len(ids) == 4
        page.goto(one_time_link(studio, f"{DASHBOARD}&tiles={quote(tiles)}"))
        return page

    return opened


def chart(page: Page, title: str) -> Locator:
    return page.get_by_test_id("compare-chart").and_(page.get_by_role("article", name=title, exact=True))


def table_of(page: Page, title: str) -> Locator:
    """The values of a chart, as the dialog tells them."""
    chart(page, title).get_by_role("button", name=f"Values of {title}").click()
    return page.get_by_test_id("chart-values")


def test_the_dashboard_opens_over_the_runs_of_the_table_and_goes_back_to_it(
    page: Page, studio: RealServer, ids: list[str]
) -> None:
    page.goto(one_time_link(studio, "/w/default/experiments/boards?q=run"))
    page.get_by_test_id("dashboard-open").click()
    expect(page.get_by_role("heading", name="4 runs")).to_be_visible()
    assert "compare=*" in page.url or "compare=%2A" in page.url
    expect(page.get_by_test_id("chart-section").first).to_have_attribute("data-section", "Metrics")
    expect(chart(page, "score (last)").get_by_role("row", name="1 run 3 0.75")).to_be_visible()
    page.get_by_role("checkbox", name="Show run 3").uncheck()
    expect(chart(page, "score (last)").get_by_role("row")).to_have_count(4)
    assert f"hide={ids[3]}" in page.url
    page.get_by_test_id("compare-close").click()
    expect(page.get_by_test_id("run-row")).to_have_count(4)
    assert "hide" not in page.url
    assert "q=run" in page.url


def test_new_runs_and_their_values_come_into_the_dashboard_by_themselves(page: Page, studio: RealServer) -> None:
    make_run(studio, "first", experiment="live", score=0.5)
    page.goto(one_time_link(studio, "/w/default/experiments/live?compare=*"))
    expect(chart(page, "score (last)").get_by_role("row", name="1 first 0.5")).to_be_visible()
    make_run(studio, "second", experiment="live", score=0.5)
    expect(chart(page, "score (last)").get_by_role("row", name="1 second 0.5")).to_be_visible()
    expect(page.get_by_role("heading", name="2 runs")).to_be_visible()


def test_charts_are_made_named_moved_and_removed_and_the_address_holds_them(board: Page) -> None:
    board.get_by_test_id("add-section").click()
    board.get_by_role("textbox", name="Title of the section").fill("Mine; and yours")
    board.get_by_test_id("section-dialog").get_by_role("button", name="Save", exact=True).click()
    board.get_by_test_id("add-chart").click()
    editor = board.get_by_test_id("chart-editor")
    editor.get_by_role("combobox", name="On y").click()
    editor.get_by_role("combobox", name="On y").press_sequentially("train")
    board.get_by_role("menuitemcheckbox", name="train/loss").click()
    editor.get_by_role("textbox", name="Title").click()
    editor.get_by_role("combobox", name="Shows").click()
    board.get_by_role("option", name="One value per run, as bars").click()
    editor.get_by_role("combobox", name="Which value").click()
    board.get_by_role("option", name="max").click()
    editor.get_by_role("textbox", name="Title").fill("Worst")
    board.get_by_test_id("apply").click()
    expect(chart(board, "Worst").get_by_role("row", name="1 run 3 0.75 30")).to_be_visible()

    find = board.get_by_role("searchbox", name="Find a chart")
    find.fill("val/loss")
    board.get_by_role("button", name="Add val/loss to my charts").click()
    expect(board.get_by_test_id("chart-section").first).to_contain_text("Mine; and yours1")
    find.fill("")
    own = board.get_by_test_id("compare-chart")
    expect(own.nth(1)).to_have_attribute("aria-label", "val/loss")
    board.get_by_role("button", name="More of the chart val/loss").click()
    board.get_by_role("menuitem", name="Move left").click()
    expect(own.nth(0)).to_have_attribute("aria-label", "val/loss")
    handle = board.get_by_role("button", name="Move the chart val/loss with the arrow keys")
    expect(handle).to_be_focused()
    board.keyboard.press("ArrowRight")
    expect(own.nth(1)).to_have_attribute("aria-label", "val/loss")
    expect(board.get_by_role("status").filter(has_text="chart 2 of 2")).to_have_text(
        "val/loss is chart 2 of 2 in Mine; and yours"
    )
    expect(handle).to_be_focused()
    chart(board, "val/loss").get_by_role("heading").drag_to(chart(board, "Worst"), target_position={"x": 20, "y": 90})
    expect(own.nth(0)).to_have_attribute("aria-label", "val/loss")
    narrow = chart(board, "Worst").bounding_box()
    board.get_by_role("button", name="More of the chart Worst").click()
    board.get_by_role("menuitem", name="Make it wide").click()
    wait_until(lambda: is_wider(chart(board, "Worst"), narrow), what="the chart is wide")
    address = board.url
    board.evaluate("localStorage.clear()")
    board.goto("about:blank")
    board.goto(address)
    expect(board.get_by_test_id("chart-section").first).to_have_attribute("data-section", "Mine; and yours")
    expect(own.nth(0)).to_have_attribute("aria-label", "val/loss")
    expect(own.nth(1)).to_have_attribute("aria-label", "Worst")
    board.get_by_role("button", name="More of the chart Worst").click()
    board.get_by_role("menuitem", name="Remove").click()
    expect(chart(board, "Worst")).to_have_count(0)


def is_wider(chart: Locator, before: FloatRect | None) -> bool:
    box = chart.bounding_box()
    return box is not None and before is not None and box["width"] > 1.9 * before["width"]


def test_runs_are_drawn_as_means_by_a_tag_and_one_metric_over_another(shown: Callable[[str], Page]) -> None:
    board = shown("section~t=Means;lines~y=train/loss~mean=tag:model;lines~y=train/loss~over=val/loss")
    table = table_of(board, "train/loss: mean by model")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["step"]
        + [f"train/loss · {model}, {what}" for model in ("cnn", "mlp") for what in ("lowest", "highest", "mean")]
    )
    expect(table.get_by_role("row", name="1 9 29 19 −1 19 9")).to_be_visible()
    board.keyboard.press("Escape")
    table = table_of(board, "train/loss over val/loss")
    expect(table.get_by_role("columnheader").first).to_have_text("val/loss")
    expect(table.get_by_role("row", name="5 28 – – –")).to_be_visible()


def test_bars_are_means_by_a_tag_with_what_lies_around_them(shown: Callable[[str], Page]) -> None:
    board = shown("bars~y=train/loss~mean=tag:model~band=deviation")
    bars = chart(board, "train/loss (last): mean by model")
    expect(bars.get_by_role("row")).to_have_text(
        ["modeltrain/loss", "cnn 2 runs18 from 3.85786 to 32.1421", "mlp 2 runs8 from −6.14214 to 22.1421"]
    )
    expect(bars.get_by_test_id("bars-note")).to_contain_text("4 of 4 runs")
    expect(bars.get_by_test_id("bars-note")).to_contain_text("one standard deviation")
    board.get_by_role("button", name="Change the chart train/loss (last): mean by model").click()
    editor = board.get_by_test_id("chart-editor")
    editor.get_by_role("combobox", name="Around the mean").click()
    board.get_by_role("option", name="lowest to highest").click()
    board.get_by_test_id("apply").click()
    expect(bars.get_by_role("row").nth(1)).to_have_text("cnn 2 runs18 from 8 to 28")


def test_charts_with_the_same_x_are_zoomed_together_and_the_address_says_to_what(shown: Callable[[str], Page]) -> None:
    board = shown("section~t=Zoom;lines~y=train/loss;lines~y=val/loss~mean=all;lines~y=score~x=time")
    board.get_by_test_id("shared-zoom").click()
    first, second, other = (chart(board, name).first for name in ("train/loss", "val/loss: mean of the runs", "score"))
    whole = [one.get_by_role("button", name="Show all") for one in (first, second, other)]
    first.get_by_role("img").press("+")
    for button, count in zip(whole, (1, 1, 0), strict=True):
        expect(button).to_have_count(count)
    expect(board).to_have_url(re.compile("zoom=shared%3Bstep"))
    board.reload()
    expect(whole[1]).to_be_visible()
    second.get_by_role("img").dblclick()
    for button in whole:
        expect(button).to_have_count(0)
    expect(board).to_have_url(re.compile("zoom=shared(&|$)"))


def test_values_of_runs_are_scattered_over_a_tag_and_laid_side_by_side(shown: Callable[[str], Page]) -> None:
    board = shown("scatter~y=score~by=tag:lr~logx;parallel~t=Side~y=score~axes=tag:model")
    expect(chart(board, "score (last) over lr").get_by_test_id("points-note")).to_have_text("4 of 4 runs · over lr")
    board.get_by_role("button", name="Change the chart score (last) over lr").click()
    editor = board.get_by_test_id("chart-editor")
    editor.get_by_role("combobox", name="On y").click()
    for words in ("depth", "score"):
        editor.get_by_role("combobox", name="On y").fill(words)
        board.get_by_role("menuitemcheckbox", name=words).click()
    editor.get_by_role("heading", name="Chart").click()
    for box, words in (("On x", "Parameter depth"), ("Colours by", "Tag model")):
        editor.get_by_role("combobox", name=box).click()
        editor.get_by_role("combobox", name=box).fill(words)
        board.get_by_role("option", name=words).click()
    board.get_by_test_id("apply").click()
    over = chart(board, "depth over depth")
    expect(over.get_by_test_id("points-note")).to_have_text("4 of 4 runs · over depth")
    expect(over.get_by_role("list", name="Colours: model").get_by_role("listitem")).to_have_text(
        ["model", "cnn", "mlp"]
    )
    side = chart(board, "Side")
    expect(side.get_by_role("img", name="Side of 4 runs").locator("path")).to_have_count(4)
    expect(side.get_by_role("table").get_by_role("row", name="run 3 cnn 0.75")).to_be_attached()
    axis = side.locator(".parallel-handle").nth(1).bounding_box()
    assert axis is not None
    middle = axis["x"] + axis["width"] / 2
    board.mouse.move(middle, axis["y"] + 2)
    board.mouse.down()
    board.mouse.move(middle, axis["y"] + 24, steps=4)
    board.mouse.up()
    expect(side).to_contain_text("1 of 4 runs")


def test_pictures_of_runs_stand_side_by_side_at_one_step(board: Page) -> None:
    board.get_by_role("tab", name="Images").click()
    cards = board.get_by_test_id("image-card")
    expect(cards).to_have_count(4)
    expect(cards.first.get_by_role("button")).to_have_attribute("aria-label", re.compile("3-1.png"))
    board.get_by_role("slider").press("Home")
    expect(cards.first.get_by_role("button")).to_have_attribute("aria-label", re.compile("3-0.png"))
    board.reload()
    expect(cards.first.get_by_role("button")).to_have_attribute("aria-label", re.compile("3-0.png"))


def test_differences_tell_tags_commits_and_values_and_leave_out_what_is_the_same(board: Page) -> None:
    board.get_by_role("tab", name="Differences").click()
    table = board.get_by_role("region", name="Differences")
    expect(table.get_by_role("row", name="azureml.git.commit c0ffee beef beef beef")).to_be_visible()
    expect(table.get_by_role("row", name="model cnn mlp cnn mlp")).to_be_visible()
    expect(table.get_by_role("row", name="depth 6 4 2 0")).to_be_visible()
    expect(table.get_by_role("row", name=re.compile("^Status"))).to_have_count(0)
    board.get_by_role("switch", name="Only what differs").uncheck()
    expect(table.get_by_role("row", name=re.compile("^Status"))).to_be_visible()
    board.get_by_role("searchbox", name="Find a difference").fill("git")
    expect(table.get_by_role("row", name=re.compile("^model"))).to_have_count(0)


def test_the_pictures_of_a_run_have_a_slider_and_open_large_and_the_address_says_which(
    board: Page, ids: list[str]
) -> None:
    board.goto(f"{board.url.split('/w/')[0]}/w/default/runs/{ids[2]}/images")
    card = board.get_by_test_id("image-card").and_(board.get_by_role("article", name="plot"))
    expect(card.get_by_role("button", name="Enlarge 2-1.png")).to_be_visible()
    card.get_by_role("slider", name="Which picture of plot").press("Home")
    card.get_by_role("button", name="Enlarge 2-0.png").click()
    large = board.get_by_test_id("lightbox")
    expect(large.get_by_role("img", name="2-0.png")).to_be_visible()
    board.keyboard.press("ArrowRight")
    expect(large.get_by_role("img", name="2-1.png")).to_be_visible()
    board.reload()
    expect(large.get_by_role("img", name="2-1.png")).to_be_visible()
    board.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(card.get_by_role("button", name="Enlarge 2-0.png")).to_be_visible()
    board.get_by_role("searchbox", name="Find a picture").fill("nothing like it")
    expect(board.get_by_test_id("empty")).to_contain_text("No picture has that name")
