"""`make screenshots`: every page of Studio in both themes and on a phone, over runs that the examples have made.

usage: python -m tests.e2e.screenshots [FOLDER]   (build/screenshots when none is named)
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from runstead.testing.servers import RealServer, running_server
from tests.e2e.conftest import FLAGS, one_time_link
from tests.e2e.scenery import W, at_rest, furnish, pages_of, prepared_runs
from tests.machine import NO_CHROMIUM, find_chromium
from tests.registries import running_registry

SIZES = {"": {"width": 1280, "height": 720}, "-phone": {"width": 390, "height": 844}}
# The ridge twice, for the second run to reuse and to be compared with the first.
SCRIPTS = ("submit_ridge.py", "submit_ridge.py", "child_runs.py", "logging_tour.py")


def scenes_of(page: Page, server: RealServer) -> dict[str, str]:
    """The paths of all pages, and of some that need more than one run."""
    runs = server.connection().call("GET", f"{W}/runs?include_children=true&limit=100")["runs"]
    second, first = [run["run_id"] for run in runs if run["experiment"] == "diabetes-ridge"]
    models = [run["run_id"] for run in runs if run["experiment"] == "diabetes-models" and run["parent_id"]]
    job = f"/w/default/runs/{second}"
    return pages_of(page, server) | {
        "job-details": job,
        "job-log": f"{job}/logs?file=azureml-logs%2F70_driver_log.txt",
        "job-environment": f"{job}/environment",
        "job-monitoring": f"{job}/monitoring",
        "job-snapshot-difference": f"{job}/snapshot?against={first}",
        "environments": "/w/default/environments",
        "environment-of-runs": "/w/default/environments/forest",
        "environment-older": "/w/default/environments/forest?version=1&as=container",
        "dashboard": f"/w/default/experiments/diabetes-models?compare={','.join(models)}",
        "dashboard-of-experiment": "/w/default/experiments/diabetes-ridge?compare=*",
    }


def take(page: Page, server: RealServer, folder: Path) -> None:
    """One picture of each scene, theme and size."""
    page.goto(one_time_link(server))
    scenes = scenes_of(page, server)
    for suffix, size in SIZES.items():
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for name, path in scenes.items():
                page.goto(f"{server.url}{path}")
                at_rest(page)
                page.screenshot(path=folder / f"{name}-{theme}{suffix}.png")


def main() -> None:
    """Make the runs, take the pictures, say where they are."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch) / "home") as server:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
        environment |= {"RUNSTEAD_HOME": str(server.home)}
        furnish(environment, Path(scratch), scripts=SCRIPTS)
        with running_registry(Path(scratch) / "wheels") as registry:
            prepared_runs(registry, environment, Path(scratch))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            take(browser.new_page(reduced_motion="reduce"), server, folder)
            browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main()
