"""Secrets of one server: the owner token, run tokens, Studio's cookie, one-time tickets."""

import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jwt

from runstead.domain.errors import Unauthenticated

RUN_TOKEN_S = 7 * 24 * 3600
COOKIE_S = 30 * 24 * 3600
TICKET_S = 60
MAX_TICKETS = 1_000


@dataclass(frozen=True)
class Caller:
    """Who asks: the owner, or one run of one workspace."""

    run_id: str | None = None
    workspace: str | None = None
    by_cookie: bool = False

    @property
    def is_owner(self) -> bool:
        """May do everything."""
        return self.run_id is None


@dataclass(frozen=True)
class Ticket:
    """A sign-in that works once."""

    path: str
    ends_at_s: float


class Tokens:
    """Makes and checks them. Tickets live in memory only: after a restart one asks for a new one."""

    def __init__(self, owner: str, signing_key: bytes, *, now_s: Callable[[], float] = time.time) -> None:
        self._owner = owner
        self._key = signing_key
        self._now_s = now_s
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def caller_of(self, token: str) -> Caller:
        """Who holds this bearer token."""
        if hmac.compare_digest(token.encode(), self._owner.encode()):
            return Caller()
        claims = self._decoded(token, "run")
        return Caller(run_id=claims["run"], workspace=claims["ws"])

    def run_token(self, workspace: str, run_id: str, *, life_s: float = RUN_TOKEN_S) -> tuple[str, int]:
        """(a token for one run, when it ends in ms)."""
        ends_at_s = int(self._now_s() + life_s)
        return self._encoded({"aud": "run", "ws": workspace, "run": run_id, "exp": ends_at_s}), ends_at_s * 1000

    def renewed(self, token: str) -> str | None:
        """A fresh run token, when more than half of this one's life is over."""
        claims = self._decoded(token, "run")
        if int(claims["exp"]) - self._now_s() > RUN_TOKEN_S / 2:
            return None
        return self.run_token(claims["ws"], claims["run"])[0]

    def cookie(self) -> str:
        """The value of Studio's cookie."""
        return self._encoded({"aud": "studio", "exp": int(self._now_s()) + COOKIE_S})

    def check_cookie(self, value: str) -> Caller:
        """Who holds this cookie."""
        self._decoded(value, "studio")
        return Caller(by_cookie=True)

    def ticket(self, path: str) -> str:
        """A one-time ticket that leads to `path`."""
        ticket = secrets.token_urlsafe(24)
        now_s = self._now_s()
        with self._lock:
            alive = {k: t for k, t in self._tickets.items() if t.ends_at_s > now_s}
            self._tickets = dict(list(alive.items())[-MAX_TICKETS:]) | {ticket: Ticket(path, now_s + TICKET_S)}
        return ticket

    def redeemed(self, ticket: str) -> str:
        """The path that a ticket leads to; it works once."""
        with self._lock:
            found = self._tickets.pop(ticket, None)
        if found is None or found.ends_at_s < self._now_s():
            raise Unauthenticated("this sign-in link was used or is older than a minute; get a new one: runstead open")
        return found.path

    def _encoded(self, claims: dict[str, object]) -> str:
        return jwt.encode(claims, self._key, algorithm="HS256")

    def _decoded(self, token: str, audience: str) -> dict[str, str]:
        try:
            # The clock is ours, so that it can be passed in; `exp` must be there and is compared below.
            options = {"require": ["exp", "aud"], "verify_exp": False}
            claims = jwt.decode(token, self._key, algorithms=["HS256"], audience=audience, options=options)  # type: ignore[arg-type]  # a TypedDict there
        except jwt.InvalidTokenError as error:
            raise Unauthenticated("the token is not one of this server") from error
        if claims["exp"] < self._now_s():
            raise Unauthenticated("the token has run out")
        return dict(claims)


def opened(home: Path) -> Tokens:
    """The tokens of this home; made at the first start."""
    owner = secret_file(home / "token", lambda: secrets.token_urlsafe(32).encode())
    return Tokens(owner.decode().strip(), secret_file(home / "signing.key", lambda: secrets.token_bytes(32)))


def secret_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The secret in this file, which its owner alone can read; made if it is missing."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        path.chmod(0o600)
        content = path.read_bytes()
        if content:
            return content
        path.unlink()  # a server died between making the file and filling it
        return secret_file(path, make)
    with os.fdopen(descriptor, "wb") as file:
        content = make()
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return content
