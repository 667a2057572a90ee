"""How fast does the server take journals in, over HTTP from one client? Compared with appending the bytes to a file.

Both wait for the disk after each piece: SQLite's write-ahead log there, fdatasync here.
"""

import os
import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np

from bench.rig import results, stores
from runstead.client.connection import Connection
from runstead.domain.records import SLOT_BYTES, Kind
from runstead.store.records import SLOT, slot_checksums
from runstead.testing.servers import RealServer, running_server

SHAPES = (
    # metrics, bytes in a piece, points in all
    (1, 64 << 10, 200_000),
    (1, 1 << 20, 1_000_000),
    (10, 256 << 10, 500_000),
    (500, 256 << 10, 200_000),
    (500, 4 << 20, 1_000_000),
)


def a_journal(series: int, count: int) -> bytes:
    """Values of all series in turn, as a training loop logs them."""
    slots = np.zeros(count, SLOT)
    slots["head"] = (np.arange(count) % series + 1) << 8 | Kind.FLOAT
    slots["step"] = np.arange(count) // series
    slots["time_us"] = stores.times(0, count)
    slots["bits"] = stores.loss(0, count, count).view(np.int64)
    slots["crc"] = slot_checksums(slots)
    return slots.tobytes()


def shipped(server: RealServer, run_id: str, head: bytes, body: bytes, piece_bytes: int) -> float:
    """Seconds from the first piece to the last acknowledgement."""
    connection = Connection(server.url, server.token)
    connection.call("POST", "/api/v1/workspaces/default/runs", {"run_id": run_id, "experiment": "bench"})
    path = f"/api/v1/workspaces/default/runs/{run_id}/metrics/ingest"

    def send(offset: int, piece: bytes) -> None:
        query = {"writer": stores.WRITER, "offset": offset}
        connection.send("POST", path, piece, query=query, headers={"X-Runstead-CRC32": str(zlib.crc32(piece))})

    send(0, head)
    began = time.perf_counter()
    for start in range(0, len(body), piece_bytes):
        send(len(head) + start, body[start : start + piece_bytes])
    return time.perf_counter() - began


def appended(folder: Path, body: bytes, piece_bytes: int) -> float:
    """The same bytes to a plain file, each piece to the disk."""
    began = time.perf_counter()
    with (folder / "plain").open("wb", buffering=0) as file:
        for start in range(0, len(body), piece_bytes):
            file.write(body[start : start + piece_bytes])
            os.fdatasync(file.fileno())
    return time.perf_counter() - began


def main() -> int:
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as name, running_server(Path(name).resolve() / "home") as server:
        for series, piece_bytes, count in SHAPES:
            run_id = f"run-{series}-{piece_bytes}"
            head, body = stores.head_of(run_id, [f"m{n}" for n in range(series)]), a_journal(series, count)
            took = shipped(server, run_id, head, body, piece_bytes)
            plain = appended(Path(name), body, piece_bytes)
            points = piece_bytes // SLOT_BYTES
            rows.append([f"{series} metrics, {points:,} points", count / took, took / count * 1e9, took / plain])
    heads = ["in a piece", "points/s", "ns/point", "× file"]
    results.table("durable points per second, one writer over HTTP", heads, rows)
    results.keep("ingest", {str(row[0]): row[1] for row in rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
