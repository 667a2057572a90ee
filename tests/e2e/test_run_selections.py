"""Runs selected in a table, and what is done to many of them at once."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link
from tests.e2e.run_rows import W, make_run

pytestmark = pytest.mark.browser
Opened = Callable[..., list[str]]
_number = count()


@pytest.fixture
def opened(page: Page, studio: RealServer) -> Opened:
    """The table of a new experiment with runs of these states; their ids, newest first."""

    def table(*states: str, tags: dict[str, str] | None = None) -> list[str]:
        experiment = f"selected{next(_number)}"
        ids = [f"{experiment}-{place}" for place in range(len(states))]
        for run_id, status in zip(ids, states, strict=True):
            make_run(studio, run_id, experiment=experiment, status=status, tags=tags)
        page.goto(one_time_link(studio, f"/w/default/experiments/{experiment}"))
        expect(page.get_by_test_id("run-row")).to_have_count(len(ids))
        return ids[::-1]

    return table


def box(page: Page, run_id: str) -> None:
    page.get_by_label(f"Select {run_id}", exact=True).click()


def selected(page: Page) -> list[str]:
    found = page.locator('[data-testid="run-row"][aria-selected="true"]').evaluate_all(
        "rows => rows.sort((a, b) => a.dataset.index - b.dataset.index).map(row => row.dataset.runId)"
    )
    return [str(name) for name in found]


def more(page: Page, item: str) -> None:
    page.get_by_test_id("bulk-more").click()
    page.get_by_role("menuitem", name=item).click()


def test_a_stretch_of_runs_is_selected_with_shift_and_all_of_the_filter_at_once(page: Page, opened: Opened) -> None:
    ids = opened(*["Completed"] * 5)
    box(page, ids[1])
    page.get_by_label(f"Select {ids[3]}", exact=True).click(modifiers=["Shift"])
    expect(page.get_by_test_id("selection-bar")).to_contain_text("3 runs selected")
    assert selected(page) == ids[1:4]
    page.get_by_test_id("select-all").click()
    expect(page.get_by_test_id("selection-bar")).to_have_count(0)
    page.get_by_test_id("select-all").click()
    expect(page.get_by_test_id("selection-bar")).to_contain_text("5 runs selected")
    box(page, ids[0])
    expect(page.get_by_test_id("selection-bar")).to_contain_text("4 runs selected")
    page.get_by_test_id("bulk-archive").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("4 runs archived")
    expect(page.get_by_test_id("run-row")).to_have_count(1)


def test_runs_are_selected_without_a_mouse(page: Page, opened: Opened) -> None:
    ids = opened(*["Completed"] * 4)
    page.get_by_test_id("run-row").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_test_id("selection-bar")).to_contain_text("1 run selected")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(f'[data-run-id="{ids[1]}"]')).to_be_focused()
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_test_id("selection-bar")).to_contain_text("3 runs selected")
    page.keyboard.press("Control+a")
    expect(page.get_by_test_id("selection-bar")).to_contain_text("4 runs selected")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("selection-bar")).to_have_count(0)


def test_archived_runs_are_out_of_the_way_shown_when_asked_for_and_back_after_undo(page: Page, opened: Opened) -> None:
    ids = opened("Completed", "Completed")
    box(page, ids[0])
    page.get_by_test_id("bulk-archive").click()
    expect(page.get_by_test_id("run-row")).to_have_count(1)
    page.get_by_test_id("archived-filter").click()
    page.get_by_role("option", name="Only archived").click()
    expect(page.get_by_role("row", name=ids[0])).to_contain_text("archived")
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("Undone")
    expect(page.get_by_text("No run fits the filter")).to_be_visible()
    page.get_by_role("button", name="Show all runs").click()
    expect(page.get_by_test_id("run-row")).to_have_count(2)


def test_a_tag_is_set_on_many_runs_and_each_has_its_own_back_after_undo(
    page: Page, studio: RealServer, opened: Opened
) -> None:
    ids = opened("Completed", "Completed", tags={"stage": "old"})
    studio.connection().call("PATCH", f"{W}/runs/{ids[0]}", {"tags": {"stage": "other"}})
    page.get_by_test_id("select-all").click()
    page.get_by_test_id("bulk-tag").click()
    page.get_by_label("Tag", exact=True).fill("stage")
    page.get_by_label("Value").fill("new")
    page.get_by_test_id("apply").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("2 runs tagged")
    stages = [studio.connection().call("GET", f"{W}/runs/{run_id}")["tags"]["stage"] for run_id in ids]
    assert stages == ["new", "new"]
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("Undone")
    stages = [studio.connection().call("GET", f"{W}/runs/{run_id}")["tags"]["stage"] for run_id in ids]
    assert stages == ["other", "old"]


def test_runs_that_go_on_are_cancelled_and_those_that_cannot_be_are_told_by_name(page: Page, opened: Opened) -> None:
    ids = opened("Running", "Completed")
    page.get_by_test_id("select-all").click()
    more(page, "Cancel runs")
    page.get_by_test_id("apply").click()
    outcome = page.get_by_test_id("outcome")
    expect(outcome).to_contain_text("1 run asked to end")
    expect(outcome).to_contain_text(ids[0])
    expect(outcome).to_contain_text("Completed already")
    expect(page.get_by_role("row", name=ids[1])).to_contain_text("Canceled")


def test_runs_are_deleted_for_good_only_after_it_was_typed(page: Page, studio: RealServer, opened: Opened) -> None:
    ids = opened("Completed", "Completed", "Running")
    page.get_by_test_id("select-all").click()
    more(page, "Delete")
    expect(page.get_by_test_id("apply")).to_be_disabled()
    page.get_by_test_id("delete-word").fill("delete 3")
    page.get_by_test_id("apply").click()
    outcome = page.get_by_test_id("outcome")
    expect(outcome).to_contain_text("2 runs deleted for good")
    expect(outcome).to_contain_text(f"run {ids[0]} has not ended")
    expect(page.get_by_test_id("run-row")).to_have_count(1)
    found = studio.connection().call("GET", f"{W}/runs", query={"experiment": ids[0].rsplit("-", 1)[0]})
    assert [run["run_id"] for run in found["runs"]] == [ids[0]]


def test_an_experiment_is_described_archived_and_brought_back(page: Page, studio: RealServer) -> None:
    make_run(studio, "described-1", experiment="described")
    make_run(studio, "kept-1", experiment="kept")
    page.goto(one_time_link(studio, "/w/default"))
    page.get_by_label("Change the description: described").click()
    page.get_by_label("Description of described").fill("what it is for")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="described")).to_contain_text("what it is for")
    page.get_by_label("Archive: described").click()
    row = page.get_by_role("link", name="described", exact=True)
    expect(row).to_have_count(0)
    page.get_by_test_id("undo").click()
    expect(row).to_have_count(1)
    page.get_by_label("Archive: described").click()
    expect(row).to_have_count(0)
    page.get_by_label("Archived, too").check()
    expect(row).to_have_count(1)
    assert "archived=1" in page.url
    page.get_by_label("Bring back: described").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("described is back")
