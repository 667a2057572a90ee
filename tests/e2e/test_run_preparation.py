"""A submitted run in Studio: its stages, its environment and its raw record."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output
from tests.registries import Registry, running_registry

pytestmark = pytest.mark.browser
SUBMIT = """
import json, os, sys
from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace
from azureml.core.conda_dependencies import CondaDependencies

os.makedirs("project", exist_ok=True)
with open("project/train.py", "w") as script:
    script.write("import time\\nprint('hello')\\ntime.sleep(0.3)\\n")

url, *given = json.loads(sys.stdin.read())
experiment = Experiment(Workspace.from_config(), "prepared")
ids = []
for packages in given:
    environment = Environment("forest")
    environment.python.conda_dependencies = CondaDependencies.create(
        pip_indexurl=url, pip_packages=packages, python_version="3"
    )
    run = experiment.submit(ScriptRunConfig("project", "train.py", arguments=["--depth", 7], environment=environment))
    run.wait_for_completion()
    ids.append(run.id)
print(json.dumps({"ids": ids}))
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        for package in ("tiny", "small"):
            registry.add(package, f"1.{time.time_ns()}")
        yield registry


@pytest.fixture
def run_ids(registry: Registry, sdk_environment: dict[str, str], tmp_path: Path) -> list[str]:
    """The first builds, the second reuses that, the third has one line more."""
    one = registry.newest
    wishes = json.dumps([registry.url, [one], [one], [one, "tiny"]])
    return list(script_output(SUBMIT, sdk_environment, tmp_path, stdin=wishes)["ids"])


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
