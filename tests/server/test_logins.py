"""Passwords of image registries that a workspace keeps, and forgets when it is told to."""

import pytest

from runstead.domain.containers import Container
from runstead.domain.logins import Login
from runstead.service.logins import with_password
from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
ADDRESS, USER = "registry.example.org:5000", "me"


def kept(house: House, address: str = ADDRESS, username: str = USER) -> str:
    """The password with which a job would pull."""
    boxed = Container("an-image", login=Login(address, username))
    found = with_password(house.unit, "default", boxed)
    assert found is not None
    assert found.login is not None
    return found.login.password


@pytest.fixture
def registered(house: House) -> None:
    for address, password in ((ADDRESS, "word-1"), ("", "word-2")):
        login = {"address": address, "username": USER, "password": password}
        body = {
            "name": "mine",
            "definition": {
                "name": "mine",
                "python": {},
                "docker": {"baseImage": "an-image", "baseImageRegistry": login},
            },
        }
        house.http.post(f"{W}/environments", json=body).raise_for_status()


@pytest.mark.usefixtures("registered")
def test_a_kept_password_can_be_forgotten_and_no_other_is(house: House) -> None:
    assert (kept(house), kept(house, "")) == ("word-1", "word-2")

    assert house.http.delete(f"{W}/logins", params={"address": ADDRESS, "username": USER}).json() == {}

    assert (kept(house), kept(house, "")) == ("", "word-2")
    again = house.http.delete(f"{W}/logins", params={"address": ADDRESS, "username": USER})
    assert (again.status_code, "no password of 'me' at the registry registry.example.org" in again.text) == (404, True)
    assert house.http.delete(f"{W}/logins", params={"address": "docker.io", "username": USER}).status_code == 200
    assert kept(house, "") == ""


@pytest.mark.usefixtures("registered")
def test_what_names_no_kept_password_and_a_job_forget_none(house: House) -> None:
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"}).raise_for_status()
    token = house.http.post(f"{W}/runs/r1/token", json={}).json()["token"]
    mine = {"address": ADDRESS, "username": USER}
    as_run = {"Authorization": f"Bearer {token}"}

    assert house.http.delete(f"{W}/logins", params=mine, headers=as_run).status_code == 403
    answers = [
        house.http.delete(f"{W}/logins", params={**mine, **other})
        for other in ({"username": "you"}, {"address": "../etc"}, {"username": "a\0b"}, {"address": "elsewhere.org"})
    ]
    assert [one.status_code for one in answers] == [404, 400, 400, 404]
    assert kept(house) == "word-1"
