"""A real script, submitted through `azureml.core`, watched in Studio while it runs."""

import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link

pytestmark = pytest.mark.browser

# Does a part, then waits until the test opens the next gate.
TRAIN = """
import os, sys, time
from azureml.core import Run

run = Run.get_context()
for part in range(3):
    for step in range(10 * part, 10 * part + 10):
        run.log("loss", 1 / (1 + step))
        print(f"step {step} done")
    while not os.path.exists(f"{sys.argv[1]}/gate-{part}"):
        time.sleep(0.02)
open("outputs/model.txt", "w").write("weights")
"""
SUBMIT = """
import json, sys
from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace

environment = Environment("this-python")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable
config = ScriptRunConfig("project", "train.py", arguments=[sys.argv[1]], environment=environment)
print(json.dumps(Experiment(Workspace.from_config(), "live").submit(config).id))
"""


@dataclass(frozen=True)
class Job:
    run_id: str
    gates: Path

    def go_on(self, part: int) -> None:
        (self.gates / f"gate-{part}").touch()


@pytest.fixture
def job(sdk_environment: dict[str, str], tmp_path: Path) -> Job:
    """The script in its first part; the process that submitted it has ended."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project/train.py").write_text(TRAIN)
    done = subprocess.run(
        [sys.executable, "-c", SUBMIT, str(tmp_path)],
        cwd=tmp_path, env=sdk_environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Job(json.loads(done.stdout.splitlines()[-1]), tmp_path)


def test_log_and_files_of_a_running_script_arrive_by_themselves(page: Page, studio: RealServer, job: Job) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{job.run_id}/logs"))
    log = page.get_by_role("log")
    expect(log).to_contain_text("step 9 done")
    expect(page.get_by_role("main")).to_contain_text("Running")
    job.go_on(0)
    expect(log).to_contain_text("step 19 done")
    expect(log).not_to_contain_text("step 20 done")
    job.go_on(1)
    job.go_on(2)
    expect(page.get_by_role("main")).to_contain_text("Completed")
    expect(page.get_by_role("treeitem", name="model.txt")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert archive.read("outputs/model.txt") == b"weights"
        printed = re.findall(rb"step (\d+) done", archive.read("azureml-logs/70_driver_log.txt"))
    assert [int(step) for step in printed] == list(range(30))


def test_points_of_a_running_script_are_drawn_as_they_are_logged(page: Page, studio: RealServer, job: Job) -> None:
    page.goto(one_time_link(studio, f"/w/default/runs/{job.run_id}/metrics"))
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="loss", exact=True))
    expect(card).to_contain_text("10 points")
    before = drawn_pixels(card)
    assert before > 0
    job.go_on(0)
    expect(card).to_contain_text("20 points")
    job.go_on(1)
    job.go_on(2)
    expect(card).to_contain_text("30 points")
    expect(page.get_by_role("main")).to_contain_text("Completed")


def drawn_pixels(card: Locator) -> int:
    """How many pixels of the card's chart are not empty."""
    counted = card.locator("canvas").first.evaluate(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .reduce((count, value, place) => count + (place % 4 === 3 && value > 0 ? 1 : 0), 0)"""
    )
    return int(counted)
