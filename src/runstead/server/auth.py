"""Who may call what: every route declares one permission, checked before the request's body is read."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from runstead.domain.errors import Forbidden, Unauthenticated
from runstead.domain.limits import Limits, depth_of
from runstead.server.tokens import Caller, Tokens
from runstead.service import runs
from runstead.service.unit import Unit

# public: anybody · read: whoever may see the workspace · run: the owner, or the token of the run in the path or of one
# above it (without a run in the path, the function checks what it makes) · write, admin: the owner
Permission = Literal["public", "read", "write", "run", "admin"]
MARK = "runstead_needs"
Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


@dataclass(frozen=True)
class Needs:
    """What a route asks for. `body`: json (within the server's limit) or stream (the function limits it)."""

    permission: Permission
    body: Literal["json", "stream"] = "json"


def needs(permission: Permission, *, body: Literal["json", "stream"] = "json") -> Callable[[Endpoint], Endpoint]:
    """Declare a route's permission; write it below the route's own decorator."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, Needs(permission, body))
        return endpoint

    return mark


class _Flat(Request):
    """A request whose JSON is not nested without end: what is written from it, level by level, has a limit, too."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, max_depth: int) -> None:
        super().__init__(scope, receive, send)
        self._max_depth = max_depth

    async def json(self) -> object:
        """The body; FastAPI asks for it here."""
        content = await super().json()
        if depth_of(content, stop=self._max_depth + 1) > self._max_depth:
            raise HTTPException(400, f"the JSON is nested more than {self._max_depth} deep")
        return content


class Guarded(APIRoute):
    """A route that lets in whom its permission allows, and no body that is too large."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook around the whole handling of a request."""
        handle = super().get_route_handler()
        declared = needs_of(self)

        async def guarded(request: Request) -> Response:
            request.state.caller = await _authorised(request, declared)
            if declared.body == "stream":
                return await handle(request)
            limits: Limits = request.app.state.unit.settings.limits
            limited = _limited(request, limits.json_body_bytes)
            return await handle(_Flat(request.scope, limited, request._send, max_depth=limits.json_depth))

        return guarded


def router() -> APIRouter:
    """A router whose routes are guarded; use no other."""
    return APIRouter(route_class=Guarded)


def needs_of(route: BaseRoute) -> Needs:
    """What a route declares; an error in the code, if it declares nothing."""
    declared = getattr(getattr(route, "endpoint", None), MARK, None)
    if not isinstance(route, Guarded) or not isinstance(declared, Needs):
        raise TypeError(
            f"the route {getattr(route, 'path', route)!r} declares no permission; add @needs(...) to its function"
        )
    return declared


async def _authorised(request: Request, declared: Needs) -> Caller | None:
    if declared.permission == "public":
        return None
    caller = caller_of(request)
    if not caller.is_owner:
        await _check_run_caller(request, declared, caller)
    return caller


def caller_of(request: Request) -> Caller:
    """Who sent this request; Unauthenticated if nobody we know."""
    tokens: Tokens = request.app.state.tokens
    authorization = request.headers.get("authorization", "")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("the Authorization header must read: Bearer <token>")
        return tokens.caller_of(token.strip())
    cookie = request.cookies.get(cookie_name(request.app.state.unit))
    if cookie is None:
        raise Unauthenticated(
            "no token was sent; send Authorization: Bearer <token>, or open Studio with: runstead open"
        )
    return tokens.check_cookie(cookie)


def cookie_name(unit: Unit) -> str:
    """Cookies know no ports: two servers of one machine need two names."""
    return f"runstead_{unit.settings.port}"


async def _check_run_caller(request: Request, declared: Needs, caller: Caller) -> None:
    if declared.permission in ("write", "admin"):
        raise Forbidden("a run's token may not do this; the owner's token may")
    if request.path_params.get("ws", caller.workspace) != caller.workspace:
        raise Forbidden(f"the token of run {caller.run_id} is for workspace {caller.workspace!r} only")
    run_id = request.path_params.get("run_id")
    if declared.permission == "run" and run_id is not None:
        await run_in_threadpool(check_within, request.app.state.unit, caller, run_id)


def check_within(unit: Unit, caller: Caller, run_id: str | None) -> None:
    """Forbidden unless the caller may write to this run: its own, or one below it. `run_id` None: to none at all."""
    if caller.is_owner:
        return
    if run_id is None or caller.run_id is None or not runs.is_within(unit, run_id, caller.run_id):
        raise Forbidden(f"the token of run {caller.run_id} may write to that run and its children only")


def _limited(request: Request, max_bytes: int) -> Receive:
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            # FastAPI passes an HTTPException on and hides every other kind here.
            raise HTTPException(413, f"the body is larger than {max_bytes} bytes")
        return message

    return receive


async def _unit_of(request: Request) -> Unit:
    unit: Unit = request.app.state.unit
    return unit


async def _caller_in(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


UnitIn = Annotated[Unit, Depends(_unit_of)]
CallerIn = Annotated[Caller, Depends(_caller_in)]
