"""A running server with something to steal: what attacks are tried on."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote

from fastapi.routing import APIRoute

from runstead.client.connection import Connection
from runstead.server.app import ROUTERS
from runstead.server.auth import needs_of
from runstead.server.mlflow.wire import Spoken
from runstead.testing.servers import running_server
from tests.server.wires import Headers, Reply, send

W = "/api/v1/workspaces/default"
FILLING = {
    "ws": "default",
    "run_id": "mine",
    "name": "ours",
    "path": "outputs/known.txt",
    "snapshot_id": "none",
    "version": "1",
}
# What MLflow's routes read of a query is declared nowhere.
MLFLOW_QUERY = ("name", "run_id=mine&path", "trace_id")


@dataclass(frozen=True)
class Door:
    """One method of one route; `query`: what it reads of a query, by name."""

    method: str
    path: str
    permission: str
    body: str
    query: tuple[str, ...] = ()

    def target(self, values: Mapping[str, str] = FILLING) -> str:
        """The path with its parameters filled in, quoted."""
        text = self.path.replace(":path}", "}")
        for name in {**FILLING, **values}:
            text = text.replace(f"{{{name}}}", quote({**FILLING, **values}[name], safe="/"))
        return text

    def raw_targets(self, spelling: str) -> Iterator[str]:
        """The path with `spelling`, as it is, for each of its parameters in turn.

        A slash ends a parameter that is one part of a path: such a spelling asks for another route, whatever the door.
        """
        for name in self.parameters:
            if f"{{{name}:path}}" in self.path or "/" not in unquote(spelling):
                text = self.path.replace(f"{{{name}:path}}", spelling).replace(f"{{{name}}}", spelling)
                yield replace(self, path=text).target()

    def raw_queries(self, spelling: str) -> Iterator[str]:
        """The address with `spelling`, as it is, for all that the route reads of a query, in turn."""
        for name in self.query:
            if name != "wait_s":  # the wait is honest, and long
                yield f"{self.target()}?{name}={spelling}"

    @property
    def parameters(self) -> list[str]:
        return [part.split("}")[0].removesuffix(":path") for part in self.path.split("{")[1:]]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> list[Door]:
    """Every door of the app, so that a new route is attacked on the day it is added."""
    routes = [route for router in ROUTERS for route in router.routes]
    return [
        Door(method, route.path, needs_of(route).permission, needs_of(route).body, _query_of(route))
        for route in routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def _query_of(route: APIRoute) -> tuple[str, ...]:
    if isinstance(route, Spoken):
        return MLFLOW_QUERY
    return tuple(parameter.alias for parameter in route.dependant.query_params)


@dataclass(frozen=True)
class Grounds:
    """`mine` (with a child) and `theirs` are runs of workspace default, `foreign` one of workspace other."""

    url: str
    home: Path
    token: str
    run_token: str
    canary: bytes

    @property
    def bearer(self) -> Headers:
        return [("Authorization", f"Bearer {self.token}")]

    @property
    def run_bearer(self) -> Headers:
        return [("Authorization", f"Bearer {self.run_token}")]

    def send(self, method: str, target: str, headers: Headers | None = None, body: bytes = b"") -> Reply:
        """As the owner, unless other headers are given."""
        return send(self.url, method, target, self.bearer if headers is None else headers, body)

    def leaks(self, reply: Reply) -> list[str]:
        """What this reply gives away that no reply may."""
        told = reply.body + repr(reply.headers).encode()
        known = {
            "the canary": self.canary,
            "the owner's token": self.token.encode(),
            "the signing key": (self.home / "signing.key").read_bytes(),
            "/etc/passwd": b"root:x:0:0",
            "our source": b"def create_app",
            "a traceback": b"Traceback (most recent",
        }
        return [name for name, secret in known.items() if secret in told]

    def outside(self) -> set[tuple[str, bytes]]:
        """Files that no request may touch, with their content."""
        guarded = [self.home.parent / "canary.txt", self.home / "canary.txt", self.home / "token"]
        around = {str(p) for p in self.home.parent.rglob("*") if p.is_file() and self.home not in p.parents}
        return {(str(p), p.read_bytes()) for p in guarded} | {(name, b"") for name in around}


@contextmanager
def laid_out(folder: Path, *options: str) -> Iterator[Grounds]:
    """A server of its own, in a process of its own; options of `runstead up`."""
    home = folder / "home"
    canary = secrets.token_hex(16).encode()
    home.mkdir(mode=0o700)
    for place in (folder, home):
        (place / "canary.txt").write_bytes(canary)
    with running_server(home, *options) as server:
        yield _furnished(server.connection(), home, canary)


def _furnished(connection: Connection, home: Path, canary: bytes) -> Grounds:
    for workspace, runs in {"default": ("mine", "theirs"), "other": ("foreign",)}.items():
        root = f"/api/v1/workspaces/{workspace}"
        connection.call("PUT", root, {})
        for run in runs:
            connection.call("POST", f"{root}/runs", {"run_id": run, "experiment": "ours"})
            connection.send("PUT", f"{root}/runs/{run}/artifacts/outputs/known.txt", b"known")
            connection.send("POST", f"{root}/runs/{run}/logs/logs/known.txt", b"line\n", query={"offset": 0})
    connection.call("PUT", f"{W}/secrets/ours", {"value": "known"})
    connection.call("PUT", "/api/v1/workspaces/other/secrets/ours", {"value": canary.decode()})
    connection.call("POST", f"{W}/runs", {"run_id": "child", "experiment": "ours", "parent_id": "mine"})
    run_token = str(connection.call("POST", f"{W}/runs/mine/token", {})["token"])
    return Grounds(connection.url, home, connection.token, run_token, canary)
