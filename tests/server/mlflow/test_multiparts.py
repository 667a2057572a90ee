import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from runstead.domain.runs import RunDraft
from runstead.service import artifacts, runs
from runstead.service.settings import Settings
from runstead.testing.servers import House, house_of

MPU = "/mlflow/default/api/2.0/mlflow-artifacts/mpu"
ROOT = "0/mine/artifacts"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(Settings(home=tmp_path_factory.mktemp("parts"))) as house:
        house.http.get("/mlflow/default/api/2.0/mlflow/experiments/get?experiment_id=0")
        for run_id in ("mine", "other"):
            runs.create(house.unit, "default", RunDraft(run_id, "Default"))
        yield house


def begun(house: House, folder: str = f"{ROOT}/big", name: str = "data/f.bin", count: int = 2) -> dict[str, Any]:
    reply = house.http.post(f"{MPU}/create/{folder}", json={"path": name, "num_parts": count})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def ended(house: House, call: str, upload_id: str, numbers: list[int], folder: str = f"{ROOT}/big") -> int:
    parts = [{"part_number": number, "etag": "x", "url": "y"} for number in numbers]
    told = {"path": "f.bin", "upload_id": upload_id, "parts": parts}
    return house.http.post(f"{MPU}/{call}/{folder}", json=told).status_code


def sent(house: House, upload: dict[str, Any], *pieces: bytes) -> None:
    """As a client does: the later part first, to the address and with the headers that it was given."""
    for one, piece in reversed(list(zip(upload["credentials"], pieces, strict=True))):
        reply = house.http.put(one["url"], content=piece, headers=one["headers"])
        assert (reply.status_code, bool(reply.headers["etag"])) == (200, True)


def left(house: House) -> list[str]:
    return sorted(os.listdir(house.unit.settings.home / "parts"))


def test_parts_become_one_file_of_the_run_in_their_order(house: House) -> None:
    upload = begun(house)
    sent(house, upload, b"first " * 400_000, b"second")
    assert ended(house, "complete", upload["upload_id"], [2, 1]) == 200
    file = artifacts.find(house.unit, "default", "mine", "big/f.bin")
    with artifacts.opened(house.unit, "mine", file) as content:
        assert content.read() == b"first " * 400_000 + b"second"
    assert left(house) == []


def test_a_part_may_be_sent_again_and_an_upload_goes_on_after_a_restart(house: House) -> None:
    upload = begun(house)
    sent(house, upload, b"torn", b"b")
    with house_of(house.unit.settings) as later:
        sent(later, {"credentials": upload["credentials"][:1]}, b"a")
        assert ended(later, "complete", upload["upload_id"], [1, 2]) == 200
    file = artifacts.find(house.unit, "default", "mine", "big/f.bin")
    assert file.size_bytes == 2


def test_an_upload_that_lacks_a_part_is_not_completed_and_an_aborted_one_is_forgotten(house: House) -> None:
    upload = begun(house, f"{ROOT}/torn")
    sent(house, {"credentials": upload["credentials"][:1]}, b"a")
    assert ended(house, "complete", upload["upload_id"], [1, 2], f"{ROOT}/torn") == 404
    assert ended(house, "complete", upload["upload_id"], [1], f"{ROOT}/torn") == 400
    assert house.http.get(f"/mlflow/default/api/2.0/mlflow-artifacts/artifacts/{ROOT}/torn/f.bin").status_code == 404
    for _ in range(2):
        assert ended(house, "abort", upload["upload_id"], [], f"{ROOT}/torn") == 200
    assert left(house) == []
    assert house.http.put(upload["credentials"][0]["url"], content=b"x").status_code == 404


def test_an_upload_of_long_ago_is_given_up_when_another_begins(house: House) -> None:
    old = begun(house)["upload_id"]
    os.utime(house.unit.settings.home / "parts" / old / "about.json", (0, 0))
    fresh = begun(house)["upload_id"]
    assert left(house) == [fresh]
    assert ended(house, "abort", fresh, []) == 200


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        (f"{ROOT}/%2e%2e/%2e%2e/other/artifacts", "x"),
        (f"{ROOT}/%2e%2e/x", "x"),
        (ROOT, ".."),
        (ROOT, ""),
        (ROOT, "a\x00b"),
        ("", "etc"),
        ("0/nobody/artifacts", "x"),
        ("mine", "x"),
    ],
)
def test_a_path_that_leads_out_of_the_run_is_refused(house: House, folder: str, name: str) -> None:
    reply = house.http.post(f"{MPU}/create/{folder}", json={"path": name, "num_parts": 1})
    assert reply.status_code in (400, 404)
    assert left(house) == []


@pytest.mark.parametrize("count", [0, -1, 10_001, "x", None])
def test_a_number_of_parts_that_is_none_is_refused(house: House, count: object) -> None:
    reply = house.http.post(f"{MPU}/create/{ROOT}", json={"path": "x", "num_parts": count})
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("upload_id", ["../../blobs", "..", "0" * 32, "%2e%2e"])
def test_an_upload_id_leads_nowhere_else(house: House, upload_id: str) -> None:
    for number in ("1", "../1"):
        assert house.http.put(f"{MPU}/parts/{upload_id}/{number}", content=b"x").status_code in (400, 404)
    assert ended(house, "complete", upload_id, [1]) == 404
    assert ended(house, "abort", upload_id, [1]) == 200
    assert (house.unit.settings.home / "blobs").is_dir()


def test_only_whom_the_run_belongs_to_sends_parts_of_its_files(house: House) -> None:
    upload = begun(house)
    token = house.http.post("/api/v1/workspaces/default/runs/other/token").json()["token"]
    foreign = {"Authorization": f"Bearer {token}"}
    told = {"path": "f.bin", "num_parts": 2, "upload_id": upload["upload_id"], "parts": []}
    url = upload["credentials"][0]["url"]
    assert house.http.put(url, content=b"x", headers=foreign).status_code == 403
    assert house.http.put(url.replace("/default/", "/elsewhere/"), content=b"x").status_code == 404
    for call in ("create", "complete", "abort"):
        assert house.http.post(f"{MPU}/{call}/{ROOT}/big", json=told, headers=foreign).status_code == 403
    assert house.http.put(url, content=b"x", headers={"Authorization": "Bearer no"}).status_code == 401
    assert json.dumps(upload).count(house.token) == 2  # the caller's own, for the parts
    assert ended(house, "abort", upload["upload_id"], []) == 200
