"""The stock MLflow client against Runstead and against `mlflow server`: the same calls by turns, in the same run.

On SQLite, and on PostgreSQL where its programs are. Aims: ahead on each; at least 10 × on a search over many runs, and
on a history, of the server's own time: what the client needs to read the answer is the same for both, and is told.
RUNS, POINTS, MEGABYTES and WORKERS (of `mlflow server`; its own default is 4) in the environment change the sizes.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import sqlalchemy as sa
import urllib3

from bench.rig import peers, results, seeds, stores
from runstead.testing.postgres import postgres_server, programs
from runstead.testing.servers import running_server

RUNS, POINTS = int(os.environ.get("RUNS", "10000")), int(os.environ.get("POINTS", "100000"))
MEGABYTES, WORKERS = int(os.environ.get("MEGABYTES", "200")), os.environ.get("WORKERS", "")
SERIES, TIMES = 10, 10.0
CALLS = Path(__file__).parent / "rig" / "mlflow_calls.py"
# MLflow's server starts helpers that load for long, and then poll; this share of a core counts as quiet.
SETTLE_S, IDLE = 60.0, 0.5


@contextmanager
def mlflow_server(folder: Path, store: str) -> Iterator[str]:
    """MLflow's own server, with proxied artifacts and as many workers as users run it with; quiet when it is given."""
    port = peers.free_port()
    command = [str(peers.PYTHON), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", store, "--artifacts-destination", str(folder / "files")]
    command += ["--workers", WORKERS] if WORKERS else []
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **peers.QUIET})
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_healthy(url)
            settle(psutil.Process(server.pid))
            yield url
        finally:
            server.terminate()
            server.wait(30)


def wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + 300
    last: Exception | None = None
    while True:
        try:
            if urllib3.request("GET", f"{url}/health", retries=False, timeout=2).status == 200:
                return
        except urllib3.exceptions.HTTPError as error:
            last = error
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} did not answer: {last}")
        time.sleep(0.2)


def settle(server: psutil.Process) -> None:
    """Wait until a server and its children do nothing, so that no turn pays for its start."""
    deadline, before = time.monotonic() + SETTLE_S, -1.0
    while time.monotonic() < deadline:
        spent = 0.0
        for process in (server, *server.children(recursive=True)):
            try:
                spent += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        if before >= 0 and spent - before < 2 * IDLE:
            return
        before = spent
        time.sleep(2)


def asked(*arguments: str, token: str = "") -> dict[str, list[list[float]]]:
    """What mlflow_calls.py tells, run in the peers' environment."""
    environment = {**os.environ, **peers.QUIET, "MLFLOW_TRACKING_TOKEN": token}
    done = subprocess.run(
        [str(peers.PYTHON), str(CALLS), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    told: dict[str, list[list[float]]] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def measured(folder: Path, ours: str, theirs: str) -> dict[str, list[float]]:
    """Milliseconds, ours and MLflow's, per question; both databases are empty before."""
    (folder / "peer").mkdir(parents=True)
    with stores.a_unit(folder / "home", ours) as house:
        seeds.seed(house, run_count=RUNS, series_count=SERIES)
    asked("fill", theirs, str(RUNS))
    numbers = json.dumps({"points": POINTS, "megabytes": MEGABYTES})
    options = ["--database", ours] if ours else []
    with running_server(folder / "home", *options) as server, mlflow_server(folder / "peer", theirs) as url:
        urls = f"{server.url}/mlflow/default,{url}"
        told = asked(urls, str(folder), numbers, token=server.token)
    return {question: [1000 * statistics.median(one) for one in pair] for question, pair in told.items()}


def shown(database: str, figures: dict[str, list[float]]) -> bool:
    """Print a table and the aims; whether all are met."""
    rows: list[list[object]] = [[name, *pair, pair[1] / pair[0]] for name, pair in figures.items() if name != "warm"]
    results.table(f"{database}, milliseconds (median)", ["", "Runstead", "mlflow server", "times"], rows)
    for name in ("search", "history"):
        client = figures[name][0] - figures[f"{name}_bytes"][0]
        print(f"  of {name}, the client itself takes {client:.0f} of {figures[name][0]:.0f} ms")
    met = results.aim("ahead on each", all(pair[1] > pair[0] for name, pair in figures.items() if name != "warm"))
    for name in ("search_bytes", "history_bytes"):
        times = figures[name][1] / figures[name][0]
        met &= results.aim(f"{name} {times:.1f} ×, at least {TIMES:.0f}", times >= TIMES)
    return met


def main() -> int:
    peers.prepare()
    found = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        found["SQLite"] = measured(folder / "sqlite", "", f"sqlite:///{folder}/sqlite/peer/mlflow.db")
        if (there := programs()) is not None:
            url = sa.make_url(stack.enter_context(postgres_server(there, durable=True)))
            admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(sa.text("CREATE DATABASE mlflow"))
            theirs = url.set(drivername="postgresql", database="mlflow")
            ours, peer = (one.render_as_string(hide_password=False) for one in (url, theirs))
            found["PostgreSQL"] = measured(folder / "postgres", ours, peer)
    results.keep("mlflow", {"runs": RUNS, "points": POINTS, "megabytes": MEGABYTES, "workers": WORKERS, **found})
    met = [shown(database, figures) for database, figures in found.items()]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
