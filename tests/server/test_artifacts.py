import hashlib
import io
import zipfile

import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
RUN = f"{W}/runs/r1"


@pytest.fixture(autouse=True)
def a_run(house: House) -> None:
    assert house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"}).status_code == 200


def put(house: House, path: str, content: bytes, **query: str) -> int:
    return int(house.http.put(f"{RUN}/artifacts/{path}", content=content, params=query).status_code)


def test_an_artifact_comes_back_as_it_went_in(house: House) -> None:
    content = bytes(range(256)) * 9000
    stored = house.http.put(f"{RUN}/artifacts/outputs/model.bin", content=content).json()
    assert stored == {
        "path": "outputs/model.bin",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    answer = house.http.get(f"{RUN}/artifacts/outputs/model.bin")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment; filename=model.bin")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_same_content_again_is_fine_and_other_content_is_a_conflict_unless_overwritten(house: House) -> None:
    assert put(house, "a", b"one") == 200
    assert put(house, "a", b"one") == 200
    assert put(house, "a", b"two") == 409
    assert house.http.get(f"{RUN}/artifacts/a").content == b"one"
    assert put(house, "a", b"two", overwrite="true") == 200
    assert house.http.get(f"{RUN}/artifacts/a").content == b"two"


def test_an_artifact_cannot_take_the_path_of_a_log_nor_a_log_that_of_an_artifact(house: House) -> None:
    put(house, "a", b"one")
    assert house.http.post(f"{RUN}/logs/a", params={"offset": 0}, content=b"x").status_code == 409
    house.http.post(f"{RUN}/logs/b", params={"offset": 0}, content=b"x")
    assert put(house, "b", b"two") == 409


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=0-1,4-5", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
        ("bytes=x-y", 200, b"0123456789"),
    ],
)
def test_a_range_gives_those_bytes(house: House, asked: str, status: int, content: bytes) -> None:
    put(house, "digits", b"0123456789")
    answer = house.http.get(f"{RUN}/artifacts/digits", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("page.html", b"<script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8"),
        ("looks.png", b"\x00\x01\x02\xff", None),
    ],
)
def test_only_harmless_bytes_are_shown_inline(house: House, name: str, content: bytes, media_type: str | None) -> None:
    put(house, name, content)
    answer = house.http.get(f"{RUN}/artifacts/{name}", params={"inline": "1"})
    assert answer.headers["content-type"] == (media_type or "application/octet-stream")
    assert answer.headers["content-disposition"].startswith("inline" if media_type else "attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_list_names_artifacts_and_logs_by_path_and_a_prefix_narrows_it(house: House) -> None:
    put(house, "outputs/b", b"b")
    put(house, "outputs/a", b"a")
    house.http.post(f"{RUN}/logs/logs/x.txt", params={"offset": 0}, content=b"line")
    found = house.http.get(f"{RUN}/artifacts").json()["artifacts"]
    assert [(a["path"], a["is_log"], a["final"]) for a in found] == [
        ("logs/x.txt", True, False),
        ("outputs/a", False, True),
        ("outputs/b", False, True),
    ]
    narrowed = house.http.get(f"{RUN}/artifacts", params={"prefix": "outputs/"}).json()["artifacts"]
    assert [a["path"] for a in narrowed] == ["outputs/a", "outputs/b"]


def test_a_prefix_with_wildcards_matches_only_itself(house: House) -> None:
    put(house, "a_b/x", b"1")
    put(house, "aXb/x", b"1")
    put(house, "A_B/x", b"1")
    found = house.http.get(f"{RUN}/artifacts", params={"prefix": "a_b"}).json()["artifacts"]
    assert [a["path"] for a in found] == ["a_b/x"]


def test_the_zip_holds_every_file_and_log(house: House) -> None:
    files = {f"outputs/{n:04}.txt": f"file {n}".encode() * n for n in range(300)}
    for path, content in files.items():
        put(house, path, content)
    house.http.post(f"{RUN}/logs/logs/x.txt", params={"offset": 0}, content=b"line\n")
    answer = house.http.get(f"{RUN}/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {**files, "logs/x.txt": b"line\n"}


def test_a_name_with_quotes_and_umlauts_makes_a_safe_header(house: House) -> None:
    put(house, "gr%C3%B6%C3%9Fe%22%3B%20x.txt", b"1")
    told = house.http.get(f"{RUN}/artifacts/gr%C3%B6%C3%9Fe%22%3B%20x.txt").headers["content-disposition"]
    assert told == "attachment; filename=\"gr__e__ x.txt\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%22%3B%20x.txt"


def test_an_unknown_file_is_not_found(house: House) -> None:
    answer = house.http.get(f"{RUN}/artifacts/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
