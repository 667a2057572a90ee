"""A workspace with something on every page, made by the examples, and the way to each of its pages."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer, wait_until
from tests.e2e.conftest import script_output
from tests.registries import Registry

EXAMPLES = Path(__file__).parents[2] / "examples"
AXE = Path(__file__).parents[2] / "studio/node_modules/axe-core/axe.min.js"
# Cards are filled when the browser has told which are in view: whose corner nothing hides.
CARDS_FILLED = """[...document.querySelectorAll(".card-body")].every((body) => {
  const { left, top } = body.parentElement.getBoundingClientRect();
  return body.childElementCount > 0 || !body.parentElement.contains(document.elementFromPoint(left + 8, top + 8));
})"""
PICTURES_LOADED = "[...document.images].every((image) => image.complete)"
W = "/api/v1/workspaces/default"
# Runs with an environment each, of packages that are given.
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
# Counted as faults: what keeps somebody from using the page.
SERIOUS = ("serious", "critical")


def furnish(environment: dict[str, str], folder: Path, *, scripts: tuple[str, ...]) -> None:
    """Run examples as a user would."""
    (folder / "outputs").mkdir(exist_ok=True)
    for script in scripts:
        command = [sys.executable, str(EXAMPLES / script)]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def prepared_runs(registry: Registry, environment: dict[str, str], folder: Path) -> list[str]:
    """Three runs with the environment "forest": the first builds, the second reuses that, the third has a line more."""
    for package in ("tiny", "small"):
        registry.add(package, "1.0")
    wishes = json.dumps([registry.url, ["small==1.0"], ["small==1.0"], ["small==1.0", "tiny"]])
    return list(script_output(SUBMIT, environment, folder, stdin=wishes)["ids"])


def pages_of(page: Page, server: RealServer) -> dict[str, str]:
    """The path of every page by a name for it: the lists, and each tab of the run that logged most. Signed in."""
    table = server.connection().call("POST", f"{W}/runs/query", {"columns": [], "limit": 100, "offset": 0})
    tour = next(row["run"] for row in table["rows"] if row["run"]["experiment"] == "logging-tour")
    run = f"/w/default/runs/{tour['run_id']}"
    page.goto(f"{server.url}{run}")
    tabs = page.get_by_role("tablist").first.get_by_role("tab")
    expect(tabs.first).to_be_visible()
    paths = {
        "experiments": "/w/default",
        "experiment": "/w/default/experiments/logging-tour",
        "runs": "/w/default/runs",
        "environments": "/w/default/environments?curated=1&q=minimal",
        "environment": "/w/default/environments/AzureML-Minimal",
    }
    for tab in tabs.all():
        tab.click()
        name = tab.inner_text().strip().splitlines()[0].lower()
        paths[f"run-{name.replace(' ', '-')}"] = page.evaluate("location.pathname")
    return paths


def at_rest(page: Page) -> None:
    """Wait until the page has what it asked for."""
    page.wait_for_load_state("load")
    expect(page.get_by_role("main")).not_to_be_empty()
    for _ in range(2):
        expect(page.locator(".page-wait, .fui-Spinner, [aria-busy=true]")).to_have_count(0)
        wait_until(lambda: page.evaluate(CARDS_FILLED), what="the cards in view are filled")
    wait_until(lambda: page.evaluate(PICTURES_LOADED), what="the pictures are loaded")


def faults_of(page: Page) -> list[str]:
    """What axe-core finds serious on the page as it is now: rule, element, and what to do."""
    page.evaluate(AXE.read_text())
    # Fluent UI's focus manager brackets its groups with such elements: the focus jumps over them by design.
    what = "{include: document, exclude: [['[data-tabster-dummy]']]}"
    found = page.evaluate(f"axe.run({what}, {{resultTypes: ['violations']}})")
    return [
        f"{fault['id']}: {node['html'][:160]} – {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"][:4]
    ]
