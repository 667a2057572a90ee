"""Who may read and write the secrets of a workspace."""

import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
VALUE = "hunter2-hunter2"


@pytest.fixture
def run_token(house: House) -> dict[str, str]:
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"}).raise_for_status()
    token = house.http.post(f"{W}/runs/r1/token", json={}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def kept(house: House, workspace: str = "default") -> None:
    house.http.put(f"/api/v1/workspaces/{workspace}", json={}).raise_for_status()
    house.http.put(f"/api/v1/workspaces/{workspace}/secrets/pw", json={"value": VALUE}).raise_for_status()


def test_the_owner_writes_reads_lists_and_deletes(house: House) -> None:
    kept(house)
    listed = house.http.get(f"{W}/secrets")
    assert [one["name"] for one in listed.json()["secrets"]] == ["pw"]
    assert VALUE not in listed.text
    told = house.http.get(f"{W}/secrets/pw")
    assert (told.json()["value"], told.headers["cache-control"]) == (VALUE, "no-store")
    assert house.http.delete(f"{W}/secrets/pw").status_code == 200
    assert house.http.get(f"{W}/secrets/pw").status_code == 404


def test_a_job_reads_the_secrets_of_its_workspace_and_of_no_other(house: House, run_token: dict[str, str]) -> None:
    kept(house)
    kept(house, "other")
    assert house.http.get(f"{W}/secrets/pw", headers=run_token).json()["value"] == VALUE
    for path in ("secrets/pw", "secrets"):
        assert house.http.get(f"/api/v1/workspaces/other/{path}", headers=run_token).status_code == 403


def test_a_job_changes_no_secret(house: House, run_token: dict[str, str]) -> None:
    kept(house)
    answers = [
        house.http.put(f"{W}/secrets/pw", json={"value": "mine"}, headers=run_token),
        house.http.delete(f"{W}/secrets/pw", headers=run_token),
    ]
    assert [one.status_code for one in answers] == [403, 403]
    assert house.http.get(f"{W}/secrets/pw").json()["value"] == VALUE


def test_a_page_in_the_browser_reads_no_value(house: House) -> None:
    kept(house)
    cookie = {"Cookie": f"runstead_{house.unit.settings.port}={house.tokens.cookie()}", "Authorization": ""}
    told = house.http.get(f"{W}/secrets/pw", headers=cookie)
    assert (told.status_code, VALUE in told.text) == (403, False)
    assert house.http.get(f"{W}/secrets", headers=cookie).status_code == 200


@pytest.mark.parametrize("body", [{"value": [VALUE]}, {"value": VALUE, "content_type": 3}, {"wrong": VALUE}])
def test_a_refused_body_is_not_repeated(house: House, body: object, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told = house.http.put(f"{W}/secrets/pw", json=body)
    assert told.status_code == 400
    assert VALUE not in told.text + caplog.text
