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
    name: str,
    packages: Mapping[str, Any] | None,  # a conda specification
    container: Mapping[str, Any] | None,
    *,
    strict: bool,
) -> Wanted:
    """What to build; without packages and container those of the registered or curated environment `name`."""
    if packages is None and container is None:
        return wanted_of(environments.load(unit, workspace, name).definition, strict=strict)
    workspaces.load(unit, workspace)
    return Wanted(
        None if packages is None else specification_of(packages, strict=strict),
        None if container is None else container_from(container),
    )


def shown(unit: Unit, workspace: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a build tells, without the workspace's secrets."""
    with unit.read() as connection:
        return masks.hidden(unit, connection, workspaces.found(connection, workspace), told)
