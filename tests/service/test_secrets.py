"""Secrets at rest: sealed with a key that is not in the database."""

import base64
from dataclasses import replace

import pytest
import sqlalchemy as sa

from runstead.domain.errors import Conflict, InvalidArgument, NotFound, TooLarge
from runstead.domain.secrets import SecretWrite
from runstead.service import secrets, workspaces
from runstead.service.seals import decoded_key, key_file
from runstead.service.unit import Unit
from runstead.store.schemas import METADATA
from runstead.store.secret_tables import secrets as table

VALUE = "correct horse battery staple é"
KEY = base64.b64encode(bytes(range(32))).decode()


def kept(unit: Unit, name: str = "db-password", value: str = VALUE) -> None:
    secrets.put(unit, "default", SecretWrite(name, value, "text/plain"))


def test_a_secret_is_given_out_as_it_was_kept(unit: Unit) -> None:
    kept(unit)
    kept(unit, "empty", "")

    assert secrets.load(unit, "default", "db-password") == SecretWrite("db-password", VALUE, "text/plain")
    assert secrets.load(unit, "default", "empty").value == ""
    assert [one.name for one in secrets.listed(unit, "default")] == ["db-password", "empty"]


def test_a_secret_of_the_same_name_is_replaced(unit: Unit) -> None:
    kept(unit)
    kept(unit, value="another")

    assert secrets.load(unit, "default", "db-password").value == "another"
    assert len(secrets.listed(unit, "default")) == 1


def test_a_deleted_secret_is_gone(unit: Unit) -> None:
    kept(unit)
    secrets.delete(unit, "default", "db-password")

    for again in (secrets.load, secrets.delete):
        with pytest.raises(NotFound, match="no secret 'db-password' in workspace 'default'"):
            again(unit, "default", "db-password")


def dump(unit: Unit) -> bytes:
    """Everything that the database holds, as text and, of SQLite, as bytes."""
    with unit.read() as connection:
        rows = [tuple(row) for one in METADATA.sorted_tables for row in connection.execute(sa.select(one))]
    files = b"".join(path.read_bytes() for path in unit.settings.home.glob("runstead.db*"))
    return repr(rows).encode() + files + b"".join(cell for row in rows for cell in row if isinstance(cell, bytes))


def test_no_dump_of_the_database_holds_a_value_or_the_key(unit: Unit) -> None:
    kept(unit)
    whole = dump(unit)

    assert b"db-password" in whole
    for telling in (VALUE.encode(), b"battery", base64.b64encode(VALUE.encode())[:12], VALUE.encode().hex().encode()):
        assert telling not in whole
    assert decoded_key(key_file(unit.settings).read_text()) not in whole
    assert key_file(unit.settings).read_bytes().strip() not in whole


def test_the_key_is_a_file_of_its_owner_alone(unit: Unit) -> None:
    assert not key_file(unit.settings).exists()
    kept(unit)

    assert key_file(unit.settings).stat().st_mode & 0o777 == 0o600
    assert [p.name for p in unit.settings.home.glob("secrets.key*")] == ["secrets.key"]


def test_a_key_of_the_settings_leaves_no_file(unit: Unit) -> None:
    team = replace(unit, settings=replace(unit.settings, secrets_key=KEY))
    kept(team)

    assert secrets.load(team, "default", "db-password").value == VALUE
    assert not key_file(unit.settings).exists()
    assert KEY not in repr(team.settings)


def test_another_key_is_told_without_the_value(unit: Unit) -> None:
    kept(unit)
    stranger = replace(unit, settings=replace(unit.settings, secrets_key=KEY))

    with pytest.raises(Conflict, match="'db-password' cannot be read with the key of this server") as told:
        secrets.load(stranger, "default", "db-password")
    assert VALUE not in str(told.value)
    assert KEY not in str(told.value)


def test_a_sealed_value_cannot_be_read_under_another_name_or_in_another_workspace(unit: Unit) -> None:
    kept(unit)
    other = workspaces.ensure(unit, "other")
    with unit.write() as tx:
        row = dict(tx.connection.execute(sa.select(table)).mappings().one())
        tx.connection.execute(sa.insert(table).values(row | {"name": "mine"}))
        tx.connection.execute(sa.insert(table).values(row | {"workspace_key": other.key}))

    for workspace, name in (("default", "mine"), ("other", "db-password")):
        with pytest.raises(Conflict):
            secrets.load(unit, workspace, name)


def test_what_logs_have_to_mask_is_listed_longest_first(unit: Unit) -> None:
    for name, value in (("a", "abcd"), ("b", "abcdef"), ("c", "no"), ("d", "abcd")):
        kept(unit, name, value)

    assert secrets.values(unit, "default") == ["abcdef", "abcd"]
    stranger = replace(unit, settings=replace(unit.settings, secrets_key=KEY))
    kept(stranger, "e", "of another key")
    assert secrets.values(unit, "default") == ["abcdef", "abcd"]


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "ä", "a" * 128, "a\x00", "a\n"])
def test_a_name_that_no_key_vault_takes_is_refused(unit: Unit, name: str) -> None:
    with pytest.raises(InvalidArgument, match="is no name of a secret"):
        kept(unit, name)


def test_a_value_over_the_limit_is_refused_without_telling_it(unit: Unit) -> None:
    with pytest.raises(TooLarge) as told:
        kept(unit, value="s3cret" * 20_000)
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("text", ["short", KEY[:-4], "not base64 at all, but long enough for it", ""])
def test_a_key_that_is_none_is_refused_without_telling_it(text: str) -> None:
    with pytest.raises(InvalidArgument, match="openssl rand -base64 32") as told:
        decoded_key(text)
    assert not text or text not in str(told.value)
