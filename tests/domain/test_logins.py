"""Logins of image registries: which images they are shown to, and what is kept of them."""

from typing import Any

import pytest

from runstead.domain.containers import Container, container_from, container_json
from runstead.domain.errors import InvalidArgument
from runstead.domain.logins import Login, login_in, login_of, without_password
from runstead.domain.secrets import is_secret_name
from runstead.launch.pulls import full_name

MINE = Login("https://Registry.example.org:5000/", "me", "word")


def a_definition(**registry: str | None) -> dict[str, Any]:
    return {"name": "a", "docker": {"baseImage": "x", "baseImageRegistry": registry}}


@pytest.mark.parametrize(
    ("login", "image", "is_shown"),
    [
        (MINE, "registry.example.org:5000/team/x:1", True),
        (MINE, "registry.example.org/team/x:1", False),
        (MINE, "registry.example.org:5000.evil.example/x", False),
        (Login("registry.example.org/team", "me"), "registry.example.org/other/x", False),
        (Login("registry.example.org/team", "me"), "registry.example.org/teams/x", False),
        (Login("", "me"), "python:3", True),
        (Login("", "me"), "docker.io/me/x", True),
        (Login("", "me"), "evil.example/x", False),
        (Login("index.docker.io/v1/", "me"), "docker.io/me/x", True),
        (Login("registry.example.org", ""), "registry.example.org/x", False),
    ],
)
def test_a_login_is_shown_to_its_own_registry_and_to_no_other(login: Login, image: str, is_shown: bool) -> None:
    assert login.is_for(image) is is_shown


def test_an_images_name_gets_the_registry_unless_it_names_one() -> None:
    assert full_name("team/x:1", MINE) == "registry.example.org:5000/team/x:1"
    assert full_name("ghcr.io/team/x:1", MINE) == "ghcr.io/team/x:1"
    assert full_name("team/x:1", Login("", "me")) == "team/x:1"


def test_a_password_is_in_no_repr_and_is_taken_out_of_definitions() -> None:
    asked = a_definition(address="registry.example.org", username="me", password="word")

    assert "word" not in repr(Container("x", login=MINE))
    assert login_in(asked) == Login("registry.example.org", "me", "word")
    assert login_in(without_password(asked)) == Login("registry.example.org", "me")
    assert without_password({"docker": None}) == {"docker": None}
    assert container_from(container_json(Container("x", login=MINE))).login == MINE


def test_what_a_password_is_kept_under_tells_registries_and_users_apart_and_is_no_name_that_people_give() -> None:
    names = {login.secret for login in (MINE, Login("registry.example.org", "me"), Login(MINE.address, "you"))}

    assert len(names) == 3
    assert not any(map(is_secret_name, names))
    assert MINE.secret == Login("registry.example.org:5000", "me").secret


@pytest.mark.parametrize(
    "given",
    [
        {"address": "registry.example.org; id", "username": "me", "password": "s3cret-word"},
        {"address": "--help", "password": "s3cret-word"},
        {"address": "file:///etc", "password": "s3cret-word"},
        {"address": "x", "username": 5, "password": "s3cret-word"},
        {"address": "x", "token": "s3cret-word"},
        "s3cret-word",
    ],
)
def test_what_is_no_login_is_refused_without_saying_its_password(given: object) -> None:
    with pytest.raises(InvalidArgument) as refused:
        login_of(given)
    assert "s3cret-word" not in refused.value.message
