"""What a job uses, watched in Studio while it runs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link
from tests.submissions import a_source, submitted

pytestmark = pytest.mark.browser
BUSY = """
    import os
    while not os.path.exists("enough"):
        sum(range(20000))
"""


def test_what_a_job_uses_is_drawn_while_it_runs_and_stays(page: Page, studio: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": BUSY})
    job = submitted(studio, source, variables={"RUNSTEAD_RESOURCES_S": "0.2"})
    page.goto(one_time_link(studio, f"/w/default/runs/{job.run_id}/monitoring"))

    cpu = page.get_by_role("region", name="CPU", exact=True)
    expect(cpu).to_contain_text(re.compile(r"last\s*\d+(\.\d+)? %"), timeout=60_000)
    expect(cpu.locator("canvas").first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("region", name="Memory", exact=True)).to_contain_text("MiB")
    (job.folder / "work/enough").touch()
    assert job.wait(timeout_s=60)["status"] == "Completed"

    page.reload()
    expect(cpu).to_contain_text("%")
    page.get_by_test_id("tab-metrics").click()
    expect(page.get_by_text("resources")).to_have_count(0)
