import hashlib
from pathlib import Path

import pytest

from runstead.blobs.local import LocalBlobs
from runstead.domain.errors import InvalidArgument, NotFound

CONTENT = b"some bytes" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_what_was_committed_is_read_back_under_its_hash(blobs: LocalBlobs) -> None:
    with blobs.writer() as writer:
        for start in range(0, len(CONTENT), 777):
            writer.write(CONTENT[start : start + 777])
        assert writer.commit(SHA256) == (SHA256, len(CONTENT))
    with blobs.open(SHA256) as file:
        assert file.read() == CONTENT


def test_the_same_bytes_twice_are_one_file(blobs: LocalBlobs, tmp_path: Path) -> None:
    for _ in range(2):
        with blobs.writer() as writer:
            writer.write(CONTENT)
            writer.commit()
    assert len(files(tmp_path)) == 1


def test_a_wrong_hash_is_refused_and_nothing_is_kept(blobs: LocalBlobs, tmp_path: Path) -> None:
    with blobs.writer() as writer:
        writer.write(CONTENT)
        with pytest.raises(InvalidArgument, match=SHA256):
            writer.commit("0" * 64)
    assert files(tmp_path) == []


def test_what_was_not_committed_is_thrown_away(blobs: LocalBlobs, tmp_path: Path) -> None:
    with blobs.writer() as writer:
        writer.write(CONTENT)
    assert files(tmp_path) == []


def test_missing_names_each_absent_blob_once(blobs: LocalBlobs) -> None:
    with blobs.writer() as writer:
        writer.write(CONTENT)
        writer.commit()
    assert blobs.missing(["0" * 64, SHA256, "1" * 64, "0" * 64]) == ["0" * 64, "1" * 64]


@pytest.mark.parametrize(
    "name", ["../token", "", "0" * 63, "0" * 63 + "G", "A" * 64, "0" * 64 + "\n", "../" + "0" * 61]
)
def test_a_name_that_is_no_sha256_reaches_no_file(blobs: LocalBlobs, name: str) -> None:
    with pytest.raises(InvalidArgument):
        blobs.open(name)


def test_an_unknown_blob_is_not_found(blobs: LocalBlobs) -> None:
    with pytest.raises(NotFound):
        blobs.open("0" * 64)
