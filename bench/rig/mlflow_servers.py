"""MLflow's own server, in the peers' environment, as its users run it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import urllib3

from bench.rig import peers

# It starts helpers that load for about ten seconds after it says that it is healthy, and then poll.
START_S, SETTLE_S, LOOK_S, QUIET_SHARE = 300.0, 60.0, 2.0, 0.5


@contextmanager
def mlflow_server(folder: Path, store: str, *, workers: str = "") -> Iterator[str]:
    """The address of a server with proxied artifacts, when it has come to rest; `workers`: else its default, four."""
    port = peers.free_port()
    command = [str(peers.PYTHON), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", store, "--artifacts-destination", str(folder / "files")]
    command += ["--workers", workers] if workers else []
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=peers.environment(folder))
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(url)
        _settle(psutil.Process(server.pid))
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            if urllib3.request("GET", f"{url}/health", retries=False, timeout=2).status == 200:
                return
            why = "it is not healthy"
        except urllib3.exceptions.HTTPError as error:
            why = str(error)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{url} did not answer: {why}")
        time.sleep(0.2)


def _settle(server: psutil.Process) -> None:
    """Wait until a server and its children do nothing, so that no turn pays for its start."""
    deadline, before = time.monotonic() + SETTLE_S, -1.0
    while time.monotonic() < deadline:
        spent = 0.0
        for process in (server, *server.children(recursive=True)):
            try:
                spent += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        if before >= 0 and spent - before < LOOK_S * QUIET_SHARE:
            return
        before = spent
        time.sleep(LOOK_S)
