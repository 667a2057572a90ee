"""Which Host and Origin a request may name: on every method, so that no foreign page gets in through a browser."""

import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runstead.domain.addresses import is_address, is_loopback
from runstead.domain.errors import Forbidden
from runstead.server.errors import answer_of
from runstead.service.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Fluent UI writes its styles into the page
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'self'",  # pages that runs made, each sandboxed by its own answer
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
SECURITY_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class HostGuard:
    """Wraps the whole app: refuses foreign hosts and origins, adds the security headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} connections are not served")
        try:
            check_hosts(self._settings, scope["method"], Headers(scope=scope))
        except Forbidden as error:
            await answer_of(error)(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))


def check_hosts(settings: Settings, method: str, headers: Headers) -> None:
    """Forbidden unless Host names this server, and Origin, where there is one, the same."""
    hosts = headers.getlist("host")
    host = hosts[0].lower() if len(hosts) == 1 else ""
    if not is_our_host(settings, host):
        raise Forbidden(
            f"this server does not answer to the host {host[:100]!r}; open {settings.url}, "
            f"or start it with: runstead up --allowed-host {host[:100] or 'NAME:PORT'}"
        )
    origin = headers.get("origin")
    if origin is not None and not _is_our_origin(settings, origin.lower()):
        raise Forbidden(f"the page {origin[:100]!r} is not part of this server ({settings.url}) and may not use it")
    if origin is None and "cookie" in headers and "authorization" not in headers and method not in SAFE_METHODS:
        raise Forbidden("a browser's request that changes something must name its Origin")


def is_our_host(settings: Settings, host: str) -> bool:
    """Whether a Host header (`name:port`) names this server, port included."""
    name, port = _split(host)
    if host in settings.allowed_hosts or (host and host == urlsplit(settings.public_url).netloc.lower()):
        return True
    if port != settings.port:
        return False
    if name in LOOPBACK:
        return True
    # Bound to the network on purpose: an address cannot be rebound by DNS, and this machine's names are its owner's.
    return not is_loopback(settings.host) and (
        is_address(name) or name in (settings.host.lower(), socket.gethostname().lower(), socket.getfqdn().lower())
    )


def _is_our_origin(settings: Settings, origin: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and is_our_host(settings, parts.netloc)


def _split(host: str) -> tuple[str, int]:
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdecimal() or not port.isascii():
        return host, 80
    return name, int(port)


def _with_headers(send: Send) -> Send:
    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            extra = [(name, value) for name, value in SECURITY_HEADERS.items() if name not in present]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return send_secured
