"""10 000 runs × 500 series: how long does the server take to sort the run table by the `min` of any, first page?

Aims: at most 100 ms of server time, at least 20 × faster than MLflow's `search_runs` with `order_by`, with as many runs
and metrics in a SQLite file (it sorts by last values: it knows no minimum). `--runs` and `--series` change the size.
On SQLite, and on PostgreSQL where its programs are.
"""

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench.rig import peers, results, seeds, stores
from runstead.domain.run_tables import TableQuery as Query
from runstead.domain.run_tables import columns_of, sorts_of
from runstead.service import run_tables
from runstead.service.unit import Unit
from runstead.testing.postgres import postgres_server, programs

PAGE = 50
AIM_MS, AIM_TIMES = 100.0, 20.0


class Size(NamedTuple):
    """Of our store."""

    runs: int
    series: int


def asked(house: Unit, size: Size, name: str, *, descending: bool = False) -> float:
    """Seconds for the first page sorted by the minimum of a series, with five metric columns; checked."""
    shown = columns_of([{"metric": f"m{j}", "of": "min"} for j in (1, 2, 3, 4)] + [{"metric": name, "of": "min"}])
    sort = sorts_of([{"column": {"metric": name, "of": "min"}, "descending": descending}])
    began = time.perf_counter()
    table = run_tables.answer(house, "default", Query(shown, sort, None, None, False, PAGE, 0))
    took = time.perf_counter() - began
    best = [row.values[-1] for row in table.rows]
    assert table.total == size.runs
    assert best == sorted(best, reverse=descending)  # type: ignore[type-var]  # they are floats
    return took


def measured(house: Unit, size: Size) -> list[float]:
    """Milliseconds: the first sort of all, by other metrics (median), and again by the first, both ways (median)."""
    began = time.perf_counter()
    seeds.seed(house, run_count=size.runs, series_count=size.series)
    print(f"{house.database.dialect}: {size.runs} runs × {size.series} series in {time.perf_counter() - began:.0f} s")
    middle = f"m{size.series // 2}"
    first = asked(house, size, middle)
    names = [f"m{j}" for j in range(1, size.series, max(1, size.series // 9))]
    others = statistics.median(asked(house, size, name) for name in names)
    again = statistics.median(asked(house, size, middle, descending=odd) for odd in (True, False) * 3)
    return [1000 * first, 1000 * others, 1000 * again]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--series", type=int, default=500)
    told = parser.parse_args()
    size = Size(told.runs, told.series)
    peers.prepare()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        with stores.a_unit(folder / "sqlite") as house:
            figures["SQLite"] = measured(house, size)
        found = programs()
        if found is not None:
            url = stack.enter_context(postgres_server(found))
            with stores.a_unit(folder / "postgres", url) as house:
                figures["PostgreSQL"] = measured(house, size)
        peer = peers.asked("table-mlflow", folder / "mlflow", runs=size.runs, series=size.series)
    if "failed" in peer:
        print(f"  mlflow: {peer['failed']}")
        return 1
    rows: list[list[object]] = [[database, *times] for database, times in figures.items()]
    rows.append(["MLflow (SQLite), last value", "", 1000 * peer["seconds"], ""])
    heads = [f"{size.runs} runs × {size.series} series", "first of all", "by another metric", "again, both ways"]
    results.table("milliseconds for the first page of the run table, sorted", heads, rows)
    slowest = max(times[1] for times in figures.values())
    times = 1000 * peer["seconds"] / slowest
    results.keep("run_table", {**figures, "mlflow": peer, "times_faster": times})
    met = results.aim(f"{slowest:.0f} ms, at most {AIM_MS:.0f}", slowest <= AIM_MS)
    met &= results.aim(f"{times:.0f} × MLflow, at least {AIM_TIMES:.0f}", times >= AIM_TIMES)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
