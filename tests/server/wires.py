"""Requests as bytes: what no HTTP library would agree to send."""

import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

Headers = Sequence[tuple[str, str]]
BODY_LIMIT = 4 << 20
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Reply:
    """`status` 0: the server closed the connection without an answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


def address_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def connected(url: str) -> socket.socket:
    return socket.create_connection(address_of(url), timeout=PATIENCE_S)


def request_bytes(method: str, target: str, headers: Headers, body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode("latin-1", "surrogateescape") + b"\r\n\r\n" + body


def send(url: str, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Reply:
    """One request exactly as given, but for Host, Content-Length and Connection where `headers` lacks them."""
    named = {name.lower() for name, _ in headers}
    host, port = address_of(url)
    usual = [("Host", f"{host}:{port}"), ("Connection", "close")]
    if (body or method in ("POST", "PUT", "PATCH")) and "transfer-encoding" not in named:
        usual.append(("Content-Length", str(len(body))))
    complete = [*(pair for pair in usual if pair[0].lower() not in named), *headers]
    return send_raw(url, request_bytes(method, target, [pair for pair in complete if pair[1] != "-"], body), method)


def send_raw(url: str, content: bytes, method: str = "GET") -> Reply:
    """Bytes out, one reply in."""
    with connected(url) as wire:
        with suppress(BrokenPipeError, ConnectionResetError):  # the server may answer before it took everything
            wire.sendall(content)
        return reply_on(wire, method)


def reply_on(wire: socket.socket, method: str = "GET") -> Reply:
    """The reply that comes; of an endless stream only its head."""
    response = HTTPResponse(wire, method=method)
    try:
        response.begin()
    except (HTTPException, ConnectionResetError, BrokenPipeError):
        return Reply(0)
    headers = tuple(response.getheaders())
    if response.headers.get_content_type() == "text/event-stream":
        return Reply(response.status, headers)
    try:
        return Reply(response.status, headers, response.read(BODY_LIMIT))
    except (HTTPException, ConnectionResetError):
        return Reply(response.status, headers)


def seconds_since(start: float) -> float:
    return time.monotonic() - start
