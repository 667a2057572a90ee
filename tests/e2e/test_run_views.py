"""What a run table shows: filters, columns, groups and order, all of it in the address; saved views; live rows."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from runstead.testing.servers import RealServer, wait_until
from tests.e2e.conftest import one_time_link
from tests.e2e.run_rows import W, log, make_run

pytestmark = pytest.mark.browser
LOSSES = {"alpha": 0.9, "beta": 0.1, "gamma": 0.5, "delta": 0.3}


@pytest.fixture(scope="module", autouse=True)
def runs(studio: RealServer) -> None:
    """Four runs of two teams; `delta` failed."""
    for number, (name, loss) in enumerate(LOSSES.items()):
        status = "Failed" if name == "delta" else "Completed"
        tags = {"team": "red" if number % 2 == 0 else "blue", "rate": f"1e-{number}"}
        make_run(studio, name, experiment="views", status=status, tags=tags, loss=loss, accuracy=1 - loss)


def opened(page: Page, server: RealServer, search: str = "", *, experiment: str = "views") -> Locator:
    """The rows of the experiment's table, which are there."""
    page.goto(one_time_link(server, f"/w/default/experiments/{experiment}{search}"))
    rows = page.get_by_test_id("run-row")
    expect(rows.first).to_be_visible()
    return rows


def names(page: Page) -> list[str]:
    """Run ids from top to bottom."""
    found = page.get_by_test_id("run-row").evaluate_all(
        "rows => rows.sort((a, b) => a.dataset.index - b.dataset.index).map(row => row.dataset.runId)"
    )
    return [str(name) for name in found]


def expect_names(page: Page, *wanted: str) -> None:
    """In any order."""
    wait_until(lambda: sorted(names(page)) == sorted(wanted), what=f"the table shows {wanted}", timeout_s=60)
    expect(page.get_by_test_id("run-table")).to_have_attribute("data-total", str(len(wanted)))


def expect_order(page: Page, *wanted: str) -> None:
    wait_until(lambda: names(page) == list(wanted), what=f"the table shows {wanted} from top to bottom", timeout_s=60)


def choose_column(form: Locator, name: str) -> None:
    box = form.get_by_role("combobox", name="Column", exact=True)
    box.click()
    box.fill(name)
    form.page.get_by_role("option", name=name).click()


def test_conditions_are_put_together_with_and_or_and_not_and_stand_in_the_address(
    page: Page, studio: RealServer
) -> None:
    opened(page, studio)
    page.get_by_test_id("add-condition").click()
    dialog = page.get_by_test_id("rule-dialog")
    choose_column(dialog, "Tag team")
    dialog.get_by_label("Value").fill("red")
    dialog.get_by_role("button", name="Group", exact=True).click()
    inner = dialog.get_by_role("group").nth(1)
    choose_column(inner, "Metric loss: least value")
    inner.get_by_label("Comparison").select_option("is below")
    inner.get_by_label("Value").fill("0.6")
    inner.get_by_role("button", name="Turn into its opposite").last.click()
    page.get_by_test_id("apply").click()
    expect_names(page, "alpha")
    expect(page.get_by_text("team is red")).to_be_visible()
    page.reload()
    expect_names(page, "alpha")
    page.get_by_role("button", name="Take this condition out").last.click()
    expect_names(page, "alpha", "gamma")
    page.get_by_test_id("clear-filter").click()
    expect_names(page, *LOSSES)
    expect(page.get_by_test_id("clear-filter")).to_have_count(0)


def test_the_conditions_are_edited_without_a_mouse(page: Page, studio: RealServer) -> None:
    opened(page, studio)
    page.get_by_test_id("add-condition").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("rule-dialog")).to_be_visible()
    page.get_by_role("combobox", name="Column", exact=True).focus()
    page.keyboard.type("Tag rate")
    expect(page.get_by_role("option", name="Tag rate")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Comparison").select_option("is at most")
    page.get_by_label("Value").focus()
    page.keyboard.type("0.01")
    page.keyboard.press("Enter")
    expect_names(page, "gamma", "delta")
    expect(page.get_by_test_id("rule-dialog")).to_have_count(0)


def test_text_status_and_time_narrow_the_table(page: Page, studio: RealServer) -> None:
    opened(page, studio)
    page.keyboard.press("/")
    page.keyboard.type("amm")
    expect_names(page, "gamma")
    page.get_by_label("Find runs by name").fill("")
    expect_names(page, *LOSSES)
    page.get_by_test_id("status-filter").click()
    page.get_by_role("menuitemcheckbox", name="Failed").click()
    page.keyboard.press("Escape")
    expect_names(page, "delta")
    page.get_by_test_id("time-filter").click()
    page.get_by_role("option", name="Last hour").click()
    expect_names(page, "delta")
    assert "since=1h" in page.url


def test_columns_are_added_moved_pinned_and_resized_and_the_address_keeps_it(page: Page, studio: RealServer) -> None:
    opened(page, studio)
    page.get_by_test_id("columns").click()
    page.get_by_label("Find a column").fill("loss")
    page.get_by_role("button", name="loss: min", exact=True).click()
    page.get_by_role("button", name="loss: step of min").click()
    page.get_by_role("button", name="Pin loss (min)", exact=True).click()
    page.get_by_role("button", name="Move loss (step of min) left").click()
    page.get_by_role("button", name="Done").click()
    heads = page.get_by_role("columnheader")
    expect(heads.nth(2)).to_contain_text("loss (min)")
    expect(heads.nth(2)).to_have_css("position", "sticky")
    expect(page.get_by_role("row", name="beta").locator('[data-column="metric:loss:min"]')).to_have_text("0.1")
    expect(page.get_by_role("row", name="beta").locator('[data-column="metric:loss:min_step"]')).to_have_text("0")
    handle = page.get_by_label("Width of Status")
    width = int(handle.get_attribute("aria-valuenow") or 0)
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", str(width + 16))
    order = heads.all_inner_texts()
    page.reload()
    expect(page.get_by_label("Width of Status")).to_have_attribute("aria-valuenow", str(width + 16))
    assert heads.all_inner_texts() == order


def test_the_table_is_sorted_by_several_columns(page: Page, studio: RealServer) -> None:
    opened(page, studio, "?cols=tag:team,metric:loss:last&sort=tag:team,-metric:loss:last")
    expect_order(page, "delta", "beta", "alpha", "gamma")
    page.get_by_role("button", name="loss", exact=True).click(modifiers=["Shift"])
    expect(page.locator('[role="columnheader"][data-column="metric:loss:last"]')).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect_order(page, "beta", "delta", "gamma", "alpha")


def test_groups_count_their_runs_and_open_to_show_them(page: Page, studio: RealServer) -> None:
    page.goto(one_time_link(studio, "/w/default/experiments/views?cols=metric:loss:last"))
    page.get_by_test_id("group-by").click()
    page.get_by_role("menuitemcheckbox", name="team").click()
    page.keyboard.press("Escape")
    groups = page.get_by_test_id("group-row")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text("team: blue")
    expect(groups.first).to_contain_text("2")
    expect(groups.first.locator('[data-column="metric:loss:last"]')).to_have_text("0.2")
    page.get_by_role("button", name="Show the runs of team: blue").click()
    wait_until(lambda: sorted(names(page)) == ["beta", "delta"], what="the group's runs are shown", timeout_s=60)
    page.get_by_label("Of the runs of a group").select_option("least")
    expect(groups.first.locator('[data-column="metric:loss:last"]')).to_have_text("0.1")
    assert "by=tag%3Ateam" in page.url


def test_a_view_is_saved_for_the_team_opened_renamed_made_the_default_and_deleted(
    page: Page, studio: RealServer
) -> None:
    opened(page, studio, "?sort=-metric:loss:last&status=Completed")
    views = page.get_by_test_id("views")

    def pick(item: str) -> None:
        views.click()
        page.get_by_role("menuitem", name=item).click()

    pick("Save as a new view")
    page.get_by_role("textbox", name="Name", exact=True).fill("worst first")
    page.get_by_test_id("apply").click()
    expect(views).to_contain_text("worst first")
    page.goto(f"{studio.url}/w/default/experiments/views?sort=number")
    expect_names(page, *LOSSES)
    pick("worst first")
    expect_order(page, "alpha", "gamma", "beta")
    pick("Rename")
    page.get_by_role("textbox", name="Name", exact=True).fill("worst")
    page.get_by_test_id("apply").click()
    expect(views).to_contain_text("worst")
    pick("Open the table with this view")
    expect(views).not_to_contain_text("changed")
    page.goto(f"{studio.url}/w/default/experiments/views")
    expect_order(page, "alpha", "gamma", "beta")
    expect(views).to_contain_text("worst")
    page.get_by_test_id("clear-filter").click()
    expect(views).to_contain_text("changed")
    pick("Save the changes to worst")
    expect(views).not_to_contain_text("changed")
    expect_names(page, *LOSSES)
    pick("Delete this view")
    expect(views).to_contain_text("Views")
    wait_until(
        lambda: studio.connection().call("GET", f"{W}/views") == {"views": []},
        what="the server has forgotten the view",
    )


def test_a_view_of_ones_own_stays_in_the_browser(page: Page, studio: RealServer) -> None:
    opened(page, studio, "?status=Failed")
    page.get_by_test_id("views").click()
    page.get_by_role("menuitem", name="Save as a new view").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("mine")
    page.get_by_label("In this browser, for me").check()
    page.get_by_test_id("apply").click()
    expect(page.get_by_test_id("views")).to_contain_text("mine")
    assert studio.connection().call("GET", f"{W}/views") == {"views": []}
    page.goto(f"{studio.url}/w/default/experiments/views?sort=number")
    expect_names(page, *LOSSES)
    page.get_by_test_id("views").click()
    page.get_by_role("menuitem", name="mine").click()
    expect_names(page, "delta")


def test_a_dashboard_is_saved_with_the_view_and_opens_the_same_from_its_name_and_from_a_link(
    page: Page, studio: RealServer
) -> None:
    search = "?status=Completed&compare=*&part=charts&tiles=section~t%3DMine;bars~y%3Dloss~of%3Dmin"
    board = f"{search}&closed=*&smooth=0.5&x=time&hide=beta"
    page.goto(one_time_link(studio, f"/w/default/experiments/views{board}"))
    chart = page.get_by_test_id("compare-chart")
    expect(chart).to_have_count(1)
    views = page.get_by_test_id("views")
    views.click()
    page.get_by_role("menuitem", name="Save as a new view").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("board")
    page.get_by_label("Open the table with it").check()
    page.get_by_test_id("apply").click()
    expect(views).to_have_text("board")
    address = page.url
    view_id = studio.connection().call("GET", f"{W}/views")["views"][0]["view_id"]

    for link in ("", f"?view={view_id}", f"?{address.partition('?')[2]}"):
        page.evaluate("localStorage.clear()")
        page.goto("about:blank")
        page.goto(f"{studio.url}/w/default/experiments/views{link}")
        expect(chart).to_have_attribute("aria-label", "loss (min)")
        expect(page.get_by_test_id("chart-section").first).to_have_attribute("data-section", "Mine")
        expect(page.get_by_role("button", name=re.compile("^Metrics"))).to_have_attribute("aria-expanded", "false")
        expect(page.get_by_text("Smoothing 0.50")).to_be_visible()
        expect(page.get_by_role("combobox", name="On x")).to_have_text("Time")
        expect(page.get_by_role("checkbox", name="Show beta")).not_to_be_checked()
        expect(views).to_have_text("board")
        assert sorted(page.url.split("?")[1].split("&")) == sorted(address.split("?")[1].split("&"))

    page.get_by_role("button", name=re.compile("^Metrics")).click()
    expect(views).to_contain_text("changed")
    page.get_by_test_id("compare-close").click()
    expect_names(page, "alpha", "beta", "gamma")
    views.click()
    page.get_by_role("menuitem", name=re.compile("^board")).click()
    expect(chart).to_have_attribute("aria-label", "loss (min)")
    expect(views).to_have_text("board")
    views.click()
    page.get_by_role("menuitem", name="Delete this view").click()
    expect_names(page, *LOSSES)
    wait_until(
        lambda: studio.connection().call("GET", f"{W}/views") == {"views": []},
        what="the server has forgotten the view",
    )


def test_a_sorted_table_is_sorted_again_by_itself_while_runs_log(page: Page, studio: RealServer) -> None:
    for name, loss in (("first", 1.0), ("second", 2.0)):
        make_run(studio, name, experiment="sorted", status="Running", loss=loss)
    opened(page, studio, "?cols=metric:loss:last&sort=metric:loss:last", experiment="sorted")
    expect_order(page, "first", "second")
    log(studio, "first", "w2", loss=3.0)
    expect_order(page, "second", "first")


def test_rows_do_not_move_under_a_reader_who_has_scrolled_down(page: Page, studio: RealServer) -> None:
    for number in range(40):
        make_run(studio, f"long-{number:02}", experiment="long", status="Running", loss=float(number))
    opened(page, studio, "?cols=metric:loss:last&sort=metric:loss:last", experiment="long")
    table = page.get_by_test_id("run-table")
    table.evaluate("table => { table.scrollTop = table.scrollHeight; }")
    last = page.locator('[data-run-id="long-39"]')
    expect(last).to_be_visible()
    log(studio, "long-39", "w2", loss=-1.0)
    expect(last.locator('[data-column="metric:loss:last"]')).to_have_text("−1", timeout=60_000)
    make_run(studio, "long-40", experiment="long")
    again = page.get_by_role("button", name="1 new run")
    expect(again).to_be_visible(timeout=60_000)
    expect(last).to_have_attribute("data-index", "39")
    again.click()
    table.evaluate("table => { table.scrollTop = 0; }")
    expect(last).to_have_attribute("data-index", "0", timeout=60_000)


def test_an_empty_answer_and_a_question_that_fails_are_told(page: Page, studio: RealServer) -> None:
    page.goto(one_time_link(studio, "/w/default/experiments/views?q=nothing-like-that"))
    expect(page.get_by_text("No run fits the filter")).to_be_visible()
    page.get_by_role("button", name="Show all runs").click()
    expect_names(page, *LOSSES)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_many_columns_and_rows_exist_only_where_they_are_seen(page: Page, studio: RealServer, theme: str) -> None:
    metrics = {f"m{number}": float(number) for number in range(120)}
    make_run(studio, f"wide-{theme}", experiment=f"wide-{theme}")
    log(studio, f"wide-{theme}", "w", **metrics)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    tokens = ",".join(f"metric:{name}:last" for name in metrics)
    opened(page, studio, f"?cols={tokens}", experiment=f"wide-{theme}")
    row = page.get_by_role("row", name=f"wide-{theme}")
    expect(row.locator('[data-column="metric:m0:last"]')).to_have_text("0")
    assert row.get_by_role("gridcell").count() < 40
    page.get_by_test_id("run-table").evaluate("table => { table.scrollLeft = table.scrollWidth; }")
    expect(row.locator('[data-column="metric:m119:last"]')).to_have_text("119")
    assert row.get_by_role("gridcell").count() < 40
    expect(row.get_by_role("link", name=f"wide-{theme}")).to_be_in_viewport()
