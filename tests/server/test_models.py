"""Models over HTTP: who may make and change them, and how their bytes come back."""

from runstead.testing.servers import House
from tests.server.test_runs import a_run

W = "/api/v1/workspaces/default"


def put_file(house: House, run_id: str, path: str, content: bytes) -> None:
    house.http.put(f"{W}/runs/{run_id}/artifacts/{path}", content=content).raise_for_status()


def token_of(house: House, run_id: str) -> dict[str, str]:
    token = house.http.post(f"{W}/runs/{run_id}/token", json={}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def test_a_registered_file_comes_back_byte_for_byte(house: House) -> None:
    a_run(house)
    put_file(house, "r1", "outputs/model.bin", bytes(range(256)))

    made = house.http.post(f"{W}/models", json={"name": "m", "run_id": "r1", "run_path": "outputs/model.bin"}).json()

    assert (made["model_id"], made["size_bytes"], made["run_id"]) == ("m:1", 256, "r1")
    assert house.http.get(f"{W}/models/m/versions/latest").json() == made
    answer = house.http.get(f"{W}/models/m/versions/1/files/model.bin")
    assert answer.content == bytes(range(256))
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_runs_token_registers_and_changes_models_of_its_own_run_only(house: House) -> None:
    for run_id in ("mine", "theirs"):
        a_run(house, run_id)
        put_file(house, run_id, "x.bin", run_id.encode())
    mine = token_of(house, "mine")

    def register(run_id: str, headers: dict[str, str] | None = None) -> int:
        body = {"name": "m", "run_id": run_id, "run_path": "x.bin"}
        return int(house.http.post(f"{W}/models", json=body, headers=headers).status_code)

    assert register("mine", mine) == 200
    assert register("theirs", mine) == 403
    assert house.http.post(f"{W}/models", json={"name": "m"}, headers=mine).status_code == 403
    assert register("theirs") == 200
    assert house.http.patch(f"{W}/models/m/versions/1", json={"tags": {"t": "1"}}, headers=mine).status_code == 200
    assert house.http.patch(f"{W}/models/m/versions/2", json={"tags": {"t": "1"}}, headers=mine).status_code == 403
    assert house.http.delete(f"{W}/models/m/versions/2", headers=mine).status_code == 403
    assert house.http.delete(f"{W}/models/m/versions/1", headers=mine).status_code == 200


def test_a_version_that_is_no_number_is_told(house: House) -> None:
    for wrong in ("x", "-1", "1e3", "9" * 30):
        assert house.http.get(f"{W}/models/m/versions/{wrong}").status_code == 400
