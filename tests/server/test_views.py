"""Saved views of run tables over REST v1."""

import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
V = f"{W}/views"


def a_view(house: House, name: str, **more: object) -> dict[str, object]:
    answer = house.http.post(V, json={"name": name, "search": "sort=-number", **more})
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()
    return made


def named(house: House) -> dict[str, bool]:
    """Names of all views, and whether each is the default of its table."""
    return {view["name"]: view["is_default"] for view in house.http.get(V).json()["views"]}


def test_a_view_is_kept_renamed_changed_and_forgotten(house: House) -> None:
    address = f"{V}/{a_view(house, 'best')['view_id']}"
    changed = house.http.patch(address, json={"name": "best of all", "search": "sort=number"}).json()
    assert (changed["name"], changed["search"], changed["experiment"]) == ("best of all", "sort=number", None)
    assert house.http.delete(address).status_code == 200
    assert named(house) == {}
    assert house.http.patch(address, json={"name": "gone"}).status_code == 404


def test_a_table_has_one_default_view_and_another_table_keeps_its_own(house: House) -> None:
    house.http.put(f"{W}/experiments/e")
    a_view(house, "of all", is_default=True)
    first = a_view(house, "first", experiment="e", is_default=True)
    second = a_view(house, "second", experiment="e")
    assert house.http.patch(f"{V}/{second['view_id']}", json={"is_default": True}).json()["is_default"]
    assert named(house) == {"first": False, "of all": True, "second": True}
    house.http.patch(f"{V}/{first['view_id']}", json={"is_default": True})
    assert named(house) == {"first": True, "of all": True, "second": False}


def test_two_views_of_one_table_have_two_names(house: House) -> None:
    house.http.put(f"{W}/experiments/e")
    a_view(house, "mine")
    other = a_view(house, "other")
    a_view(house, "mine", experiment="e")
    refused = house.http.post(V, json={"name": "mine", "search": ""})
    assert (refused.status_code, "'mine'" in refused.json()["error"]["message"]) == (409, True)
    assert house.http.patch(f"{V}/{other['view_id']}", json={"name": "mine"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [{"name": " ", "search": ""}, {"name": "a\nb", "search": ""}, {"name": "x", "search": "\x00"}, {"name": "x"}],
)
def test_a_view_without_a_visible_name_or_a_storable_address_is_refused(house: House, body: dict[str, str]) -> None:
    assert house.http.post(V, json=body).status_code == 400
    assert named(house) == {}


def test_a_view_of_an_experiment_that_is_not_there_is_refused(house: House) -> None:
    assert house.http.post(V, json={"name": "x", "search": "", "experiment": "none"}).status_code == 404


def test_the_views_of_an_experiment_go_with_it(house: House) -> None:
    house.http.put(f"{W}/experiments/e")
    a_view(house, "its", experiment="e")
    assert house.http.delete(f"{W}/experiments/e").status_code == 200
    assert named(house) == {}


def test_a_runs_token_reads_views_and_makes_none(house: House) -> None:
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"})
    token = house.http.post(f"{W}/runs/r1/token", json={}).json()["token"]
    as_run = {"Authorization": f"Bearer {token}"}
    assert house.http.get(V, headers=as_run).status_code == 200
    assert house.http.post(V, json={"name": "x", "search": ""}, headers=as_run).status_code == 403
