"""One HTTP connection pool to one server: sends, and turns error answers into domain errors."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import IO, Any
from urllib.parse import quote, urlencode
from weakref import WeakSet

from runstead import client
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

Json = dict[str, Any]  # a JSON object as the server sent it: shapes are in docs/notes/rest-v1.md
BY_CODE: dict[str, type[RunsteadError]] = {
    kind.code: kind for kind in (InvalidArgument, Unauthenticated, Forbidden, NotFound, Conflict, TooLarge, Unavailable)
}
BY_STATUS = {400: InvalidArgument, 401: Unauthenticated, 403: Forbidden, 404: NotFound, 409: Conflict, 413: TooLarge}
log = logging.getLogger(__name__)
STREAM_CHUNK_BYTES = 1 << 16
KNOCK_AGAIN_S = 0.1
RENEW_AGAIN_S = 60.0
_connections: "WeakSet[Connection]" = WeakSet()


@dataclass(frozen=True)
class Answer:
    """A whole answer: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Renewal:
    """Where a run's token is renewed, and from when on (Unix time)."""

    path: str
    from_s: float


class Connection:
    """Thread-safe, and fork-safe: a child has sockets of its own. `url` without a trailing slash.

    found: where the server is now, asked when it cannot be reached: a local one may come back under another port.
    patience_s: how long to knock again where nobody listens, as while a server restarts. A call that was cut off on its
    way is never repeated.
    renewal: of a run's token, done with the first call after its time; `identity` stays that of the first token.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_s: float = 30.0,
        found: Callable[[], str | None] | None = None,
        patience_s: float = 0.0,
        renewal: Renewal | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._found = found
        self._patience_s = patience_s
        self.token = self.identity = token
        self._renewal = renewal
        self._timeout_s = timeout_s
        _connections.add(self)

    @cached_property
    def _pool(self) -> "client.pools.PoolManager":
        return client.pools.PoolManager(maxsize=8, retries=False)

    def call(
        self, method: str, path: str, body: Json | None = None, *, query: Mapping[str, object] | None = None
    ) -> Json:
        """Send JSON, get a JSON object. `path` is below the server's root and already quoted."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        answer = self.send(method, path, content, query=query, headers=headers)
        return json.loads(answer.body) if answer.body else {}

    def send(
        self,
        method: str,
        path: str,
        body: bytes | IO[bytes] | Iterable[bytes] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send bytes (a file or an iterator is read piece by piece), get the whole answer.

        Raises the domain error that the server names; Unavailable if the server cannot be reached.
        """
        response = self._open(method, path, body, query=query, headers=headers, timeout_s=timeout_s, preload=True)
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, response.data)

    def stream(
        self, method: str, path: str, *, query: Mapping[str, object] | None = None, timeout_s: float | None = None
    ) -> Iterator[bytes]:
        """The answer's body piece by piece; for downloads that need not fit into memory."""
        response = self._open(method, path, None, query=query, headers=None, timeout_s=timeout_s, preload=False)
        try:
            yield from response.stream(STREAM_CHUNK_BYTES)
        except client.pools.HTTPError as error:
            raise Unavailable(f"the download of {path} from {self.url} broke off: {error}") from error
        finally:
            response.release_conn()

    def _open(
        self,
        method: str,
        path: str,
        body: bytes | IO[bytes] | Iterable[bytes] | None,
        *,
        query: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
        timeout_s: float | None,
        preload: bool,
    ) -> "client.pools.BaseHTTPResponse":
        self._renew_if_due()
        asked = path + (f"?{urlencode(_present(query), doseq=True)}" if query else "")
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        limit_s = timeout_s or self._timeout_s
        give_up = time.monotonic() + self._patience_s
        while True:
            tried = self.url
            try:
                response = self._pool.request(
                    method, tried + asked, body=body, headers=sent, timeout=limit_s, preload_content=preload
                )
                break
            except client.pools.HTTPError as error:
                self.url = (self._found() if self._found else None) or tried
                nothing_was_sent = isinstance(error, client.pools.NewConnectionError)
                if not nothing_was_sent or time.monotonic() >= give_up:
                    raise Unavailable(f"the server {tried} cannot be reached: {error}") from error
                time.sleep(KNOCK_AGAIN_S)
        log.debug("%s %s%s: %s", method, tried, asked, response.status)
        if response.status >= 400:
            raise _error_of(response.status, response.data, f"{method} {path}")
        return response

    def _renew_if_due(self) -> None:
        due = self._renewal
        if due is None or time.time() < due.from_s:
            return
        self._renewal = None  # what asks for the new token must not ask for one
        try:
            told = self.call("POST", due.path, {})
        except RunsteadError as error:
            log.debug("the run's token cannot be renewed now, it is tried again: %s", error.message)
            self._renewal = Renewal(due.path, time.time() + RENEW_AGAIN_S)
            return
        self.token = told["token"]
        left_s = datetime.fromisoformat(told["expires_at"]).timestamp() - time.time()
        self._renewal = Renewal(due.path, time.time() + left_s / 2)


def _forget_parents_sockets() -> None:
    for connection in list(_connections):
        connection.__dict__.pop("_pool", None)


os.register_at_fork(after_in_child=_forget_parents_sockets)


def quoted(name: str) -> str:
    """One path segment, safe for any name."""
    return quote(name, safe="")


def quoted_path(path: str) -> str:
    """A path with its slashes kept."""
    return quote(path, safe="/")


def _present(query: Mapping[str, object]) -> dict[str, object]:
    return {
        k: ("true" if v else "false") if isinstance(v, bool) else v
        for k, v in query.items()
        if v is not None and v != []
    }


def _error_of(status: int, body: bytes, what: str) -> RunsteadError:
    try:
        told = json.loads(body)["error"]
        kind = BY_CODE.get(told["code"], RunsteadError)
        return kind(told["message"], **{k: v for k, v in told.items() if k not in ("code", "message")})
    except (ValueError, KeyError, TypeError):
        kind = BY_STATUS.get(status, Unavailable if status in (502, 503, 504) else RunsteadError)
        return kind(f"{what} was answered with HTTP {status}: {body[:200].decode(errors='replace')}")
