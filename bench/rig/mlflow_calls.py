"""What bench/mlflow.py asks of a tracking server; runs in the peers' environment and prints seconds as JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from mlflow import MlflowClient
from mlflow.entities import Metric, Param


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main(url: str, folder: Path, numbers: dict[str, int]) -> dict[str, list[float]]:
    client = MlflowClient(url)
    headers = {"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"}
    api = f"{url}/api/2.0/mlflow"
    told: dict[str, list[float]] = {}
    run_id = client.create_run(client.create_experiment("logging")).info.run_id
    told["log_metric"] = [timed(lambda i=i: client.log_metric(run_id, "m", i / 7, i, i)) for i in range(100)]
    told["log_batch"] = [
        timed(lambda s=s: client.log_batch(run_id, [Metric(f"b{i % 10}", i / 7, i, i) for i in range(s, s + 1_000)]))
        for s in range(0, 10_000, 1_000)
    ]
    filled = client.create_experiment("filled")

    def fill(number: int) -> None:
        run = client.create_run(filled, start_time=number)
        metrics = [Metric(f"m{j}", (number * 7919 + j) % 10007 / 10007, 1, 1) for j in range(10)]
        client.log_batch(run.info.run_id, metrics, [Param("number", str(number))])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, range(numbers["runs"])))
    ask = {"experiment_ids": [filled], "order_by": ["metrics.m3 DESC"], "max_results": 100}
    told["search"] = [
        timed(lambda: client.search_runs([filled], order_by=["metrics.m3 DESC"], max_results=100)) for _ in range(7)
    ]
    told["search_bytes"] = [
        timed(lambda: requests.post(f"{api}/runs/search", json=ask, headers=headers, timeout=600).content)
        for _ in range(7)
    ]
    long = client.create_run(client.create_experiment("history")).info.run_id
    for start in range(0, numbers["points"], 1_000):
        client.log_batch(long, [Metric("m", i / 7, i, i) for i in range(start, start + 1_000)])
    told["history"] = [timed(lambda: client.get_metric_history(long, "m")) for _ in range(3)]
    one = {"run_id": long, "metric_key": "m", "max_results": 25_000}
    told["history_bytes"] = [
        timed(lambda: requests.get(f"{api}/metrics/get-history", params=one, headers=headers, timeout=600).content)
        for _ in range(5)
    ]
    big = folder / "big.bin"
    big.write_bytes(os.urandom(1 << 20) * numbers["megabytes"])
    told["upload"] = [timed(lambda i=i: client.log_artifact(long, str(big), str(i))) for i in range(2)]
    told["download"] = [
        timed(lambda i=i: client.download_artifacts(long, f"{i}/big.bin", str(folder))) for i in range(2)
    ]
    return told


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))))
