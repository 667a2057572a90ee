"""The routes of jobs, without a launcher beside them: what is submitted stays queued."""

import hashlib

from runstead.domain.jobs import JobSpec, spec_json
from runstead.domain.snapshots import SnapshotFile, manifest_json, snapshot_id_of
from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
SCRIPT = b"print('hi')"


def a_snapshot(house: House) -> str:
    name = hashlib.sha256(SCRIPT)
    house.http.post(f"{W}/blobs", content=name.digest() + len(SCRIPT).to_bytes(8, "little") + SCRIPT)
    file = SnapshotFile("train.py", name.hexdigest(), len(SCRIPT))
    snapshot_id = snapshot_id_of([file])
    house.http.put(f"{W}/snapshots/{snapshot_id}", json={"files": manifest_json([file])}).raise_for_status()
    return snapshot_id


def a_body(house: House, run_id: str = "r1", **fields: object) -> dict[str, object]:
    spec = JobSpec(a_snapshot(house), "/src", "/usr/bin/python3", script="train.py", definition={"script": "train.py"})
    run = {"run_id": run_id, "experiment": "e", "tags": {"a": "b"}}
    return {"run": run, "spec": {**spec_json(spec), **fields}}


def test_submitting_twice_makes_one_run_and_one_job(house: House) -> None:
    body = a_body(house)
    first, second = (house.http.post(f"{W}/jobs", json=body).json() for _ in range(2))
    assert first == second
    assert (first["status"], first["kind"], first["script"], first["tags"]) == (
        "Queued",
        "script",
        "train.py",
        {"a": "b"},
    )
    assert house.http.get(f"{W}/runs/r1").json()["definition"] == {"script": "train.py"}


def test_nothing_of_a_refused_submission_is_kept(house: House) -> None:
    wrong = [
        a_body(house, target="cluster-1"),
        a_body(house, snapshot_id="00000000-0000-5000-8000-000000000000"),
        a_body(house, script="../train.py"),
        a_body(house, arguments=[1]),
    ]
    assert [house.http.post(f"{W}/jobs", json=body).status_code for body in wrong] == [400, 404, 400, 400]
    assert house.http.get(f"{W}/runs").json()["runs"] == []


def test_an_unknown_target_is_told_with_the_known_ones(house: House) -> None:
    told = house.http.post(f"{W}/jobs", json=a_body(house, target="cluster-1")).json()["error"]["message"]
    assert "'cluster-1'" in told
    assert "local" in told


def test_a_run_that_was_not_submitted_cannot_become_a_job(house: House) -> None:
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e", "kind": "script"})
    assert house.http.post(f"{W}/jobs", json=a_body(house)).status_code == 409
    assert house.http.post(f"{W}/jobs/r1/clean", json={}).status_code == 404


def test_the_token_of_a_run_submits_its_children_and_nothing_else(house: House) -> None:
    house.http.post(f"{W}/jobs", json=a_body(house, "parent")).raise_for_status()
    token = house.http.post(f"{W}/runs/parent/token", json={}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    child, stranger = a_body(house, "child"), a_body(house, "stranger")
    child["run"] = {"run_id": "child", "experiment": "e", "parent_id": "parent"}
    assert house.http.post(f"{W}/jobs", json=child, headers=headers).status_code == 200
    assert house.http.post(f"{W}/jobs", json=stranger, headers=headers).status_code == 403


def test_a_workspace_with_a_job_that_has_not_ended_is_not_deleted(house: House) -> None:
    other = "/api/v1/workspaces/other"
    house.http.put(other, json={}).raise_for_status()
    snapshot = house.http.get(f"{W}/snapshots/{a_snapshot(house)}").json()
    made = house.http.put(f"{other}/snapshots/{a_snapshot(house)}", json={"files": snapshot["files"]})
    house.http.post(f"{other}/jobs", json=a_body(house)).raise_for_status()
    told = house.http.delete(other)
    assert (told.status_code, "have not ended (r1)" in told.text) == (409, True)
    assert (made.status_code, house.http.get(f"{other}/runs/r1").status_code) == (200, 200)


def test_a_run_tells_which_version_of_its_environment_it_has_and_is_found_by_it(house: House) -> None:
    for run_id, level in (("r1", "1"), ("r2", "2"), ("r3", "2")):
        environment = {"name": "forest", "python": {}, "docker": {}, "environmentVariables": {"LEVEL": level}}
        body = a_body(house, run_id, environment_name="forest", definition={"environment": environment})
        house.http.post(f"{W}/jobs", json=body).raise_for_status()

    by_version = {"column": {"field": "environment_version"}, "op": "=", "value": "2"}
    found = house.http.post(f"{W}/runs/query", json={"filter": by_version, "columns": [], "limit": 9, "offset": 0})
    assert [row["run"]["run_id"] for row in found.json()["rows"]] == ["r3", "r2"]
    assert found.json()["rows"][0]["run"]["environment_version"] == "2"
    uses = {
        "by": [{"field": "environment_name"}, {"field": "environment_version"}],
        "figures": [{"column": {"field": "created_at"}, "of": "max"}],
        "columns": [],
        "limit": 9,
        "offset": 0,
        "order": "values",
        "descending": False,
    }
    groups = house.http.post(f"{W}/runs/groups", json=uses).json()["groups"]
    assert [(group["values"], group["run_count"]) for group in groups] == [(["forest", "1"], 1), (["forest", "2"], 2)]
    assert groups[1]["figures"] == [found.json()["rows"][0]["run"]["created_at"]]
