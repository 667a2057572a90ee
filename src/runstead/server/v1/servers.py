"""The server itself: health, facts, sign-in, shutdown, and the description of this API."""

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from runstead import __version__
from runstead.domain.errors import InvalidArgument
from runstead.server.auth import UnitIn, cookie_name, needs, router
from runstead.server.tokens import COOKIE_S, Tokens
from runstead.server.v1.shapes import at

routes = router()


@dataclass(frozen=True)
class HealthShape:
    """It lives."""

    status: str
    version: str


@dataclass(frozen=True)
class ServerShape:
    """What this server is."""

    version: str
    url: str
    home: str
    pid: int
    started_at: str
    database: str


@dataclass(frozen=True)
class TicketBody:
    """Where the link leads."""

    path: str = "/"


@dataclass(frozen=True)
class TicketShape:
    """A one-time link."""

    url: str


@routes.get("/health")
@needs("public")
async def get_health() -> HealthShape:
    """Whether the server answers."""
    return HealthShape("ok", __version__)


@routes.get("/api/v1/server")
@needs("read")
async def get_server(request: Request, unit: UnitIn) -> ServerShape:
    """Facts on this server."""
    return ServerShape(
        version=__version__,
        url=unit.settings.url,
        home=str(unit.settings.home),
        pid=os.getpid(),
        started_at=at(request.app.state.started_at_ms),
        database=unit.database.dialect,
    )


@routes.post("/api/v1/tickets")
@needs("admin")
async def post_ticket(request: Request, unit: UnitIn, body: TicketBody) -> TicketShape:
    """A link that signs a browser in, once, within a minute."""
    tokens: Tokens = request.app.state.tokens
    ticket = tokens.ticket(_local_path(body.path))
    return TicketShape(f"{unit.settings.url}/login?ticket={quote(ticket)}")


@routes.get("/login")
@needs("public")
async def get_login(request: Request, unit: UnitIn, ticket: str) -> Response:
    """Trade the ticket for the cookie."""
    tokens: Tokens = request.app.state.tokens
    answer = RedirectResponse(tokens.redeemed(ticket), 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie_name(unit),
        tokens.cookie(),
        max_age=COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=unit.settings.url.startswith("https:"),
        path="/",
    )
    return answer


@routes.post("/api/v1/shutdown")
@needs("admin")
async def post_shutdown(request: Request) -> dict[str, str]:
    """End the server cleanly, after this answer."""
    request.app.state.stop()
    return {}


@routes.get("/api/v1/openapi.json")
@needs("read")
async def get_openapi(request: Request) -> dict[str, Any]:
    """This API, described; Any: an OpenAPI document."""
    described: dict[str, Any] = request.app.openapi()
    return described


def _local_path(path: str) -> str:
    parts = urlsplit(path)
    if not path.startswith("/") or path.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        raise InvalidArgument(f"{path[:100]!r} is no path of this server; write one such as /w/default")
    return path
