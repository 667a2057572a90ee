"""A real HTTP server, as small as can be, that keeps the offset rule of docs/notes/journal.md; and faults on demand."""

import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from runstead.client.connection import Connection
from runstead.domain.records import Kind, Record, Series, decode


@dataclass
class Request:
    """One ingest request as it arrived."""

    run_id: str
    writer_id: str
    offset: int
    body: bytes


Fault = Callable[[Request], tuple[int, str] | None]  # a status and an error code to answer with; None: go on


@dataclass
class Ingest:
    """What arrived: the journal bytes of each run and writer."""

    url: str = ""
    journals: dict[tuple[str, str], bytearray] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    fault: Fault = lambda request: None
    lose_answers: int = 0  # so many requests are stored and then cut off
    lock: threading.Lock = field(default_factory=threading.Lock)

    def connection(self) -> Connection:
        return Connection(self.url, "token", timeout_s=10)

    def records(self, run_id: str) -> list[Record]:
        """Everything of one run, writer by writer."""
        return [r for (run, _), content in sorted(self.journals.items()) if run == run_id for r in decode(content)]

    def values(self, run_id: str, name: str) -> list[object]:
        """The values of one series in order of logging; rows as dicts, tables as their list of columns."""
        series: dict[int, Series] = {}
        found = []
        for record in self.records(run_id):
            if record.kind is Kind.OPEN:
                series = {}
            elif record.kind is Kind.SERIES:
                series[record.number] = record.value
            elif series[record.number].name == name:
                columns = series[record.number].columns
                is_row = record.kind in (Kind.ROW, Kind.TABLE)
                found.append(dict(zip(columns, record.value, strict=True)) if is_row else record.value)
        return found

    def take(self, request: Request) -> tuple[int, dict[str, object]]:
        with self.lock:
            self.requests.append(request)
            if fault := self.fault(request):
                return fault[0], {"error": {"code": fault[1], "message": f"a test answers {fault[1]}"}}
            content = self.journals.setdefault((request.run_id, request.writer_id), bytearray())
            if request.offset > len(content):
                return 409, {"error": {"code": "conflict", "message": "a gap", "offset": len(content)}}
            list(decode(request.body))
            content.extend(request.body[len(content) - request.offset :])
            return 200, {"offset": len(content)}


@contextmanager
def ingest_server(*, port: int = 0) -> Iterator[Ingest]:
    """Serve on loopback until the end of the block."""
    ingest = Ingest()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert int(self.headers["X-Runstead-CRC32"]) == zlib.crc32(body)
            run_id, writer_id, offset = self.target()
            status, answer = ingest.take(Request(run_id, writer_id, offset, body))
            if ingest.lose_answers:
                ingest.lose_answers -= 1
                self.close_connection = True
                return
            self.answer(status, answer)

        def do_GET(self) -> None:
            run_id, writer_id, _ = self.target()
            self.answer(200, {"offset": len(ingest.journals.get((run_id, writer_id), b""))})

        def target(self) -> tuple[str, str, int]:
            url = urlsplit(self.path)
            found = re.fullmatch(r"/api/v1/workspaces/[^/]+/runs/([^/]+)/metrics/(ingest|offset)", url.path)
            assert found, self.path
            query = parse_qs(url.query)
            return unquote(found[1]), query["writer"][0], int(query.get("offset", ["0"])[0])

        def answer(self, status: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    ingest.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield ingest
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
