"""What a server says cannot make the client write outside of the folder that was named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.client.artifacts import file_target, files_below, targets_below, write_whole
from runstead.domain.errors import InvalidArgument

HOSTILE = ["../evil", "a/../../evil", "/../evil", "..", "a/../.."]


@pytest.mark.parametrize("path", HOSTILE)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "here"

    with pytest.raises(InvalidArgument, match="outside"):
        targets_below(folder, ["fine", path])


def test_a_link_in_the_folder_is_not_followed_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidArgument, match="outside"):
        targets_below(tmp_path / "here", ["link/evil"])


def test_an_absolute_name_is_taken_as_one_below_the_folder(tmp_path: Path) -> None:
    assert targets_below(tmp_path, ["/a/b"]) == [tmp_path / "a" / "b"]


def test_a_start_can_be_dropped(tmp_path: Path) -> None:
    assert targets_below(tmp_path, ["out/a", "out/b/c", "out"], dropped="out") == [
        tmp_path / "a",
        tmp_path / "b" / "c",
        tmp_path / "out",
    ]


@pytest.mark.parametrize("path", HOSTILE)
def test_one_file_lands_under_its_base_name(path: str) -> None:
    assert file_target(path, None) in (Path("evil"), Path(".."))


def test_a_download_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.write_bytes(b"the old one")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("cut")

    with pytest.raises(InvalidArgument):
        write_whole(target, broken())

    assert target.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [target]


def test_files_below_a_folder_are_found_by_their_path_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b").touch()
    (tmp_path / "a").touch()
    (tmp_path / "loop").symlink_to(tmp_path)

    assert list(files_below(tmp_path)) == ["a", "deep/b"]
