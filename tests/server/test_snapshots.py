import hashlib
import json

from runstead.domain.snapshots import SnapshotFile, manifest_json, snapshot_id_of
from runstead.testing.servers import House

W = "/api/v1/workspaces/default"


def framed(content: bytes, sha256: bytes | None = None) -> bytes:
    return (sha256 or hashlib.sha256(content).digest()) + len(content).to_bytes(8, "little") + content


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def post_blobs(house: House, body: bytes) -> dict[str, object]:
    answer: dict[str, object] = house.http.post(f"{W}/blobs", content=body).json()
    return answer


def test_blobs_come_in_many_at_a_time_even_empty_ones(house: House) -> None:
    contents = [b"", b"a", b"b" * 3_000_000, b""]
    assert post_blobs(house, b"".join(map(framed, contents))) == {"stored": 4}
    asked = [name_of(content) for content in contents] + [name_of(b"other")]
    assert house.http.post(f"{W}/blobs/missing", json={"sha256": asked}).json() == {"missing": [name_of(b"other")]}


def test_a_blob_under_a_wrong_name_is_refused_and_named_and_those_before_it_stay(house: House) -> None:
    wrong = hashlib.sha256(b"something else").digest()
    told = post_blobs(house, framed(b"good") + framed(b"bad", wrong))
    assert wrong.hex() in json.dumps(told)
    asked = {"sha256": [name_of(b"good"), name_of(b"bad"), wrong.hex()]}
    assert house.http.post(f"{W}/blobs/missing", json=asked).json()["missing"] == [name_of(b"bad"), wrong.hex()]


def test_a_body_that_ends_within_a_blob_is_refused(house: House) -> None:
    for cut in (10, 39, 45):
        assert "ends within a blob" in json.dumps(post_blobs(house, framed(b"twelve bytes")[:cut]))
    assert list((house.unit.settings.home / "blobs" / "incoming").iterdir()) == []


def test_a_blob_of_a_huge_declared_length_takes_no_room(house: House) -> None:
    told = house.http.post(f"{W}/blobs", content=b"\0" * 32 + b"\xff" * 8 + b"x")
    assert told.status_code == 413


def test_a_snapshot_whose_blobs_are_not_here_is_a_conflict_that_names_them(house: House) -> None:
    file = SnapshotFile("a.txt", name_of(b"a"), 1)
    address = f"{W}/snapshots/{snapshot_id_of([file])}"
    refused = house.http.put(address, json={"files": manifest_json([file])})
    assert (refused.status_code, refused.json()["error"]["missing"]) == (409, [file.sha256])
    assert house.http.get(address).status_code == 404
    post_blobs(house, framed(b"a"))
    assert [house.http.put(address, json={"files": manifest_json([file])}).status_code for _ in range(2)] == [200, 200]
    assert house.http.get(address).json()["files"] == manifest_json([file])


def test_a_snapshot_under_a_wrong_name_or_with_a_wrong_size_is_refused(house: House) -> None:
    post_blobs(house, framed(b"a"))
    right, wrong = SnapshotFile("a.txt", name_of(b"a"), 1), SnapshotFile("a.txt", name_of(b"a"), 2)
    renamed = house.http.put(f"{W}/snapshots/{snapshot_id_of([wrong])}", json={"files": manifest_json([right])})
    resized = house.http.put(f"{W}/snapshots/{snapshot_id_of([wrong])}", json={"files": manifest_json([wrong])})
    assert (renamed.status_code, resized.status_code) == (400, 400)
    assert "has 1 bytes, not 2" in resized.json()["error"]["message"]
