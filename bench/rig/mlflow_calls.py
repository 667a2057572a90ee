"""What bench/mlflow.py asks of two tracking servers by turns, through the stock client; runs in the peers' environment.

`mlflow_calls.py URL,URL FOLDER '{"points": …, "megabytes": …}'` prints seconds, by question and server, as JSON.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3
from mlflow import MlflowClient
from mlflow.entities import Metric

EXPERIMENT, SERIES, AT_ONCE, PAGE = "bench", 10, 8, 100
LONG_S, OK = 0.5, 200
BATCH, HISTORY_PAGE = 1_000, 25_000  # the most of a batch, and what the client asks for at a time
Times = dict[str, list[list[float]]]  # of each question, for each server


class Server:
    """One server: its client, a run to log to, and the experiment that is filled already."""

    def __init__(self, url: str, folder: Path, numbers: dict[str, int]) -> None:
        self.api = f"{url}/api/2.0/mlflow"
        self.client = MlflowClient(url)
        self.run = self.client.create_run(self.client.create_experiment("logging")).info.run_id
        self.filled = self.client.get_experiment_by_name(EXPERIMENT).experiment_id
        # Like the stock client's: it keeps its connection.
        self.raw = urllib3.PoolManager(headers={"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"})
        self.file, self.folder, self.points = folder / "big.bin", folder / "down", numbers["points"]

    def log(self, number: int) -> None:
        self.client.log_metric(self.run, "m", number / 7, number, number)

    def log_at_once(self, turn: int) -> None:
        first = 1_000 + turn * 5 * AT_ONCE
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.log, range(first, first + 5 * AT_ONCE)))

    def log_batch(self, turn: int, names: str = "b", count: int = 10) -> None:
        places = range(turn * BATCH, turn * BATCH + BATCH)
        self.client.log_batch(self.run, [Metric(f"{names}{i % count}", i / 7, i, i) for i in places])

    def log_wide(self, turn: int) -> None:
        self.log_batch(turn, "w", BATCH)

    def log_long(self, turn: int) -> None:
        self.log_batch(turn, "long", 1)

    def search(self, turn: int) -> None:
        name = f"metrics.m{1 + turn % SERIES}"
        found = self.client.search_runs([self.filled], order_by=[f"{name} DESC"], max_results=PAGE)
        assert len(found) == PAGE
        assert len(found[0].data.metrics) == SERIES

    def search_bytes(self, turn: int) -> None:
        order = [f"metrics.m{1 + turn % SERIES} DESC"]
        ask = {"experiment_ids": [self.filled], "order_by": order, "max_results": PAGE}
        assert self.raw.request("POST", f"{self.api}/runs/search", json=ask).status == OK

    def history(self, _turn: int) -> None:
        assert len(self.client.get_metric_history(self.run, "long0")) == self.points

    def history_bytes(self, _turn: int) -> None:
        """All pages, as the client asks for them, without making objects of them."""
        ask: dict[str, str | int] = {"run_id": self.run, "metric_key": "long0", "max_results": HISTORY_PAGE}
        token: str | None = ""
        while token is not None:
            page = {**ask, "page_token": token} if token else ask
            answer = self.raw.request("GET", f"{self.api}/metrics/get-history", fields=page)
            assert answer.status == OK
            _, found, told = answer.data[-200:].partition(b'"next_page_token"')
            token = told.decode().split('"')[1] if found else None

    def upload(self, turn: int) -> None:
        self.client.log_artifact(self.run, str(self.file), str(turn))

    def download(self, turn: int) -> None:
        down = self.client.download_artifacts(self.run, f"{turn}/big.bin", str(self.folder))
        assert Path(down).stat().st_size == self.file.stat().st_size

    def cleaned(self, turn: int) -> None:
        """Between turns: room on the disk, and a file that nobody has seen."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        with self.file.open("r+b") as file:
            file.write(os.urandom(1 << 20))


Call = Callable[[Server, int], object]


def asked(servers: list[Server], call: Call, times: int, before: Call | None = None) -> list[list[float]]:
    """Each server by turns, and each first in every second turn: what else the machine does meets both."""
    told: list[list[float]] = [[] for _ in servers]
    for turn in range(times):
        for place in range(len(servers)) if turn % 2 else reversed(range(len(servers))):
            if before is not None:
                before(servers[place], turn)
            began = time.perf_counter()
            call(servers[place], turn)
            took = time.perf_counter() - began
            told[place].append(took)
            time.sleep(1 if took > LONG_S else 0)  # Linux holds back what had a core at real-time priority for long
    return told


def main(urls: list[str], folder: Path, numbers: dict[str, int]) -> Times:
    big = folder / "big.bin"
    with big.open("wb") as file:
        for _ in range(numbers["megabytes"]):
            file.write(os.urandom(1 << 20))
    servers = [Server(url, folder, numbers) for url in urls]
    asked(servers, lambda server, turn: server.log(10_000 + turn), 10)  # the first calls load half of the client
    asked(servers, Server.search, 2)
    told = {
        "log_metric": asked(servers, Server.log, 100),
        f"log_metric × {5 * AT_ONCE} by {AT_ONCE} threads": asked(servers, Server.log_at_once, 7),
        "log_batch of 1 000, 10 names": asked(servers, Server.log_batch, 15),
        "log_batch of 1 000, 1 000 names": asked(servers, Server.log_wide, 15),
        "search": asked(servers, Server.search, 9),
        "search, answer only": asked(servers, Server.search_bytes, 9),
    }
    asked(servers, Server.log_long, numbers["points"] // BATCH)
    told |= {
        "history": asked(servers, Server.history, 5),
        "history, answer only": asked(servers, Server.history_bytes, 5),
        "upload": asked(servers, Server.upload, 5, Server.cleaned),
        "download": asked(servers, Server.download, 5, Server.cleaned),
    }
    return told


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1].split(","), Path(sys.argv[2]), json.loads(sys.argv[3]))))
