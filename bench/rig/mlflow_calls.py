"""What bench/mlflow.py asks of two tracking servers by turns; runs in the peers' environment and tells seconds as JSON.

`fill`: many runs into MLflow's database, as copies of the rows of one run that its client made.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import requests
import sqlalchemy as sa
from mlflow import MlflowClient
from mlflow.entities import Metric, RunTag

EXPERIMENT, SERIES, AT_ONCE = "bench", 10, 8
Times = dict[str, list[list[float]]]  # of each question, for each server


class Asked:
    """One server: its client, and a run to log to."""

    def __init__(self, url: str) -> None:
        self.api = f"{url}/api/2.0/mlflow"
        self.client = MlflowClient(url)
        self.run = self.client.create_run(self.client.create_experiment("logging")).info.run_id
        self.filled = self.client.get_experiment_by_name(EXPERIMENT).experiment_id
        self.headers = {"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"}

    def log(self, number: int) -> None:
        self.client.log_metric(self.run, "m", number / 7, number, number)

    def log_at_once(self, number: int) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.log, range(number * 10_000, number * 10_000 + 5 * AT_ONCE)))

    def log_batch(self, number: int) -> None:
        places = range(number * 1_000, number * 1_000 + 1_000)
        self.client.log_batch(self.run, [Metric(f"b{i % 10}", i / 7, i, i) for i in places])

    def log_history(self, number: int) -> None:
        places = range(number * 1_000, number * 1_000 + 1_000)
        self.client.log_batch(self.run, [Metric("long", i / 7, i, i) for i in places])

    def search(self, number: int) -> None:
        found = self.client.search_runs(
            [self.filled], order_by=[f"metrics.m{1 + number % SERIES} DESC"], max_results=100
        )
        assert len(found) == 100

    def search_bytes(self, number: int) -> None:
        ask = {
            "experiment_ids": [self.filled],
            "order_by": [f"metrics.m{1 + number % SERIES} DESC"],
            "max_results": 100,
        }
        assert requests.post(f"{self.api}/runs/search", json=ask, headers=self.headers, timeout=600).ok

    def history(self, _number: int) -> None:
        assert len(self.client.get_metric_history(self.run, "long")) >= 1_000

    def history_bytes(self, _number: int) -> None:
        """All pages, as the client asks for them, without making objects of them."""
        token = None
        while True:
            ask = {"run_id": self.run, "metric_key": "long", "max_results": 25_000, "page_token": token}
            answer = requests.get(f"{self.api}/metrics/get-history", params=ask, headers=self.headers, timeout=600)
            assert answer.ok
            tail = answer.content[-200:].decode()
            if '"next_page_token"' not in tail:
                return
            token = tail.rpartition('"next_page_token"')[2].split('"')[1]


def main(urls: list[str], folder: Path, numbers: dict[str, int]) -> Times:
    servers = [Asked(url) for url in urls]
    told: Times = {}

    def ask(question: str, times: int, call: Callable[[Asked, int], object]) -> None:
        """Each server by turns, and each first in every second turn: what else the machine does meets both."""
        told[question] = [[] for _ in servers]
        for turn in range(times):
            for place in range(len(servers)) if turn % 2 else reversed(range(len(servers))):
                began = time.perf_counter()
                call(servers[place], turn)
                told[question][place].append(time.perf_counter() - began)

    ask("warm", 10, Asked.log)
    fresh = count(1)
    ask("log_metric", 100, lambda server, turn: server.log(100 + turn))
    ask(f"log_metric, {AT_ONCE} at once, {5 * AT_ONCE} in all", 5, Asked.log_at_once)
    ask("log_batch of 1 000", 10, Asked.log_batch)
    ask("search", 7, Asked.search)
    ask("search_bytes", 7, Asked.search_bytes)
    for turn in range(numbers["points"] // 1_000):
        for server in servers:
            server.log_history(turn)
    ask("history", 5, Asked.history)
    ask("history_bytes", 5, Asked.history_bytes)
    big = folder / "big.bin"
    big.write_bytes(os.urandom(1 << 20) * numbers["megabytes"])
    ask("upload", 4, lambda server, turn: server.client.log_artifact(server.run, str(big), str(turn)))
    ask(
        "download",
        4,
        lambda server, turn: server.client.download_artifacts(
            server.run, f"{turn}/big.bin", str(folder / f"{next(fresh)}")
        ),
    )
    return told


def fill(store: str, runs: int) -> dict[str, int]:
    client = MlflowClient(store)
    experiment = client.create_experiment(EXPERIMENT)
    model = client.create_run(experiment, start_time=1).info.run_id
    client.log_batch(model, [Metric(f"m{j}", j / 10, 1, 1) for j in range(1, SERIES + 1)], tags=[RunTag("team", "t0")])
    engine = sa.create_engine(store)
    tables = sa.MetaData()
    tables.reflect(engine, only=["runs", "metrics", "latest_metrics", "tags"])
    with engine.begin() as connection:
        for name in ("runs", "metrics", "latest_metrics", "tags"):
            table = tables.tables[name]
            rows = [dict(row) for row in connection.execute(table.select().where(table.c.run_uuid == model)).mappings()]
            for start in range(1, runs, 500):
                some = range(start, min(start + 500, runs))
                connection.execute(table.insert(), [copied(row, number) for number in some for row in rows])
    return {"runs": runs}


def copied(row: dict[str, object], number: int) -> dict[str, object]:
    """The same row of another run, with values of its own."""
    mine = {**row, "run_uuid": f"{number:032x}"}
    if "is_nan" in mine:
        mine["value"] = (number * 7919 + int(str(mine["key"])[1:]) * 104_729) % 10_007 / 10_007
    if "start_time" in mine:
        mine["name"], mine["start_time"] = f"run-{number}", number
    return mine


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        print(json.dumps(fill(sys.argv[2], int(sys.argv[3]))))
    else:
        print(json.dumps(main(sys.argv[1].split(","), Path(sys.argv[2]), json.loads(sys.argv[3]))))
