"""From a container that is wanted to what the engine is told: user, limits, mounts, variables. Nothing is read here."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple  # JSON values

from runstead.domain.containers import Container, options_of
from runstead.launch.containers import name_of
from runstead.launch.engines import HOME_LABEL, RUN_LABEL, Engine
from runstead.launch.mounts import RUNSTEAD

_MODULE = "runstead.launch.containers"


class Place(NamedTuple):
    """Where a container runs: whose home it is, on which node, for which run, as which user and group."""

    home: Path
    node: str
    run_id: str
    user: tuple[int, int]


def container_plan(
    container: Container,
    place: Place,
    engine: Engine,
    *,
    image: Mapping[str, Any],
    binds: list[str],
    sees_runstead: bool,
    anything: bool,
) -> dict[str, Any]:
    """The content of container.json. `image`: id and python; `sees_runstead`: whether scripts import it by the path."""
    options = options_of(container, anything=anything)
    uid, gid = place.user
    is_podman = engine.name.startswith("podman")
    # A rootless engine's root is its user. Only podman can map the user to the same number instead.
    keeps_id = engine.is_rootless and is_podman and uid != 0
    user = "0:0" if engine.is_rootless and not keeps_id else f"{uid}:{gid}"
    usual = {
        # The server listens on loopback, and the script must reach it, as must what it starts reach the script.
        "network_mode": "host",
        "log_config": {"type": "none"},
        "security_opt": ["label=disable", *([] if user.startswith("0:") else ["no-new-privileges"])],
    }
    host = {**usual, **options.host, "binds": [*binds, *options.host.get("binds", [])]}
    host["security_opt"] = [*usual["security_opt"], *options.host.get("security_opt", [])]
    # A number has no home and no name in most images.
    someone = {} if user == "0:0" else {"HOME": "/tmp", "USER": f"uid{uid}", "LOGNAME": f"uid{uid}"}
    raw = {"UsernsMode": "keep-id"} if keeps_id else {}
    if "userns_mode" in host:
        raw["UsernsMode"] = host.pop("userns_mode")
    return {
        "engine": asdict(engine),
        "image": image["id"],
        "name": name_of(place.run_id),
        "node": place.node,
        "user": user,
        "labels": {HOME_LABEL: str(place.home), RUN_LABEL: place.run_id},
        "host": host,
        "raw": raw,
        "own": dict(options.own),
        "variables": {**someone, **options.variables},
        "path": str(Path(image["python"]).parent) if image["python"].startswith("/") else "",
        "python_path": RUNSTEAD if sees_runstead else "",
    }


def runner_of(folder: Path) -> tuple[str, ...]:
    """What the driver starts in the script's place."""
    return (sys.executable, "-P", "-m", _MODULE, "run", str(folder))


def clearing_of(folder: Path) -> tuple[str, ...]:
    """What the driver starts when the script has ended."""
    return (sys.executable, "-P", "-m", _MODULE, "clear", str(folder))
