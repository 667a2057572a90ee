"""Builds of environments: what one would do and why, begun by hand, followed, listed, thrown away."""

import time
from collections.abc import Iterator

from runstead.client.connection import Connection, Json, quoted
from runstead.client.workspaces import Workspace
from runstead.domain.builds import specification_json
from runstead.domain.containers import Wanted, container_json

RUNNING = "Running"
SUCCEEDED = "Succeeded"
LOOK_S = 0.2


def explain_build(workspace: Workspace, name: str, wanted: Wanted) -> Json:
    """`{key, ready, told, preparation}`: what preparing a run would do. Nothing is built."""
    return workspace.connection.call("POST", f"{workspace.path}/builds/explain", _body(name, wanted))


def begin_build(workspace: Workspace, name: str, wanted: Wanted) -> str:
    """The id of a build that goes on by itself; an environment that is there already is reused."""
    return str(workspace.connection.call("POST", f"{workspace.path}/builds", _body(name, wanted))["build_id"])


def load_build(workspace: Workspace, build_id: str, *, offset: int = 0) -> Json:
    """`{build_id, key, status, error, log, offset}`: the log's text from `offset` on."""
    path = f"{workspace.path}/builds/{quoted(build_id)}"
    return workspace.connection.call("GET", path, query={"offset": offset})


def follow_build(workspace: Workspace, build_id: str) -> Iterator[Json]:
    """The build as it goes on, each time with the log's new text; the last one tells how it ended."""
    offset = 0
    while True:
        found = load_build(workspace, build_id, offset=offset)
        offset = found["offset"]
        yield found
        if found["status"] != RUNNING:
            return
        time.sleep(LOOK_S)


def list_built(connection: Connection) -> list[Json]:
    """Every environment that the server keeps, the last used first."""
    return list(connection.call("GET", "/api/v1/builds")["environments"])


def prune_built(connection: Connection, *, unused_for_s: float | None, keep_bytes: int | None, dry: bool) -> list[Json]:
    """Throws away those unused for so long, or too many for so many bytes; answers which."""
    body: Json = {"unused_for_s": unused_for_s, "keep_bytes": keep_bytes, "dry": dry}
    return list(connection.call("POST", "/api/v1/builds/prune", body)["environments"])


def _body(name: str, wanted: Wanted) -> Json:
    packages, container = wanted
    return {
        "name": name,
        "packages": None if packages is None else specification_json(packages),
        "container": None if container is None else container_json(container),
        "strict_python": packages is not None and packages.strict,
    }
