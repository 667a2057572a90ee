"""The peers' loops, run as a script in their environment: `loops.py NAME FOLDER '{"n": …}'` prints one line of JSON."""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

Log = Callable[[int], object]


BLOCK = 200


def percall(log: Log, n: int) -> dict[str, float]:
    """Nanoseconds per call, and those of a bare `os.write` of 32 bytes, `write`, in turns with it.

    p50 and p99: timed one by one, in blocks that alternate with blocks of bare writes, so that whatever else the
    machine does meets both. mean: of as many calls without the clock between them.
    """
    for i in range(min(n, BLOCK)):
        log(i)
    clock = time.perf_counter_ns
    times, writes = [], []
    record = bytes(32)
    with tempfile.NamedTemporaryFile() as file:
        fd = os.open(file.name, os.O_WRONLY | os.O_APPEND)
        for start in range(0, n, BLOCK):
            for i in range(start, start + BLOCK):
                began = clock()
                log(i)
                times.append(clock() - began)
            for _ in range(BLOCK):
                began = clock()
                os.write(fd, record)
                writes.append(clock() - began)
        os.close(fd)
    began = clock()
    for i in range(n):
        log(i)
    mean = (clock() - began) / n
    times.sort()
    writes.sort()
    return {
        "p50": statistics.median(times),
        "p99": times[int(len(times) * 0.99)],
        "mean": mean,
        "n": len(times),
        "write_p50": statistics.median(writes),
        "write_p99": writes[int(len(writes) * 0.99)],
    }


def trackio(folder: Path) -> tuple[Log, Callable[[], object]]:
    import trackio as peer

    peer.init(project="bench")
    return lambda i: peer.log({"loss": i * 0.5}), peer.finish


def tensorboard(folder: Path) -> tuple[Log, Callable[[], object]]:
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(folder))
    return lambda i: writer.add_scalar("loss", i * 0.5, i), writer.close


def mlflow(folder: Path) -> tuple[Log, Callable[[], object]]:
    import mlflow as peer

    peer.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    peer.set_experiment("bench")
    peer.start_run()
    return lambda i: peer.log_metric("loss", i * 0.5, step=i), peer.end_run


def dvclive(folder: Path) -> tuple[Log, Callable[[], object]]:
    from dvclive import Live

    live = Live(str(folder / "live"), save_dvc_exp=False, dvcyaml=None, report=None)

    def log(i: int) -> None:
        live.log_metric("loss", i * 0.5)
        live.step += 1

    return log, live.end


def wandb(folder: Path) -> tuple[Log, Callable[[], object]]:
    import wandb as peer

    run = peer.init(project="bench", mode="offline", dir=str(folder))
    return lambda i: run.log({"loss": i * 0.5}), run.finish


def aim(folder: Path) -> tuple[Log, Callable[[], object]]:
    from aim import Run

    run = Run(repo=str(folder), system_tracking_interval=None, log_system_params=False)
    return lambda i: run.track(i * 0.5, name="loss"), run.close


OPEN = {
    "trackio": trackio,
    "tensorboard": tensorboard,
    "mlflow": mlflow,
    "dvclive": dvclive,
    "wandb": wandb,
    "aim": aim,
}


def cost(peer: str, folder: Path, n: int) -> dict[str, Any]:
    """What a caller pays per logged value."""
    log, close = OPEN[peer](folder)
    found = percall(log, n)
    close()
    return found


def mlflow_whole(folder: Path, n: int) -> dict[str, Any]:
    """n points by log_batch of 1 000, until get_metric_history has them."""
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    run_id = client.create_run(client.create_experiment("bench")).info.run_id
    began = time.perf_counter()
    for start in range(0, n, 1000):
        client.log_batch(run_id, [Metric("loss", i * 0.5, i, i) for i in range(start, min(start + 1000, n))])
    count = len(client.get_metric_history(run_id, "loss"))
    return {"seconds": time.perf_counter() - began, "points": count}


def mlflow_write(_folder: Path, n: int, url: str) -> dict[str, Any]:
    """One of several writers to a running MLflow server."""
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    client = MlflowClient(url)
    run_id = client.create_run("0").info.run_id
    print("ready", flush=True)
    sys.stdin.readline()
    for start in range(0, n, 1000):
        client.log_batch(run_id, [Metric("loss", i * 0.5, i, i) for i in range(start, min(start + 1000, n))])
    return {"points": n}


def mlflow_fill(_folder: Path, store: str, runs: int, series: int) -> dict[str, Any]:
    """Many runs in MLflow's database."""
    from bench.rig.mlflow_seeds import fill

    return {"experiment_id": fill(store, runs, series)}


def mlflow_table(folder: Path, runs: int, series: int) -> dict[str, Any]:
    """Runs with metrics, then the first page sorted by one of them; MLflow knows only the last value."""
    from mlflow.tracking import MlflowClient

    from bench.rig.mlflow_seeds import fill

    store = f"sqlite:///{folder}/mlflow.db"
    experiment = fill(store, runs, series)
    client = MlflowClient(store)
    times = []
    for name in ("m1", "m2", "m3"):
        began = time.perf_counter()
        page = client.search_runs([experiment], order_by=[f"metrics.{name} ASC"], max_results=50)
        times.append(time.perf_counter() - began)
        assert len(page) == min(50, runs)
        assert len(page[0].data.metrics) == series
    return {"seconds": statistics.median(times)}


def mlflow_chart(folder: Path, n: int) -> dict[str, Any]:
    """The history of n points, which is what MLflow draws a chart from."""
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    run_id = client.create_run(client.create_experiment("bench")).info.run_id
    for start in range(0, n, 1000):
        client.log_batch(run_id, [Metric("loss", i * 0.5, i, i) for i in range(start, min(start + 1000, n))])
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assert len(client.get_metric_history(run_id, "loss")) == n
        times.append(time.perf_counter() - began)
    return {"seconds": statistics.median(times)}


def parquet_bytes(folder: Path) -> dict[str, Any]:
    """The points of ../points.npz as a Parquet file, as small as its writer makes it."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    points = np.load(folder.parent / "points.npz")
    columns = {"time_us": points["times_us"], "step": np.arange(points["values"].size), "value": points["values"]}
    sizes = []
    delta = {"time_us": "DELTA_BINARY_PACKED", "step": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"}
    for more in ({}, {"use_dictionary": False, "column_encoding": delta}):
        pq.write_table(pa.table(columns), folder / "points.parquet", compression="zstd", **more)
        sizes.append((folder / "points.parquet").stat().st_size)
    return {"bytes_per_point": min(sizes) / points["values"].size}


def tensorboard_bytes(folder: Path) -> dict[str, Any]:
    """The points of ../points.npz as TensorBoard's event file, which keeps float32."""
    import numpy as np
    from tensorboardX import SummaryWriter

    points = np.load(folder.parent / "points.npz")
    writer = SummaryWriter(str(folder / "events"))
    for step, (value, time_us) in enumerate(zip(points["values"].tolist(), points["times_us"].tolist(), strict=True)):
        writer.add_scalar("loss", value, step, walltime=time_us / 1e6)
    writer.close()
    size = sum(path.stat().st_size for path in (folder / "events").iterdir())
    return {"bytes_per_point": size / points["values"].size}


def tensorboard_scalars(folder: Path, series: int, points: int) -> dict[str, Any]:
    """One run with so many scalars, for TensorBoard's own pages."""
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(folder))
    for step in range(points):
        for number in range(series):
            writer.add_scalar(f"w{number:04}", 1 / (1 + step), step)
    writer.close()
    return {}


def trackio_whole(folder: Path, n: int) -> dict[str, Any]:
    """n points by trackio.log until finish has handed them over."""
    log, close = trackio(folder)
    began = time.perf_counter()
    for i in range(n):
        log(i)
    close()
    return {"seconds": time.perf_counter() - began, "points": n}


LOOPS: dict[str, Callable[..., dict[str, Any]]] = {  # Any: JSON
    **{f"cost-{peer}": partial(cost, peer) for peer in OPEN},
    "whole-mlflow": mlflow_whole,
    "whole-trackio": trackio_whole,
    "write-mlflow": mlflow_write,
    "fill-mlflow": mlflow_fill,
    "table-mlflow": mlflow_table,
    "scalars-tensorboard": tensorboard_scalars,
    "chart-mlflow": mlflow_chart,
    "bytes-parquet": parquet_bytes,
    "bytes-tensorboard": tensorboard_bytes,
}

if __name__ == "__main__":
    name, folder_name, numbers = sys.argv[1:4]
    print(json.dumps(LOOPS[name](Path(folder_name), **json.loads(numbers))))
