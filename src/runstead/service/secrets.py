"""Secrets of a workspace: kept sealed, given out by name, never listed with their values."""

from contextlib import suppress

import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.masks import MASKABLE_CHARS
from runstead.domain.secrets import Secret, SecretWrite, checked_secret, checked_secret_name, is_secret_name
from runstead.domain.workspaces import Workspace
from runstead.service import seals, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import secrets
from runstead.store.secrets import Sealed


def put(unit: Unit, workspace: str, secret: SecretWrite) -> Secret:
    """Keep a secret; one of the same name is replaced."""
    checked_secret(secret, unit.settings.limits)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        return _put(unit, tx, home, secret)


def keep(unit: Unit, tx: Tx, home: Workspace, name: str, value: str) -> None:
    """Keep one of the server's own within a transaction; nothing is written where it is there."""
    with suppress(NotFound, Conflict):  # Conflict: of another key, so that it has to be kept anew
        if value_of(unit, tx.connection, home, name) == value:
            return
    _put(unit, tx, home, SecretWrite(name, value))


def load(unit: Unit, workspace: str, name: str) -> SecretWrite:
    """The secret with its value; NotFound, or Conflict if the key is another one."""
    checked_secret_name(name)
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        found = _found(connection, home, name)
        return SecretWrite(name, _value(unit, home, found), found.secret.content_type)


def value_of(unit: Unit, connection: sa.Connection, home: Workspace, name: str) -> str:
    """The value of one of the server's own within a transaction. NotFound, Conflict as above."""
    return _value(unit, home, _found(connection, home, name))


def listed(unit: Unit, workspace: str) -> list[Secret]:
    """What may be shown, by name; nothing of the server's own."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        return [one.secret for one in secrets.listed(connection, home.key) if is_secret_name(one.secret.name)]


def delete(unit: Unit, workspace: str, name: str) -> None:
    """Forget a secret; NotFound if there is none."""
    checked_secret_name(name)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        if not secrets.delete(tx.connection, home.key, name):
            raise _missing(workspace, name)


def drop(tx: Tx, home: Workspace, name: str) -> bool:
    """Forget one of the server's own within a transaction; whether it was there."""
    return secrets.delete(tx.connection, home.key, name)


def values(unit: Unit, workspace: str) -> list[str]:
    """What logs must not show: the workspace's values that are long enough to be told apart, longest first."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        kept = secrets.listed(connection, home.key)
    found = set()
    for one in kept:
        with suppress(Conflict):  # of another key: nobody can read it here, so no log can show it
            found.add(_value(unit, home, one))
    return sorted((one for one in found if len(one) >= MASKABLE_CHARS), key=len, reverse=True)


def _put(unit: Unit, tx: Tx, home: Workspace, secret: SecretWrite) -> Secret:
    secrets.put(
        tx.connection,
        home.key,
        secret.name,
        content_type=secret.content_type,
        sealed=seals.sealed(unit.settings, secret.value.encode(), place=_place(home, secret.name)),
        at_ms=tx.at_ms,
    )
    return _found(tx.connection, home, secret.name).secret


def _found(connection: sa.Connection, home: Workspace, name: str) -> Sealed:
    found = secrets.find(connection, home.key, name)
    if found is None:
        raise _missing(home.name, name)
    return found


def _value(unit: Unit, home: Workspace, found: Sealed) -> str:
    return seals.unsealed(unit.settings, found.sealed, place=_place(home, found.secret.name)).decode()


def _place(home: Workspace, name: str) -> str:
    """A sealed value that is copied to another row of the database cannot be read there."""
    return f"{home.workspace_id}/{name}"


def _missing(workspace: str, name: str) -> NotFound:
    return NotFound(f"there is no secret {name!r} in workspace {workspace!r}")
