import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
OWN = f"{W}/datastores/workspaceblobstore"
BLOB = {"kind": "AzureBlob", "settings": {"container_name": "c", "account_name": "a"}}


def test_every_workspace_has_its_two_own_datastores_one_of_them_the_default(house: House) -> None:
    house.http.put("/api/v1/workspaces/another", json={})
    for ws in ("default", "another"):
        found = house.http.get(f"/api/v1/workspaces/{ws}/datastores").json()["datastores"]
        assert [(d["name"], d["kind"], d["is_default"]) for d in found] == [
            ("workspaceblobstore", "own", True),
            ("workspacefilestore", "own", False),
        ]


def test_a_file_comes_back_as_it_went_in_and_in_parts(house: House) -> None:
    content = bytes(range(256)) * 9000
    stored = house.http.put(f"{OWN}/files/a/b.bin", content=content).json()
    assert (stored["path"], stored["size_bytes"]) == ("a/b.bin", len(content))
    assert house.http.get(f"{OWN}/files/a/b.bin").content == content
    assert house.http.get(f"{OWN}/files/a/b.bin", headers={"Range": "bytes=1-3"}).content == content[1:4]


def test_a_path_that_is_taken_is_a_conflict_unless_overwritten(house: House) -> None:
    assert house.http.put(f"{OWN}/files/a", content=b"one").status_code == 200
    assert house.http.put(f"{OWN}/files/a", content=b"two").status_code == 409
    assert house.http.put(f"{OWN}/files/a?overwrite=true", content=b"two").status_code == 200
    assert house.http.get(f"{OWN}/files/a").content == b"two"


def test_the_files_of_two_datastores_and_of_two_workspaces_are_apart(house: House) -> None:
    house.http.put("/api/v1/workspaces/another", json={})
    house.http.put(f"{OWN}/files/a", content=b"one")
    for other in (f"{W}/datastores/workspacefilestore", "/api/v1/workspaces/another/datastores/workspaceblobstore"):
        assert house.http.get(f"{other}/files").json() == {"files": [], "next_cursor": None}
        assert house.http.get(f"{other}/files/a").status_code == 404


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a\\b", "%00", "a/%2e%2e/b", "//etc/passwd", "."])
def test_a_hostile_path_is_refused(house: House, path: str) -> None:
    answer = house.http.put(f"{OWN}/files/{path.replace('..', '%2e%2e')}", content=b"x")
    assert answer.status_code in (400, 404, 405)
    assert house.http.get(f"{OWN}/files").json()["files"] == []


def test_a_registered_datastore_can_be_the_default_and_is_forgotten_when_it_is_not(house: House) -> None:
    assert house.http.put(f"{W}/datastores/mine", json=BLOB).json()["settings"] == BLOB["settings"]
    assert house.http.post(f"{W}/datastores/MINE/default").json()["is_default"]
    assert house.http.get(f"{W}/default-datastore").json()["name"] == "mine"
    assert house.http.delete(f"{W}/datastores/mine").status_code == 409
    house.http.post(f"{OWN}/default")
    assert house.http.delete(f"{W}/datastores/mine").status_code == 200
    assert house.http.get(f"{W}/datastores/mine").status_code == 404


def test_a_name_that_is_taken_by_other_settings_is_a_conflict_unless_overwritten(house: House) -> None:
    house.http.put(f"{W}/datastores/mine", json=BLOB)
    other = {**BLOB, "settings": {"container_name": "d", "account_name": "a"}}
    assert house.http.put(f"{W}/datastores/mine", json=BLOB).status_code == 200
    assert house.http.put(f"{W}/datastores/mine", json=other).status_code == 409
    changed = house.http.put(f"{W}/datastores/mine", json={**other, "overwrite": True})
    assert changed.json()["settings"]["container_name"] == "d"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a-b", BLOB),
        ("a", {"kind": "own"}),
        ("a", {"kind": "AzureBlob", "settings": {"k": "x" * 20_000}}),
        ("workspaceblobstore", BLOB),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, name: str, body: dict[str, object]) -> None:
    assert house.http.put(f"{W}/datastores/{name}", json=body).status_code in (400, 409)


def test_files_of_a_datastore_elsewhere_are_not_here(house: House) -> None:
    house.http.put(f"{W}/datastores/mine", json=BLOB)
    answer = house.http.get(f"{W}/datastores/mine/files")
    assert answer.status_code == 400
    assert "AzureBlob" in answer.json()["error"]["message"]


def test_a_run_reads_and_writes_files_but_registers_nothing(house: House) -> None:
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"})
    token = house.http.post(f"{W}/runs/r1/token").json()["token"]
    as_run = {"Authorization": f"Bearer {token}"}
    assert house.http.put(f"{OWN}/files/a", content=b"x", headers=as_run).status_code == 200
    assert house.http.get(f"{OWN}/files/a", headers=as_run).content == b"x"
    assert house.http.put(f"{W}/datastores/mine", json=BLOB, headers=as_run).status_code == 403
    assert house.http.post(f"{OWN}/default", headers=as_run).status_code == 403


def test_credentials_are_for_jobs_and_nowhere_to_be_read(house: House, caplog: pytest.LogCaptureFixture) -> None:
    body = {**BLOB, "secrets": {"account_key": "c2VjcmV0LWtleQ=="}}
    shown = house.http.put(f"{W}/datastores/mine", json=body)
    house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"})
    as_run = {"Authorization": f"Bearer {house.http.post(f'{W}/runs/r1/token').json()['token']}"}

    told = house.http.get(f"{W}/datastores/mine/secrets", headers=as_run).json()
    assert told == {"secrets": {"account_key": "c2VjcmV0LWtleQ=="}}
    assert house.http.get(f"{OWN}/secrets").json() == {"secrets": {}}
    assert "c2VjcmV0" not in shown.text + house.http.get(f"{W}/datastores").text + caplog.text
    files = [path for path in house.unit.settings.home.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if b"c2VjcmV0" in path.read_bytes()] == []


def test_other_credentials_are_other_settings(house: House) -> None:
    house.http.put(f"{W}/datastores/mine", json={**BLOB, "secrets": {"account_key": "a"}})
    assert house.http.put(f"{W}/datastores/mine", json={**BLOB, "secrets": {"account_key": "a"}}).status_code == 200
    assert house.http.put(f"{W}/datastores/mine", json={**BLOB, "secrets": {"account_key": "b"}}).status_code == 409
    assert house.http.put(f"{W}/datastores/mine", json={**BLOB, "overwrite": True}).status_code == 200
    assert house.http.get(f"{W}/datastores/mine/secrets").json() == {"secrets": {}}
