"""Runs for the tests of run tables, made quickly over REST."""

import zlib
from collections.abc import Mapping

from runstead.testing.servers import RealServer
from tests.store.journals import Journal

W = "/api/v1/workspaces/default"


def make_run(
    server: RealServer,
    run_id: str,
    *,
    experiment: str,
    status: str = "Completed",
    tags: Mapping[str, str] | None = None,
    **metrics: float,
) -> None:
    """A run with one value of each metric."""
    connection = server.connection()
    body = {"run_id": run_id, "display_name": run_id, "experiment": experiment, "status": status, "tags": tags or {}}
    connection.call("POST", f"{W}/runs", body)
    if metrics:
        log(server, run_id, "w", **metrics)


def log(server: RealServer, run_id: str, writer: str, **metrics: float) -> None:
    """One more value of each metric, by a writer of its own."""
    journal = Journal(run_id, writer)
    for name, value in metrics.items():
        journal.log(name, value, step=0)
    headers = {"X-Runstead-CRC32": str(zlib.crc32(journal.body))}
    query = {"writer": writer, "offset": 0}
    server.connection().send("POST", f"{W}/runs/{run_id}/metrics/ingest", journal.body, query=query, headers=headers)
