import os
from pathlib import Path

import pytest

from runstead.blobs.folders import open_beneath
from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from tests.domain.test_paths import HOSTILE


def test_a_file_is_made_with_its_folders(tmp_path: Path) -> None:
    os.close(open_beneath(tmp_path / "logs", "a/b/c.txt", os.O_WRONLY | os.O_CREAT, make_folders=True))
    assert (tmp_path / "logs/a/b/c.txt").is_file()


@pytest.mark.parametrize("path", HOSTILE, ids=lambda p: repr(p)[:30])
def test_no_path_opens_anything_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "x").write_text("secret")
    with pytest.raises(InvalidArgument):
        open_beneath(tmp_path / "logs", path, os.O_RDONLY, make_folders=True)


def test_a_link_is_not_followed_be_it_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/file").write_text("secret")
    root = tmp_path / "logs"
    root.mkdir()
    (root / "folder").symlink_to(tmp_path / "secret")
    (root / "file").symlink_to(tmp_path / "secret/file")
    for path in ("folder/file", "file"):
        with pytest.raises(Conflict):
            open_beneath(root, path, os.O_RDONLY)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_beneath(tmp_path, "nothing/here", os.O_RDONLY)


def test_a_file_in_the_place_of_a_folder_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(Conflict):
        open_beneath(tmp_path, "a/b", os.O_WRONLY | os.O_CREAT, make_folders=True)


def test_a_path_longer_than_the_system_takes_in_one_piece_works(tmp_path: Path) -> None:
    path = "/".join(["d" * 200] * 24)
    os.close(open_beneath(tmp_path, path, os.O_WRONLY | os.O_CREAT, make_folders=True))
    os.close(open_beneath(tmp_path, path, os.O_RDONLY))
