"""How long after a job's `print` does the line stand in the browser? Aim: under 300 ms at p95.

A submitted script prints its own clock; a watcher in the page notes its clock when the text is there, and again when it
has been painted (two animation frames later). Both clocks are those of this machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from runstead.testing.servers import RealServer, running_server, wait_until
from tests.machine import NO_CHROMIUM, find_chromium

LINES = 60
PAUSE_S = 0.1
AIM_MS = 300
SCRIPT = f"""
import time
time.sleep(3)  # the page opens meanwhile
for number in range({LINES}):
    print(f"mark {{number}} {{time.time():.6f}}", flush=True)
    time.sleep({PAUSE_S})
"""
SUBMIT = """
import json, sys
from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace
environment = Environment("this-python")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable
run = Experiment(Workspace.from_config(), "latency").submit(ScriptRunConfig(".", "job.py", environment=environment))
print(json.dumps(run.id))
"""
WATCH = """
window.seen = {};
const now = () => performance.timeOrigin + performance.now();
new MutationObserver(() => {
    const at = now();
    for (const [, number, printed] of document.body.innerText.matchAll(/mark (\\d+) (\\d+\\.\\d{6})/g)) {
        if (window.seen[number]) continue;
        window.seen[number] = { text: at - 1000 * printed };
        const painted = () => { window.seen[number].pixel = now() - 1000 * printed; };
        requestAnimationFrame(() => requestAnimationFrame(painted));
    }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


def measured(page: Page, server: RealServer, folder: Path) -> list[dict[str, float]]:
    """Milliseconds of each line, in order: until it is text, until it is painted."""
    (folder / "job.py").write_text(SCRIPT)
    environment = {**os.environ, "RUNSTEAD_HOME": str(server.home)}
    told = subprocess.run([sys.executable, "-c", SUBMIT], cwd=folder, env=environment, capture_output=True, check=True)
    run_id = json.loads(told.stdout)
    address = f"/w/default/runs/{run_id}/logs"
    page.goto(server.connection().call("POST", "/api/v1/tickets", {"path": address})["url"])
    done = f"Object.values(window.seen).filter((mark) => mark.pixel).length === {LINES}"
    wait_until(lambda: bool(page.evaluate(done)), what="every line is in the page", timeout_s=60)
    return [page.evaluate(f"window.seen[{number}]") for number in range(LINES)]


def report(latencies: list[dict[str, float]]) -> float:
    """Print the table; p95 until painted."""
    print(f"{LINES} lines, one each {1000 * PAUSE_S:.0f} ms, print → browser, in milliseconds")
    print(f"{'':>8}{'p50':>8}{'p95':>8}{'max':>8}")
    for kind in ("text", "pixel"):
        values = sorted(each[kind] for each in latencies)
        p95 = statistics.quantiles(values, n=20)[-1]
        print(f"{kind:>8}{statistics.median(values):8.0f}{p95:8.0f}{values[-1]:8.0f}")
    return p95


def main() -> None:
    """Measure once."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit(NO_CHROMIUM)
    with (
        tempfile.TemporaryDirectory() as name,
        running_server(Path(name) / "home") as server,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.add_init_script(WATCH)
        folder = Path(name) / "project"
        folder.mkdir()
        p95 = report(measured(page, server, folder))
        browser.close()
    print(f"aim: under {AIM_MS} ms at p95: {'met' if p95 < AIM_MS else 'MISSED'}")


if __name__ == "__main__":
    main()
