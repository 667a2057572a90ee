from typing import Any

import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
NAMED = f"{W}/registered-datasets"
Json = dict[str, Any]  # Any: JSON


def files(path: str = "a", **changes: object) -> Json:
    """A definition of files of the default datastore."""
    source = {"datastore": "workspaceblobstore", "path": path}
    return {"kind": "file", "sources": [source], "format": None, "partition_format": None, "steps": [], **changes}


def test_one_definition_has_one_id_in_each_workspace(house: House) -> None:
    house.http.put("/api/v1/workspaces/another", json={})
    first = house.http.post(f"{W}/datasets", json={"definition": files()}).json()
    assert house.http.post(f"{W}/datasets", json={"definition": files()}).json() == first
    assert house.http.get(f"{W}/datasets/{first['dataset_id']}").json() == first
    assert house.http.get(f"/api/v1/workspaces/another/datasets/{first['dataset_id']}").status_code == 404
    other = house.http.post("/api/v1/workspaces/another/datasets", json={"definition": files()}).json()
    assert other["dataset_id"] != first["dataset_id"]


def test_a_name_keeps_its_definition_unless_a_new_version_is_asked_for(house: House) -> None:
    assert house.http.post(f"{NAMED}/n", json={"definition": files("a")}).json()["version"] == 1
    assert house.http.post(f"{NAMED}/n", json={"definition": files("b")}).status_code == 409
    made = house.http.post(f"{NAMED}/n", json={"definition": files("b"), "create_new_version": True})
    assert made.json()["version"] == 2
    assert house.http.get(f"{NAMED}/n?version=1").json()["definition"] == files("a")
    assert [d["version"] for d in house.http.get(NAMED).json()["datasets"]] == [2]


@pytest.mark.parametrize(
    "definition",
    [
        {},
        files(kind="other"),
        files(sources=[]),
        files("../x"),
        files("a\\b"),
        files(sources=[{"url": "file:///etc/passwd"}]),
        files(sources=[{"local": "relative"}]),
        files(sources=[{"datastore": "a/b", "path": "x"}]),
        files(sources=[{"datastore": "a", "path": "x", "more": "y"}]),
        files(format={"type": "delimited"}),
        files(kind="tabular"),
        files(steps=[{"do": "pickle"}]),
        files(steps=[{"do": "take", "count": -1}]),
        files(steps=[{"do": "take", "count": 1, "more": 2}]),
        files(steps=[{"do": "keep_columns", "columns": ["x"]}]),
        files(partition_format="x" * 2_000),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(house: House, definition: Json) -> None:
    answer = house.http.post(f"{W}/datasets", json={"definition": definition})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_argument")


@pytest.mark.parametrize("name", ["%2e%2e", "a%00b", "x" * 300, "%20", "a%5Cb"])
def test_a_hostile_name_is_refused(house: House, name: str) -> None:
    assert house.http.post(f"{NAMED}/{name}", json={"definition": files()}).status_code in (400, 404, 405)


def test_a_version_is_edited_alone_and_a_name_is_forgotten_whole(house: House) -> None:
    made = house.http.post(f"{NAMED}/n", json={"definition": files("a"), "tags": {"k": "v"}}).json()
    house.http.post(f"{NAMED}/n", json={"definition": files("b"), "create_new_version": True})
    change = {"tags": {"x": "y"}, "remove_tags": ["k"], "description": "d"}
    changed = house.http.patch(f"{NAMED}/n/versions/1", json=change).json()
    assert (changed["tags"], changed["description"]) == ({"x": "y"}, "d")
    assert house.http.get(f"{NAMED}/n").json()["tags"] == {}
    assert house.http.delete(f"{NAMED}/n").status_code == 200
    assert house.http.get(f"{NAMED}/n").status_code == house.http.delete(f"{NAMED}/n").status_code == 404
    assert house.http.get(f"{W}/datasets/{made['dataset_id']}").json()["name"] is None
