"""A run's source in a real browser, and how it differs from another run's."""

import hashlib
import re
import sys

import pytest
from playwright.sync_api import Page, expect

from runstead.client.connection import Connection
from runstead.domain.snapshots import SnapshotFile, manifest_json, snapshot_id_of
from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link

pytestmark = pytest.mark.browser
W = "/api/v1/workspaces/default"
TRAIN = "".join(f"step_{number} = {number}\n" for number in range(60))
HOSTILE = "<img src=x onerror=alert(1)>"


def keep(connection: Connection, run_id: str, sources: dict[str, str]) -> None:
    """A submitted run with this source."""
    files = []
    for path, text in sources.items():
        content = text.encode()
        digest = hashlib.sha256(content)
        framed = digest.digest() + len(content).to_bytes(8, "little") + content
        connection.send("POST", f"{W}/blobs", framed)
        files.append(SnapshotFile(path, digest.hexdigest(), len(content)))
    snapshot_id = snapshot_id_of(files)
    connection.call("PUT", f"{W}/snapshots/{snapshot_id}", {"files": manifest_json(files)})
    run = {"run_id": run_id, "experiment": "snapshots", "kind": "script", "display_name": run_id}
    spec = {
        "snapshot_id": snapshot_id,
        "source_directory": "project",
        "python": sys.executable,
        "script": "train.py",
        "arguments": [],
        "target": "local",
    }
    connection.call("POST", f"{W}/jobs", {"run": run, "spec": spec})


@pytest.fixture(scope="module")
def runs(studio: RealServer) -> None:
    connection = studio.connection()
    keep(connection, "before", {"train.py": TRAIN, "old.py": "gone\n", "same.py": "same\n"})
    changed = TRAIN.replace("step_30 = 30\n", f"step_30 = 31  # {HOSTILE}\nmore = 1\n")
    keep(connection, "after", {"train.py": changed, "new.py": "came\n", "same.py": "same\n"})
    keep(connection, "again", {"train.py": TRAIN, "old.py": "gone\n", "same.py": "same\n"})


@pytest.mark.usefixtures("runs")
def test_the_source_of_two_runs_is_compared_file_by_file(page: Page, studio: RealServer) -> None:
    page.goto(one_time_link(studio, "/w/default/runs/after/snapshot"))
    expect(page.get_by_role("log").locator(".tok-variableName").first).to_be_visible()
    page.get_by_role("combobox", name="Compare with").select_option("before")
    tree = page.get_by_role("tree", name="Files that differ")
    expect(tree.get_by_role("treeitem")).to_have_text(["new.py 5 B", "old.py 5 B", re.compile(r"^train.py")])
    tree.get_by_role("treeitem", name="train.py").click()
    diff = page.get_by_test_id("diff")
    expect(diff.locator(".diff-removed")).to_have_text(["31−step_30 = 30"])
    expect(diff.locator(".diff-added").first).to_contain_text(HOSTILE)
    expect(diff).not_to_contain_text("step_2 = 2")
    page.get_by_role("button", name="Side by side").click()
    expect(diff.get_by_role("columnheader")).to_have_text(["before", "after"])
    expect(diff.locator(".diff-added")).to_have_count(2)
    tree.get_by_role("treeitem", name="old.py").click()
    expect(diff.locator(".diff-removed")).to_have_text(["gone"])
    page.reload()
    expect(diff.locator(".diff-removed")).to_have_text(["gone"])
    assert diff.locator("img").count() == 0


@pytest.mark.usefixtures("runs")
def test_the_same_source_has_no_differences(page: Page, studio: RealServer) -> None:
    page.goto(one_time_link(studio, "/w/default/runs/again/snapshot?against=before"))
    expect(page.get_by_role("main")).to_contain_text("Both runs have the same source")
