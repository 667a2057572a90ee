"""What a build is asked for: packages and a container as they are given, or those of a registered environment."""

from collections.abc import Mapping
from typing import Any

from runstead.domain.builds import specification_of
from runstead.domain.containers import Wanted, container_from, wanted_of
from runstead.service import environments, masks, workspaces
from runstead.service.unit import Unit


def wanted(
    unit: Unit,
    workspace: str,
    packages: Mapping[str, Any] | None,  # a conda specification
    container: Mapping[str, Any] | None,
    *,
    strict: bool,
) -> Wanted:
    """What to build, as it was given."""
    workspaces.load(unit, workspace)
    return Wanted(
        None if packages is None else specification_of(packages, strict=strict),
        None if container is None else container_from(container),
    )


def wanted_by_name(
    unit: Unit, workspace: str, name: str, *, version: str | None, boxed: bool | None, strict: bool
) -> Wanted:
    """What to build for a registered or curated environment, in a container or not; None: as it says itself."""
    return wanted_of(environments.load(unit, workspace, name, version=version).definition, boxed=boxed, strict=strict)


def shown(unit: Unit, workspace: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a build tells, without the workspace's secrets."""
    with unit.read() as connection:
        return masks.hidden(unit, connection, workspaces.found(connection, workspace), told)
