"""What every MLflow route shares: where it is mounted, how a request is read, how answers and errors are written."""

import base64
import binascii
import json
import math
import posixpath
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from runstead.domain.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RunsteadError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from runstead.domain.limits import depth_of
from runstead.server.auth import CallerIn, Guarded, UnitIn, check_within
from runstead.server.tokens import Caller
from runstead.service import experiments, workspaces
from runstead.service.unit import Unit

MOUNT = "/mlflow/{ws}"
# `door` is api or ajax-api, `version` 2.0 or 3.0: clients and MLflow's own pages differ in it, the calls do not.
BASE = MOUNT + "/{door}/{version}/mlflow"
DOORS, VERSIONS = ("api", "ajax-api"), ("2.0", "3.0")
KINDS: Mapping[type[RunsteadError], tuple[int, str]] = {
    InvalidArgument: (400, "INVALID_PARAMETER_VALUE"),
    Unauthenticated: (401, "UNAUTHENTICATED"),
    Forbidden: (403, "PERMISSION_DENIED"),
    NotFound: (404, "RESOURCE_DOES_NOT_EXIST"),
    Conflict: (400, "RESOURCE_ALREADY_EXISTS"),
    TooLarge: (400, "INVALID_PARAMETER_VALUE"),
    Unavailable: (503, "TEMPORARILY_UNAVAILABLE"),
}
MOST_ROWS, MOST_KEY_CHARS, MOST_DEPTH = 50_000, 250, 100
GOOD_KEY = re.compile(r"[/\w.\- :]*")
SEE = " See the API docs for more information about request parameters."
_ENCODER = json.JSONEncoder(separators=(",", ":"))  # json.dumps makes one at each call
Fields = Mapping[str, Any]  # Any: JSON as the client sent it


class Spoken(Guarded):
    """A guarded route that tells errors in MLflow's form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook around the whole handling of a request."""
        handle = super().get_route_handler()

        async def spoken(request: Request) -> Response:
            try:
                return await handle(request)
            except RunsteadError as error:
                if isinstance(error, NotFound):  # perhaps the workspace itself, deleted meanwhile: look again next time
                    request.app.state.mlflow_workspaces.discard(request.path_params.get("ws"))
                status, code = KINDS.get(type(error), (500, "INTERNAL_ERROR"))
                return refusal(status, code, _told(error))
            except (RequestValidationError, UnicodeEncodeError) as error:
                return refusal(400, "INVALID_PARAMETER_VALUE", f"the request was not understood: {error}")
            except HTTPException as error:
                return refusal(error.status_code, "BAD_REQUEST", str(error.detail))

        return spoken


def _told(error: RunsteadError) -> str:
    """The message, where MLflow has one of its own in that."""
    if isinstance(error, NotFound) and "run_id" in error.details:
        return f"Run with id={error.details['run_id']} not found"
    return error.message


def router() -> APIRouter:
    """A router of MLflow's; its calls are described in docs/notes/rest-mlflow.md, not in our own API's description."""
    return APIRouter(route_class=Spoken, include_in_schema=False)


def refusal(status: int, code: str, message: str) -> Response:
    """An error as MLflow's clients read it."""
    return answer({"error_code": code, "message": message}, status)


def answer(content: object, status: int = 200) -> Response:
    """JSON; numbers must have come through `number_out`."""
    return Response(compact(content), status, media_type="application/json")


def compact(content: object) -> str:
    """JSON without spaces."""
    return _ENCODER.encode(content)


@dataclass(frozen=True)
class Asked:
    """One call: who asks, of which workspace, and the fields of the body, the query and the path."""

    unit: Unit
    caller: Caller
    workspace: str
    fields: Fields
    is_query: bool = False

    def maybe(self, name: str) -> str | None:
        """A text, or None where it is absent."""
        return maybe_of(name, self.fields.get(name))

    def text(self, name: str) -> str:
        """A text that must be there, and not be empty."""
        return text_of(name, self.fields.get(name))

    def whole(self, name: str) -> int | None:
        """An integer, or None where it is absent; int64 may travel as text."""
        return whole_of(name, self.fields.get(name))

    def flag(self, name: str) -> bool:
        """True or false; absent is false. A query spells it."""
        value = self.fields.get(name)
        if self.is_query and isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is not None and not isinstance(value, bool):
            raise invalid(name, value)
        return value is True

    def texts(self, name: str) -> list[str]:
        """A list of texts; in a query one alone counts as a list."""
        value = self.fields.get(name)
        found = [value] if self.is_query and isinstance(value, str) else ([] if value is None else value)
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise invalid(name, value)
        return found

    def some_texts(self, name: str) -> list[str]:
        """A list of texts that must be there, and not be empty."""
        found = self.texts(name)
        if not found:
            raise missing(name)
        return found

    def objects(self, name: str) -> list[Fields]:
        """A list of JSON objects."""
        value = self.fields.get(name)
        found = [] if value is None else value
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise invalid(name, value)
        return found

    def pairs(self, name: str) -> dict[str, str]:
        """Tags or params: a list of {key, value}."""
        found = [(f"{name}[{i}].", one) for i, one in enumerate(self.objects(name))]
        return {key_of(one, path): value_of(one, path) for path, one in found}

    def part(self, fields: Fields) -> "Asked":
        """The same call, looking at an object within it."""
        return replace(self, fields=fields)

    def run_id(self) -> str:
        """The run to read."""
        return self.maybe("run_id") or self.maybe("run_uuid") or self.text("run_id")

    def own_run_id(self) -> str:
        """The run to write to; Forbidden if it is not the caller's. A changing call names its run in no other way."""
        run_id = self.run_id()
        check_within(self.unit, self.caller, run_id)
        return run_id

    def check_owner(self) -> None:
        """Forbidden for a run's token: for what belongs to no run."""
        if not self.caller.is_owner:
            raise Forbidden("a run's token may not do this; the owner's token may")

    def page(self, default: int, most: int = MOST_ROWS) -> "Page":
        """Which page of a search is asked for."""
        limit = self.whole("max_results")
        limit = default if limit is None else limit
        if limit < 1:
            raise invalid("max_results", limit, "It must be a positive integer")
        if limit > most:
            raise invalid("max_results", limit, f"It must be at most {most}")
        return Page(_offset_of(self.maybe("page_token")), limit)


@dataclass(frozen=True)
class Page:
    """`limit` rows from index `offset` on."""

    offset: int
    limit: int

    def token(self, more: bool) -> Fields:
        """The field that leads to the next page, if there is one."""
        return {"next_page_token": token_of(self.offset + self.limit)} if more else {}


def token_of(offset: int) -> str:
    """A page token; clients only send it back."""
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def _offset_of(token: str | None) -> int:
    if not token:
        return 0
    try:
        offset = json.loads(base64.b64decode(token, validate=True))["offset"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise InvalidArgument("Invalid page token, could not be decoded") from error
    if not isinstance(offset, int) or not 0 <= offset < 1 << 62:
        raise InvalidArgument("Invalid page token, it leads to no page")
    return offset


def paged(found: Sequence[Any], page: Page) -> tuple[Sequence[Any], Fields]:  # Any: rows of any kind
    """(one page of what was found, the field that leads to the next)."""
    some = found[page.offset : page.offset + page.limit]
    return some, page.token(page.offset + page.limit < len(found))


def missing(name: str) -> InvalidArgument:
    """A required field is not there."""
    return InvalidArgument(f"Missing value for required parameter '{name}'.{SEE}")


def invalid(name: str, value: object, reason: str = "") -> InvalidArgument:
    """A field is of the wrong type, or wrong for this reason."""
    told = json.dumps(value, sort_keys=True, separators=(",", ":"))
    told = told if len(told) <= 200 else f"{told[:200]}…"
    why = f" {reason}" if reason else f"  Hint: Value was of type '{type(value).__name__}'.{SEE}"
    return InvalidArgument(f"Invalid value {told} for parameter '{name}' supplied:{why}")


def maybe_of(name: str, value: object) -> str | None:
    """A text, or None where it is absent."""
    if value is not None and not isinstance(value, str):
        raise invalid(name, value)
    return value


def text_of(name: str, value: object) -> str:
    """A text that must be there, and not be empty."""
    if not (found := maybe_of(name, value)):
        raise missing(name)
    return found


def whole_of(name: str, value: object) -> int | None:
    """An int64, or None where it is absent."""
    if value is None or (type(value) is int and -(1 << 63) <= value < 1 << 63):
        return value
    found = value
    if isinstance(value, float) and value.is_integer():
        found = int(value)
    if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii() and len(value) < 21:
        found = int(value)
    if isinstance(found, bool) or not isinstance(found, int) or not -(1 << 63) <= found < 1 << 63:
        raise invalid(name, value)
    return found


def key_of(pair: Fields, path: str = "") -> str:
    """The key of a tag or param, which `path` leads to."""
    key = pair.get("key")
    if key is None or key == "":
        raise missing(f"{path}key")
    if not isinstance(key, str):
        raise invalid(f"{path}key", key)
    return checked_key(key, f"{path}key")


@lru_cache(maxsize=10_000)  # a batch names the same few metrics a thousand times
def checked_key(key: str, path: str, what: str = "key") -> str:
    """A key by MLflow's rule: it could be the name of a file."""
    if not GOOD_KEY.fullmatch(key):
        raise invalid(
            path,
            key,
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and "
            "slashes (/).",
        )
    if key.startswith("/") or any(part in ("", ".", "..") for part in key.split("/")):
        raise invalid(
            path,
            key,
            "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
            f"This name would resolve to {posixpath.normpath(key)!r}",
        )
    if len(key) > MOST_KEY_CHARS:
        raise InvalidArgument(f"'{what}' exceeds the maximum length of {MOST_KEY_CHARS} characters")
    return key


def value_of(pair: Fields, path: str = "") -> str:
    """The value of a tag or param; absent is empty, as protocol buffers have it."""
    value = pair.get("value")
    if value is not None and not isinstance(value, str):
        raise invalid(f"{path}value", value)
    return value or ""


def number_out(value: float) -> float | str:
    """A number as JSON takes it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def filled(fields: Fields) -> Fields:
    """Without what is empty, as protocol buffers write it."""
    return {name: value for name, value in fields.items() if value not in (None, [], ())}


def tags_out(tags: Mapping[str, str | None]) -> list[Fields]:
    """Tags or params as MLflow writes them."""
    return [{"key": key, "value": value or ""} for key, value in tags.items()]


async def settle(request: Request, ws: str, unit: UnitIn, caller: CallerIn) -> None:
    """Make the workspace, if this is its owner's first call; what does not ask for `AskedIn` depends on it."""
    known: set[str] = request.app.state.mlflow_workspaces
    if ws not in known:
        await run_in_threadpool(_settle, unit, caller, ws)
        known.add(ws)


async def _asked(request: Request, ws: str, unit: UnitIn, caller: CallerIn) -> Asked:
    await settle(request, ws, unit, caller)
    path = request.path_params
    if path.get("door", "api") not in DOORS or path.get("version", "2.0") not in VERSIONS:
        raise NotFound(f"{request.url.path} is no address of MLflow's API")
    own = {name: value for name, value in path.items() if name not in ("ws", "door", "version")}
    return Asked(unit, caller, ws, {**await _fields(request), **own}, is_query=request.method == "GET")


def _settle(unit: Unit, caller: Caller, ws: str) -> None:
    """An owner's first call makes the workspace, and the experiment 0 that clients expect in it."""
    if caller.is_owner:
        workspaces.ensure(unit, ws)
        experiments.ensure_default(unit, ws)
    else:
        workspaces.load(unit, ws)


async def _fields(request: Request) -> Fields:
    if request.method == "GET":
        query: dict[str, Any] = {}
        for name, value in request.query_params.multi_items():
            there = query.get(name)
            query[name] = value if there is None else [*(there if isinstance(there, list) else [there]), value]
        return query
    body = await request.body()
    if not body.strip():
        return dict(request.query_params)
    fields = decoded(body)
    if isinstance(fields, str):  # old clients encode twice
        fields = decoded(fields.encode())
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise InvalidArgument("the body must be a JSON object")
    return fields


def decoded(body: bytes) -> object:
    """JSON, not nested too deep."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidArgument(f"the body is no JSON: {error}") from error
    if body.count(b"[") + body.count(b"{") > MOST_DEPTH and depth_of(content, stop=MOST_DEPTH + 1) > MOST_DEPTH:
        raise InvalidArgument(f"the JSON is nested more than {MOST_DEPTH} deep")
    return content


AskedIn = Annotated[Asked, Depends(_asked)]
