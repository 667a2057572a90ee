"""A submitted run in Studio: its stages, its environment and its raw record."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output
from tests.e2e.scenery import faults_of, prepared_runs
from tests.registries import Registry, running_registry

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        yield registry


@pytest.fixture(scope="module")
def run_ids(registry: Registry, sdk_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return prepared_runs(registry, sdk_environment, tmp_path_factory.mktemp("runs"))


def test_a_run_shows_its_stages_what_was_built_or_reused_and_its_raw_record(
    page: Page, studio: RealServer, run_ids: list[str]
) -> None:
    built, reused, changed = run_ids
    page.goto(one_time_link(studio, f"/w/default/runs/{built}"))
    for stage in ("Queued", "Preparing", "Building", "Running", "Finalizing"):
        expect(page.get_by_test_id("stages").locator(f"[data-stage={stage}]")).to_contain_text("s")
    expect(page.get_by_role("region", name="Run", exact=True)).to_contain_text("--depth 7")

    page.get_by_role("link", name="forest").click()
    expect(page.get_by_test_id("environment-reason")).to_contain_text("Built")
    expect(page.get_by_role("region", name="As the log has it")).to_contain_text("content hash")
    page.get_by_role("link", name="See the build log").click()
    expect(page).to_have_url(f"{studio.url}/w/default/runs/{built}/logs?file=azureml-logs%2F20_image_build_log.txt")

    page.goto(f"{studio.url}/w/default/runs/{reused}/environment")
    expect(page.get_by_test_id("environment-reason")).to_contain_text("Reused")
    page.get_by_role("link", name=built).click()
    expect(page).to_have_url(f"{studio.url}/w/default/runs/{built}/environment")

    page.goto(f"{studio.url}/w/default/runs/{changed}/environment")
    expect(page.get_by_role("region", name="Differences")).to_contain_text("is new")

    page.get_by_test_id("tab-json").click()
    expect(page.get_by_test_id("raw-json")).to_contain_text(f'"run_id": "{changed}"')


def test_a_run_that_nothing_was_prepared_for_says_so(
    page: Page, studio: RealServer, sdk_environment: dict[str, str], tmp_path: Path
) -> None:
    code = """
import json
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "interactive").start_logging()
run.complete()
print(json.dumps({"id": run.id}))
"""
    run_id = script_output(code, sdk_environment, tmp_path)["id"]
    page.goto(one_time_link(studio, f"/w/default/runs/{run_id}/environment"))
    expect(page.get_by_test_id("empty")).to_contain_text("Nothing was prepared")
    page.get_by_test_id("tab-details").click()
    expect(page.get_by_test_id("stages")).to_contain_text("Running")


def test_an_environment_is_explained_before_a_run_uses_it(page: Page, studio: RealServer, run_ids: list[str]) -> None:
    page.goto(one_time_link(studio, "/w/default"))
    page.keyboard.press("g")
    page.keyboard.press("v")
    row = page.get_by_test_id("environments").get_by_role("row", name="forest")
    expect(row).to_contain_text("virtual environment")
    expect(row.get_by_role("cell").nth(4)).to_have_text("3")
    expect(page.get_by_test_id("built").get_by_role("row", name="forest")).to_have_count(2)

    row.get_by_role("link", name="forest").click()
    expect(page.get_by_test_id("outlook")).to_contain_text("Would be reused")
    expect(page.get_by_role("region", name="Definition")).to_contain_text("tiny")
    expect(page.get_by_role("region", name="Definition")).not_to_contain_text("s3cret-word")
    expect(page.get_by_test_id("environment-runs").get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("region", name="Last build")).to_contain_text("Resolved")
    assert faults_of(page) == []

    page.get_by_test_id("version").click()
    page.get_by_role("option", name="Version 1").click()
    expect(page).to_have_url(f"{studio.url}/w/default/environments/forest?version=1")
    expect(page.get_by_test_id("environment-runs").get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="Show in the run table").click()
    expect(page.get_by_test_id("run-table")).to_have_attribute("data-total", "2")


def test_what_would_be_built_in_a_container_or_of_another_line_is_told(
    page: Page, studio: RealServer, run_ids: list[str], registry: Registry
) -> None:
    changed = {
        "python": {"condaDependencies": {"dependencies": ["python=3", {"pip": [registry.option, "small==1.1"]}]}},
        "docker": {
            "baseImageRegistry": {"address": "registry.example.org", "username": "me", "password": "s3cret-word"}
        },
        "environmentVariables": {"API_KEY": "s3cret-word", "LEVEL": "7"},
    }
    body = {"name": "forest-next", "definition": changed}
    studio.connection().call("POST", "/api/v1/workspaces/default/environments", body)

    page.goto(one_time_link(studio, "/w/default/environments/forest-next"))
    expect(page.get_by_test_id("outlook")).to_contain_text("Would be built")
    expect(page.get_by_role("region", name="Differences")).to_contain_text("small==1.0 → small==1.1")
    expect(page.get_by_role("region", name="Definition")).to_contain_text("LEVEL7")
    expect(page.get_by_role("main")).not_to_contain_text("s3cret-word")
    expect(page.get_by_role("region", name="Runs that used it")).to_contain_text("No run")

    page.get_by_test_id("use").click()
    page.get_by_role("option", name="In a container").click()
    expect(page).to_have_url(f"{studio.url}/w/default/environments/forest-next?as=container")
    expect(page.get_by_role("region", name="If it were submitted now")).to_contain_text("names no image")
