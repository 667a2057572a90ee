"""What a build is asked for: packages as they are given, or those of a registered environment."""

from collections.abc import Mapping
from typing import Any

from runstead.domain.builds import Specification, specification_of
from runstead.domain.errors import InvalidArgument
from runstead.service import environments, masks, workspaces
from runstead.service.unit import Unit


def wanted(
    unit: Unit,
    workspace: str,
    name: str,
    packages: Mapping[str, Any] | None,  # a conda specification
    *,
    strict: bool,
) -> Specification:
    """The packages to build; without any, those of the registered or curated environment `name`. NotFound if none."""
    if packages is not None:
        workspaces.load(unit, workspace)
        return specification_of(packages, strict=strict)
    python = environments.load(unit, workspace, name).definition.get("python") or {}
    if python.get("userManagedDependencies"):
        raise InvalidArgument(f"there is nothing to build: {name} uses the interpreter that is there")
    return specification_of(python.get("condaDependencies") or {}, strict=strict)


def shown(unit: Unit, workspace: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a build tells, without the workspace's secrets."""
    with unit.read() as connection:
        return masks.hidden(unit, connection, workspaces.found(connection, workspace), told)
