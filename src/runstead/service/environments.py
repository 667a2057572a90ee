"""Environments: registered under a name, with a version more whenever the definition has changed; and curated ones."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from runstead.domain.curated_environments import curated, curated_environment, is_curated
from runstead.domain.environments import (
    Definition,
    Environment,
    checked_definition,
    checked_environment_name,
    content_hash,
    is_same,
    named,
)
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError
from runstead.domain.names import checked_text
from runstead.domain.workspaces import Workspace
from runstead.service import logins, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import counters, environments

COUNTER = "environments"
LATEST = "latest"  # what Azure calls the newest version, unless somebody has put that label on another


def register(unit: Unit, workspace: str, name: str, definition: Definition) -> Environment:
    """The version that has this definition: the newest one if it is the same, else a new one."""
    limits = unit.settings.limits
    checked_environment_name(name, limits)
    checked = checked_definition(definition, limits)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        return registered(tx, home, name, logins.kept_definition(unit, tx, home, checked))


def registered(tx: Tx, workspace: Workspace, name: str, definition: Definition) -> Environment:
    """The same within a transaction, of what was checked and has no password in it."""
    counters.take(tx.connection, workspace.key, COUNTER)  # locks: two that register at once get two numbers
    last = environments.newest(tx.connection, workspace.key, name)
    if last is not None and is_same(last.definition, definition):
        return last
    version = 1 if last is None else last.version + 1
    made = Environment(name, version, named(definition, name, version), content_hash(definition), tx.at_ms)
    environments.add(tx.connection, workspace.key, made)
    return made


def recorded(unit: Unit, tx: Tx, workspace: Workspace, definition: Definition | None) -> Definition | None:
    """A run's definition with the version of its environment, which is registered if its name allows that."""
    environment = (definition or {}).get("environment")
    if definition is None or not isinstance(environment, Mapping):
        return definition
    environment = logins.kept_definition(unit, tx, workspace, environment)
    definition = {**definition, "environment": environment}
    limits = unit.settings.limits
    if not isinstance(environment.get("name"), str):
        return definition
    try:
        checked_environment_name(environment["name"], limits)
        checked_definition(environment, limits)
    except RunsteadError:
        return definition  # a name is no reason to refuse a run; the definition is kept with the run all the same
    return {**definition, "environment": registered(tx, workspace, environment["name"], environment).definition}


def load(unit: Unit, workspace: str, name: str, *, version: str | None = None, label: str | None = None) -> Environment:
    """This version, the one with this label, or the newest. A curated name is known in any case, of any version."""
    if version is not None and label is not None:
        raise InvalidArgument("ask for an environment by its version or by a label, not by both")
    if is_curated(name):
        return curated_environment(name)
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        found = _found(connection, home, name, version=version, label=label)
        if found is None:
            raise _missing(connection, home, name, version=version, label=label)
    return found


def versions(unit: Unit, workspace: str, name: str) -> Sequence[Environment]:
    """All versions of a name, newest first."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        found = environments.versions(connection, home.key, name)
        if not found:
            raise _missing(connection, home, name)
    return found


def listed(unit: Unit, workspace: str, *, include_curated: bool = False) -> Sequence[Environment]:
    """The newest version of every name, by name; curated ones last."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        mine = environments.listed(connection, home.key)
    return [*mine, *curated()] if include_curated else mine


def label(unit: Unit, workspace: str, name: str, *, version: int, labels: Sequence[str]) -> Environment:
    """Put labels on a version; a label is on one version of a name at a time."""
    for one in labels:
        checked_text("label", one, unit.settings.limits.tag_key_chars)
        if not one.strip():
            raise InvalidArgument("a label must not be empty")
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        found = environments.find(tx.connection, home.key, name, version)
        if found is None:
            raise _missing(tx.connection, home, name, version=str(version))
        environments.set_labels(tx.connection, home.key, name, version, tuple(dict.fromkeys(labels)))
    return load(unit, workspace, name, version=str(version))


def _found(
    connection: sa.Connection, home: Workspace, name: str, *, version: str | None, label: str | None
) -> Environment | None:
    if label is not None:
        found = environments.labelled(connection, home.key, name, label)
        return found or (environments.newest(connection, home.key, name) if label.lower() == LATEST else None)
    if version is None:
        return environments.newest(connection, home.key, name)
    # Beyond 18 digits it is no number of the database, and no version either.
    is_number = version.isascii() and version.isdigit() and len(version) <= 18
    return environments.find(connection, home.key, name, int(version)) if is_number else None


def _missing(
    connection: sa.Connection, home: Workspace, name: str, *, version: str | None = None, label: str | None = None
) -> NotFound:
    last = environments.newest(connection, home.key, name)
    if last is not None:
        asked = f"label {label!r}" if version is None else f"version {version!r}"
        return NotFound(f"the environment {name!r} has no {asked}; its newest version is {last.version}")
    known = ", ".join(one.name for one in environments.listed(connection, home.key)[:20]) or "none yet"
    return NotFound(f"there is no environment {name!r} in workspace {home.name!r}; registered are {known}")
