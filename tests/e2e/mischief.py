"""A proxy that does to ingest requests what networks do: repeats them, loses answers, cuts them, delivers them late."""

import http.client
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit

HOP_HEADERS = {"connection", "content-length", "transfer-encoding", "host"}


class Sent(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Mischief:
    """What was done so far. `kinds`: of repeat, lose, cut, late."""

    def __init__(self, url: str, kinds: tuple[str, ...]) -> None:
        self.url = ""
        self.done = 0
        self.target = urlsplit(url).netloc
        self.kinds = kinds
        self.late: list[Sent] = []
        self.dice = random.Random(7)

    def forward(self, sent: Sent, *, only_bytes: int | None = None) -> tuple[int, bytes]:
        """The server's answer; with `only_bytes`, the connection is cut after so many of the body, unanswered."""
        connection = http.client.HTTPConnection(self.target, timeout=10)
        try:
            connection.putrequest(sent.method, sent.path, skip_host=True)
            for name, value in {**sent.headers, "Host": self.target, "Content-Length": str(len(sent.body))}.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(sent.body[:only_bytes])
            if only_bytes is not None:
                return 0, b""
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def pass_on(self, sent: Sent) -> tuple[int, bytes]:
        """The answer to give, after the mischief; status 0: none, hang up."""
        if "/metrics/ingest" not in sent.path or self.dice.random() < 0.3:
            return self.forward(sent)
        kind = self.dice.choice(self.kinds)
        self.done += 1
        if kind == "repeat":
            self.forward(sent)
            self.forward(sent)
        elif kind == "lose":
            self.forward(sent)
            return 0, b""
        elif kind == "cut":
            return self.forward(sent, only_bytes=self.dice.randrange(len(sent.body)))
        elif kind == "late":
            self.late.append(sent)
            if len(self.late) < 3:
                return 0, b""
            self.dice.shuffle(self.late)
            for old in self.late:
                self.forward(old)
            self.late.clear()
        return self.forward(sent)


@contextmanager
def mischievous_proxy(url: str, *kinds: str) -> Iterator[Mischief]:
    """Stands before the server at `url` until the end of the block."""
    mischief = Mischief(url, kinds)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_HEADERS}
            status, body = mischief.pass_on(Sent(self.command, self.path, headers, self.rfile.read(length)))
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the client has given up on this answer
                self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mischief.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield mischief
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
