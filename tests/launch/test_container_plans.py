"""Whose a container's processes are, for each kind of engine and server."""

from pathlib import Path
from typing import Any

import pytest

from runstead.domain.containers import Container
from runstead.launch.container_plans import Place, container_plan
from runstead.launch.engines import Engine

IMAGE = {"id": "sha256:1", "python": "python"}


def plan(engine: str, user: int, *, is_rootless: bool) -> dict[str, Any]:
    place = Place(Path("/state"), "node", "run_1", (user, user))
    found = Engine(engine, "unix:///engine.sock", "1.41", is_rootless)
    return container_plan(
        Container(image="image"), place, found, image=IMAGE, binds=[], sees_runstead=True, anything=False
    )


@pytest.mark.parametrize(
    ("engine", "user", "is_rootless", "inside", "mapped"),
    [
        ("podman 4.3.1", 0, False, "0:0", {}),
        ("podman 4.3.1", 1000, False, "1000:1000", {}),
        ("podman 4.3.1", 1000, True, "1000:1000", {"UsernsMode": "keep-id"}),
        ("Docker 28.1", 1000, False, "1000:1000", {}),
        ("Docker 28.1", 1000, True, "0:0", {}),
    ],
)
def test_files_that_a_container_writes_are_the_servers_users(
    engine: str, user: int, is_rootless: bool, inside: str, mapped: dict[str, str]
) -> None:
    """A rootless Docker's root is its user; a rootless podman can give its user the same number inside."""
    asked = plan(engine, user, is_rootless=is_rootless)

    assert (asked["user"], asked["raw"]) == (inside, mapped)


def test_somebody_whom_the_image_does_not_know_has_a_home_to_write_to_and_gains_no_rights() -> None:
    someone, root = (plan("podman 4.3.1", user, is_rootless=False) for user in (1000, 0))

    assert someone["variables"] == {"HOME": "/tmp", "USER": "uid1000", "LOGNAME": "uid1000"}
    assert "no-new-privileges" in someone["host"]["security_opt"]
    assert root["variables"] == {}
