"""Registered and curated environments of a workspace. Names are in queries and bodies: some are addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runstead.domain.environments import Environment
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import at_or_none
from runstead.service import environments

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class EnvironmentBody:
    """What to register, under which name."""

    name: str
    definition: dict[str, Any]  # as SDK v1 writes an environment; checked by the domain


@dataclass(frozen=True)
class LabelsBody:
    """Labels for a version."""

    name: str
    version: int
    labels: list[str]


@dataclass(frozen=True)
class EnvironmentShape:
    """Environment."""

    name: str
    version: str
    definition: Mapping[str, Any]  # SDK v1's form
    content_hash: str
    labels: list[str]
    created_at: str | None
    curated: bool


@dataclass(frozen=True)
class EnvironmentsShape:
    """Some of them."""

    environments: list[EnvironmentShape]


@routes.get(W + "/environments")
@needs("read")
def list_environments(ws: str, unit: UnitIn, *, include_curated: bool = False) -> EnvironmentsShape:
    """The newest version of every name."""
    return _shapes(environments.listed(unit, ws, include_curated=include_curated))


@routes.post(W + "/environments")
@needs("write")
def post_environment(ws: str, unit: UnitIn, body: EnvironmentBody) -> EnvironmentShape:
    """Register; the same definition as the newest version's is that version."""
    return _shape(environments.register(unit, ws, body.name, body.definition))


@routes.get(W + "/environments/find")
@needs("read")
def find_environment(
    ws: str, unit: UnitIn, name: str, version: str | None = None, label: str | None = None
) -> EnvironmentShape:
    """One of them, by name."""
    return _shape(environments.load(unit, ws, name, version=version, label=label))


@routes.get(W + "/environments/versions")
@needs("read")
def list_versions(ws: str, unit: UnitIn, name: str) -> EnvironmentsShape:
    """All versions of a name, newest first."""
    return _shapes(environments.versions(unit, ws, name))


@routes.post(W + "/environments/labels")
@needs("write")
def post_labels(ws: str, unit: UnitIn, body: LabelsBody) -> EnvironmentShape:
    """Put labels on a version; each moves from where it was."""
    return _shape(environments.label(unit, ws, body.name, version=body.version, labels=body.labels))


def _shapes(found: Sequence[Environment]) -> EnvironmentsShape:
    return EnvironmentsShape([_shape(one) for one in found])


def _shape(environment: Environment) -> EnvironmentShape:
    return EnvironmentShape(
        name=environment.name,
        version=str(environment.version),
        definition=environment.definition,
        content_hash=environment.content_hash,
        labels=list(environment.labels),
        created_at=at_or_none(environment.created_at_ms or None),
        curated=environment.curated,
    )
