"""Passwords of image registries: taken out of what is kept, sealed among the workspace's secrets, put back to pull."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any  # JSON values

from runstead.domain.containers import Container
from runstead.domain.errors import NotFound
from runstead.domain.images import DOCKER_HUB
from runstead.domain.logins import Login, login_in, without_password
from runstead.domain.workspaces import Workspace
from runstead.service import secrets, workspaces
from runstead.service.unit import Tx, Unit


def kept_definition(unit: Unit, tx: Tx, home: Workspace, definition: Mapping[str, Any]) -> dict[str, Any]:
    """An environment's definition without its registry's password, which is kept."""
    _keep(unit, tx, home, login_in(definition))
    return without_password(definition)


def kept_container(unit: Unit, tx: Tx, home: Workspace, container: Container | None) -> Container | None:
    """The same of the container of a job."""
    if container is None or container.login is None:
        return container
    _keep(unit, tx, home, container.login)
    return replace(container, login=replace(container.login, password=""))


def with_password(unit: Unit, workspace: str, container: Container | None) -> Container | None:
    """The container with the password that was kept of its registry, if none was given along and there is one."""
    if container is None or container.login is None or container.login.password or not container.login.username:
        return container
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        try:
            password = secrets.value_of(unit, connection, home, container.login.secret)
        except NotFound:
            return container
    return replace(container, login=replace(container.login, password=password))


def forget(unit: Unit, workspace: str, login: Login) -> None:
    """Throws the password away that was kept of this user at this registry. NotFound if there is none."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        if not secrets.drop(tx, home, login.secret):
            place = login.place or DOCKER_HUB
            raise NotFound(
                f"no password of {login.username!r} at the registry {place} is kept in workspace {workspace!r}; it is "
                "kept under the address and the user that an environment gave"
            )


def _keep(unit: Unit, tx: Tx, home: Workspace, login: Login | None) -> None:
    if login is not None and login.username and login.password:
        secrets.keep(unit, tx, home, login.secret, login.password)
