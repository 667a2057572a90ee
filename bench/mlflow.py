"""The stock MLflow client against Runstead and against `mlflow server` (SQLite): the same calls in the same run.

Aims: ahead on each; at least 10 × on a search over many runs, and on a history, of the server's own time (what the
client needs to read the answer is the same for both). RUNS, POINTS and MEGABYTES in the environment change the sizes.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from bench.rig import peers, results
from runstead.testing.servers import running_server

RUNS, POINTS = int(os.environ.get("RUNS", "10000")), int(os.environ.get("POINTS", "100000"))
MEGABYTES = int(os.environ.get("MEGABYTES", "200"))
TIMES = 10.0
CALLS = Path(__file__).parent / "rig" / "mlflow_calls.py"
QUESTIONS = ("log_metric", "log_batch", "search", "search_bytes", "history", "history_bytes", "upload", "download")


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """MLflow's own server over SQLite, with proxied artifacts."""
    port = peers.free_port()
    command = [
        str(peers.PYTHON),
        "-m",
        "mlflow",
        "server",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination",
        str(folder / "files"),
    ]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **peers.QUIET})
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_healthy(url)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + 120
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


def asked(url: str, token: str, folder: Path) -> dict[str, list[float]]:
    """Seconds per question, several of each, as the stock client of the peers' environment measures them."""
    numbers = json.dumps({"runs": RUNS, "points": POINTS, "megabytes": MEGABYTES})
    environment = {**os.environ, **peers.QUIET, "MLFLOW_TRACKING_TOKEN": token, "HOME": str(folder)}
    done = subprocess.run(
        [str(peers.PYTHON), str(CALLS), url, str(folder), numbers],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    told: dict[str, list[float]] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def main() -> int:
    peers.prepare()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("ours", "theirs", "peer"):
            (folder / part).mkdir()
        with running_server(folder / "home") as server, mlflow_server(folder / "peer") as url:
            ours = asked(f"{server.url}/mlflow/default", server.token, folder / "ours")
            theirs = asked(url, "", folder / "theirs")
    rows: list[list[object]] = []
    ratios = {}
    for question in QUESTIONS:
        mine, peer = (1000 * statistics.median(told[question]) for told in (ours, theirs))
        ratios[question] = peer / mine
        rows.append([question, mine, peer, ratios[question]])
    results.table("stock MLflow client, milliseconds (median)", ["", "Runstead", "mlflow server", "times"], rows)
    results.keep("mlflow", {"runs": RUNS, "points": POINTS, "megabytes": MEGABYTES, "rows": rows})
    met = results.aim("ahead on each", all(ratio >= 1 for ratio in ratios.values()))
    for question in ("search_bytes", "history_bytes"):
        met &= results.aim(f"{question} {ratios[question]:.1f} ×, at least {TIMES:.0f}", ratios[question] >= TIMES)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
