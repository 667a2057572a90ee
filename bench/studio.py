"""Studio in a real Chromium: 10 000 runs × 500 metrics as a table, and one run with 1 000 series × 10 000 points.

First paint, time to rows and to a sorted table, scroll frames both ways, time to the first chart, time from `run.log`
to the drawn point (aim: p95 under 300 ms), memory after `--minutes` of live updates. In the same run MLflow's UI shows
`--peer-runs` runs with as many metrics, and TensorBoard `--peer-series` series. From `print` to line:
`browser_latency.py`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from playwright.sync_api import Page

from bench.rig import pages, peers, results, seeds, stores
from runstead.service import compactions, metrics, runs
from runstead.service.unit import Unit
from runstead.testing.servers import RealServer, running_server, wait_until

AIM_MS = 300.0
DRAWN = "run.log to drawn point"
PLACES = {"run page": "/w/default/runs/{run_id}/metrics", "dashboard": "/w/default/runs?compare={run_id}"}
LOGGED = 30
LOG = f"""
import json, sys, time
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "latency").start_logging(snapshot_directory=None)
for number in range(3):
    run.log("live", 0.0)
run.flush()
print(json.dumps(run.id), flush=True)
sys.stdin.readline()
for number in range({LOGGED}):
    time.sleep(1)
    at = time.time()
    run.log("live", float(number))
    print(at, flush=True)
run.complete()
"""
KEEP_LOGGING = """
import sys, time
from azureml.core import Experiment, Workspace
experiment = Experiment(Workspace.from_config(), "bench")
runs = [experiment.start_logging(snapshot_directory=None) for _ in range(5)]
number = 0
while True:
    for run in runs:
        run.log("m1", number / 100)
    number += 1
    time.sleep(0.1)
"""
ROWS = "document.querySelectorAll('[data-run-id]').length > 5"


def fill_wide(house: Unit, series: int, points: int) -> None:
    """The run `wide`: so many series with so many points each, in chunks."""
    names = [f"w{number:04}" for number in range(series)]
    offset = stores.a_run(house, "wide", names)
    for number in range(1, series + 1):
        piece = stores.slots_of(stores.loss(number, points, points), stores.times(0, points), np.arange(points), number)
        offset = metrics.ingest(house, "default", "wide", stores.WRITER, offset, piece)
    with house.read() as connection:
        key = runs.located(connection, "default", "wide").key
    compactions.compact(house, key)


def link(server: RealServer, path: str) -> str:
    """An address that signs in."""
    return str(server.connection().call("POST", "/api/v1/tickets", {"path": path})["url"])


def table_figures(page: Page, server: RealServer, series: int) -> dict[str, float]:
    """Milliseconds; frames as the 95th of 100."""
    page.goto(link(server, "/w/default"))  # signs in
    address = f"{server.url}/w/default/runs"
    figures = {"rows": statistics.median(pages.shown_ms(page, address, ROWS) for _ in range(5))}
    figures["first paint"] = pages.first_paint_ms(page)
    metric = f"m{series // 2}"
    sorted_by = f"{address}?cols=metric:{metric}:min,metric:m1:last&sort=metric:{metric}:min"
    cells = f"{ROWS} && document.querySelector('[data-run-id] [data-column=\"metric:{metric}:min\"]')?.textContent"
    figures["sorted by a minimum"] = statistics.median(pages.shown_ms(page, sorted_by, cells) for _ in range(5))
    every = ",".join(f"metric:m{number}:last" for number in range(1, series + 1))
    wide = f"{address}?cols={every}"
    figures["all metrics as columns"] = statistics.median(pages.shown_ms(page, wide, ROWS) for _ in range(3))
    for name, across in (("down", False), ("across", True)):
        figures |= frame_figures(page, name, "[data-testid=run-table]", across=across)
    return figures


def chart_figures(page: Page, server: RealServer) -> dict[str, float]:
    """Milliseconds to the first drawn line of the wide run."""
    address = f"{server.url}/w/default/runs/wide/metrics"
    drawn = "window.strokes.length > 0 && document.querySelector('[data-testid=metric-card] canvas')"
    return {"first chart of the wide run": statistics.median(pages.shown_ms(page, address, drawn) for _ in range(3))}


def shelf_figures(page: Page) -> dict[str, float]:
    """Frames while the charts of the wide run, which is open, are scrolled."""
    return frame_figures(page, "charts", "[role=tabpanel]", across=False)


def frame_figures(page: Page, name: str, selector: str, *, across: bool) -> dict[str, float]:
    """Milliseconds from frame to frame."""
    frames = pages.frames_ms(page, selector, across=across)
    return {
        f"frame, scrolling {name} (median)": statistics.median(frames),
        f"frame, scrolling {name} (p95)": frames[int(0.95 * len(frames))],
    }


def latencies(page: Page, server: RealServer, folder: Path) -> dict[str, float]:
    """Milliseconds from each call of `run.log` to the next stroke on a canvas: of the run's page, of a dashboard."""
    figures = {}
    for where, path in PLACES.items():
        drawn = drawn_ms(page, server, folder, path)
        figures[f"{DRAWN}, {where} (median)"] = statistics.median(drawn)
        figures[f"{DRAWN}, {where} (p95)"] = drawn[int(0.95 * len(drawn))]
    return figures


def drawn_ms(page: Page, server: RealServer, folder: Path, path: str) -> list[float]:
    """What it took for each of the values that a script logged, sorted."""
    with a_script(LOG, server, folder) as script:
        assert script.stdin is not None
        assert script.stdout is not None
        run_id = json.loads(script.stdout.readline())
        page.goto(link(server, path.format(run_id=run_id)))
        page.locator("canvas").first.wait_for()
        script.stdin.write("\n")
        script.stdin.flush()
        logged = [1000 * float(script.stdout.readline()) for _ in range(LOGGED)]
        wait_until(
            lambda: bool(page.evaluate(f"(window.strokes.at(-1) ?? 0) > {logged[-1]}")),
            what="the last point is drawn",
            timeout_s=60,
        )
        strokes = page.evaluate("window.strokes")
    # The first points make the chart; from then on each is one stroke.
    return sorted(min(at for at in strokes if at > when) - when for when in logged[5:])


@contextmanager
def a_script(code: str, server: RealServer, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A user's script on this server, ended afterwards."""
    environment = {**os.environ, "RUNSTEAD_HOME": str(server.home)}
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, stdin=pipe, stdout=pipe) as script:
        yield script
        script.kill()


def memory_figures(page: Page, server: RealServer, folder: Path, minutes: float) -> dict[str, float]:
    """MiB of the table's page before and after some minutes in which five runs log ten points a second each."""
    page.goto(link(server, "/w/default/runs?cols=status,metric:m1:last&sort=-metric:m1:last"))
    page.locator("[data-run-id]").first.wait_for()
    before = pages.heap_mib(page)
    with a_script(KEEP_LOGGING, server, folder):
        threading.Event().wait(60 * minutes)
        after = pages.heap_mib(page)
    return {"heap before (MiB)": before, f"heap after {minutes:g} min of live updates (MiB)": after}


@contextmanager
def a_peer(*command: str, port: int) -> Iterator[str]:
    """A peer's server, from its start until its first answer; ended afterwards."""
    environment = {**os.environ, **peers.QUIET}
    quiet = subprocess.DEVNULL
    with subprocess.Popen([str(peers.PYTHON), "-m", *command], env=environment, stdout=quiet, stderr=quiet) as peer:
        address = f"http://127.0.0.1:{port}/"
        wait_until(lambda: _answers(address), what=f"{command[0]} answers", timeout_s=180)
        yield address
        peer.terminate()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):
            return True
    except OSError:
        time.sleep(0.2)
        return False


def peer_figures(page: Page, folder: Path, size: argparse.Namespace) -> dict[str, float]:
    """Milliseconds: MLflow's list of runs, TensorBoard's first chart."""
    figures = {}
    made = peers.asked("table-mlflow", folder / "mlflow", runs=size.peer_runs, series=size.series)
    if "failed" not in made:
        port = peers.free_port()
        store = f"sqlite:///{folder}/mlflow/mlflow.db"
        with a_peer("mlflow", "server", "--backend-store-uri", store, "--port", str(port), port=port) as url:
            listed = "document.querySelectorAll('a[href*=\"/runs/\"]').length > 5"
            times = [pages.shown_ms(page, f"{url}#/experiments/1/runs", listed) for _ in range(3)]
            figures[f"MLflow: {size.peer_runs} runs × {size.series} metrics, list"] = statistics.median(times)
    made = peers.asked("scalars-tensorboard", folder / "tensorboard", series=size.peer_series, points=1_000)
    if "failed" not in made:
        port = peers.free_port()
        told = ("--logdir", str(folder / "tensorboard"), "--port", str(port), "--load_fast", "false")
        with a_peer("tensorboard.main", *told, port=port) as url:
            drawn = "document.querySelector('scalar-card line-chart, scalar-card canvas, scalar-card svg path')"
            times = [pages.shown_ms(page, f"{url}#timeseries", drawn) for _ in range(3)]
            figures[f"TensorBoard: {size.peer_series} series × 1 000 points, first chart"] = statistics.median(times)
    return figures


def _add(figures: dict[str, float], more: dict[str, float]) -> None:
    """Tell what is known as soon as it is: the whole takes a quarter of an hour."""
    figures |= more
    for what, value in more.items():
        print(f"  {what}: {value:.1f}", flush=True)


def measured(home: Path, folder: Path, size: argparse.Namespace) -> dict[str, float]:
    """All figures, each told when it is known."""
    figures: dict[str, float] = {}
    with running_server(home) as server, pages.a_page() as page:
        _add(figures, table_figures(page, server, size.series))
        _add(figures, chart_figures(page, server))
        _add(figures, shelf_figures(page))
        _add(figures, latencies(page, server, folder))
        _add(figures, memory_figures(page, server, folder, size.minutes))
    if not size.no_peers:
        peers.prepare("mlflow", "tensorboard", "tensorboard-pages")
        with pages.a_page() as page:
            _add(figures, peer_figures(page, folder, size))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("runs", 10_000), ("series", 500), ("wide", 1_000), ("points", 10_000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--peer-runs", type=int, default=1_000)
    parser.add_argument("--peer-series", type=int, default=100)
    parser.add_argument("--home", type=Path, help="a store of an earlier run; filled, if it is not there")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--no-peers", action="store_true")
    size = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = size.home or folder / "home"
        if not home.exists():
            with stores.a_unit(home) as house:
                seeds.seed(house, run_count=size.runs, series_count=size.series)
                fill_wide(house, size.wide, size.points)
        figures = measured(home, folder, size)
    title = (
        f"{size.runs} runs × {size.series} metrics; load {load:.0f} at the start, {os.getloadavg()[0]:.0f} at the end"
    )
    results.table(title, ["", "ms or MiB"], [[what, value] for what, value in figures.items()])
    results.keep("studio", {"load": load, **figures})
    met = results.aim(f"first rows after {figures['rows']:.0f} ms, at most 1000", figures["rows"] <= 1000)
    p95 = max(figures[f"{DRAWN}, {where} (p95)"] for where in PLACES)
    met &= results.aim(f"{DRAWN} {p95:.0f} ms at p95, under {AIM_MS:.0f}", p95 < AIM_MS)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
