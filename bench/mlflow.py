"""The stock MLflow client against Runstead and against `mlflow server`: the same calls by turns, in the same run.

On SQLite, and on PostgreSQL where its programs are; each server has a database of its own, and waits for the disk as it
does in real life. Aims: ahead on each; at least 10 × on a search over many runs and on a history, of the server's own
time ("answer only"): what the client needs to read the answer is its own, whoever the server is.
"""

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from bench.rig import peers, results, seeds, stores
from bench.rig.mlflow_servers import mlflow_server
from runstead.testing.postgres import postgres_server, programs
from runstead.testing.servers import running_server

CALLS = Path(__file__).parent / "rig" / "mlflow_calls.py"
SERIES, TIMES = 10, 10.0
SMALL = {"runs": 500, "points": 5_000, "megabytes": 20}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, help="to search through")
    parser.add_argument("--points", type=int, default=100_000, help="of the history")
    parser.add_argument("--megabytes", type=int, default=200, help="of the artifact")
    parser.add_argument("--workers", default="", help="of mlflow server (default: its own, 4)")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--small", action="store_true", help="for a quick look: the figures mean little")
    told = parser.parse_args()
    if told.small:
        vars(told).update(SMALL)
    return told


def measured(folder: Path, ours: str, theirs: str, told: argparse.Namespace) -> dict[str, list[float]]:
    """Milliseconds (median), ours and MLflow's, per question; both databases are empty before."""
    (folder / "peer").mkdir(parents=True)
    with stores.a_unit(folder / "home", ours) as house:
        seeds.seed(house, run_count=told.runs, series_count=SERIES)
    made = peers.asked("fill-mlflow", folder / "fill", store=theirs, runs=told.runs, series=SERIES)
    if "failed" in made:
        raise SystemExit(f"MLflow's database cannot be filled: {made['failed']}")
    numbers = json.dumps({"points": told.points, "megabytes": told.megabytes})
    database = ["--database", ours] if ours else []
    with running_server(folder / "home", *database) as server, mlflow_server(folder / "peer", theirs) as url:
        urls = f"{server.url}/mlflow/default,{url}"
        environment = {**peers.environment(folder), "MLFLOW_TRACKING_TOKEN": server.token}
        times = peers.told_by([str(CALLS), urls, str(folder), numbers], environment, folder)
    return {question: [1000 * statistics.median(one) for one in pair] for question, pair in times.items()}


def shown(database: str, figures: dict[str, list[float]]) -> bool:
    """Print a table and the aims; whether all are met."""
    rows: list[list[object]] = [[name, *pair, pair[1] / pair[0]] for name, pair in figures.items()]
    results.table(f"{database}, milliseconds (median)", ["", "Runstead", "mlflow server", "times"], rows)
    met = results.aim("ahead on each", all(pair[1] > pair[0] for pair in figures.values()))
    for name in ("search, answer only", "history, answer only"):
        times = figures[name][1] / figures[name][0]
        met &= results.aim(f"{name}: {times:.1f} ×, at least {TIMES:.0f}", times >= TIMES)
    return met


def main() -> int:
    told = options()
    peers.prepare("mlflow", "postgres")
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if told.only != "PostgreSQL":
            found["SQLite"] = measured(folder / "sqlite", "", f"sqlite:///{folder}/sqlite/peer/mlflow.db", told)
        if told.only != "SQLite" and (there := programs()) is not None:
            url = sa.make_url(stack.enter_context(postgres_server(there, durable=True)))
            with sa.create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(sa.text("CREATE DATABASE mlflow"))
            pair = (one.render_as_string(hide_password=False) for one in (url, url.set(database="mlflow")))
            found["PostgreSQL"] = measured(folder / "postgres", *pair, told)
    met = [shown(database, figures) for database, figures in found.items()]
    results.keep("mlflow", {**vars(told), **found})
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
