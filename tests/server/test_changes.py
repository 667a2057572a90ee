import json
import threading
from collections.abc import Iterator
from contextlib import suppress

from runstead.client import local
from runstead.client.connection import Connection
from runstead.domain.errors import Unavailable
from runstead.testing.servers import RealServer, wait_until

W = "/api/v1/workspaces/default"


def read_events(connection: Connection, **query: object) -> Iterator[dict[str, object]]:
    buffer = b""
    for piece in connection.stream("GET", f"{W}/events", query=query, timeout_s=10):
        buffer += piece
        while b"\n\n" in buffer:
            block, buffer = buffer.split(b"\n\n", 1)
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if not line.startswith(":"))
            if fields:
                yield {"id": int(fields["id"]), "event": fields["event"], **json.loads(fields["data"])}


def test_the_stream_says_hello_and_then_what_changed(server: RealServer) -> None:
    connection = server.connection()
    seen = read_events(server.connection())
    hello = next(seen)
    assert (hello["event"], hello["cursor"]) == ("hello", 0)
    threading.Timer(0.1, connection.call, ("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e"})).start()
    found = [next(seen), next(seen)]
    assert {(e["noun"], e["run_id"], e["experiment"]) for e in found} == {("experiment", None, "e"), ("run", "r1", "e")}


def test_who_was_away_sees_each_changed_object_once_in_order(server: RealServer) -> None:
    connection = server.connection()
    for run_id in ("r1", "r2"):
        connection.call("POST", f"{W}/runs", {"run_id": run_id, "experiment": "e"})
    for number in range(5):
        connection.call("PATCH", f"{W}/runs/r1", {"tags": {"n": str(number)}})
    seen = read_events(connection, after=0)
    next(seen)
    found = [next(seen) for _ in range(3)]
    assert [(e["noun"], e["run_id"]) for e in found] == [("experiment", None), ("run", "r2"), ("run", "r1")]
    cursors = [int(str(e["id"])) for e in found]
    assert cursors == sorted(cursors)


def test_runs_narrow_the_stream_to_those_and_their_children(server: RealServer) -> None:
    connection = server.connection()
    for run_id, parent in (("r1", None), ("r2", None), ("c1", "r1"), ("c2", "r2")):
        connection.call("POST", f"{W}/runs", {"run_id": run_id, "experiment": "e", "parent_id": parent})
    seen = read_events(connection, after=0, runs="r1")
    next(seen)
    assert {next(seen)["run_id"] for _ in range(2)} == {"r1", "c1"}


def test_a_server_with_open_streams_and_long_polls_stops_promptly(server: RealServer) -> None:
    connection = server.connection()
    connection.call("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e"})
    connection.send("POST", f"{W}/runs/r1/logs/x.txt", b"x", query={"offset": 0})
    streams = [read_events(server.connection()) for _ in range(5)]
    for stream in streams:
        next(stream)
    ended: list[int] = []

    def poll() -> None:
        # Either it waits when the server is told to end, or it comes too late; both must be over at once.
        asked = {"offset": 1, "wait_s": 30}
        with suppress(Unavailable):
            server.connection().send("GET", f"{W}/runs/r1/logs/x.txt", query=asked, timeout_s=40)
        ended.append(1)

    polls = [threading.Thread(target=poll) for _ in range(5)]
    for thread in polls:
        thread.start()
    connection.call("POST", "/api/v1/shutdown", {})
    wait_until(lambda: not local.is_locked(server.home), what="the server has ended", timeout_s=4)
    for thread in polls:
        thread.join(4)
    assert len(ended) == 5
    assert [list(stream) for stream in streams] == [[]] * 5
