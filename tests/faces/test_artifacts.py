"""SDK v1 Run: files sent and fetched."""

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from azureml.core import Experiment, Run
from azureml.exceptions import ServiceException, UserErrorException
from runstead.testing.servers import is_root


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """A run with outputs/a, outputs/deep/b and notes."""
    write(tmp_path / "src", a="A")
    write(tmp_path / "src" / "deep", b="B")
    run.upload_folder("outputs", "src")
    run.upload_file("notes", io.BytesIO(b"N"))
    return run


def test_files_folders_and_streams_are_uploaded_under_their_names(filled: Run) -> None:
    assert filled.get_file_names() == ["notes", "outputs/a", "outputs/deep/b"]


def test_a_name_that_exists_with_other_content_is_a_conflict(filled: Run, tmp_path: Path) -> None:
    write(tmp_path, other="X", same="N")

    filled.upload_file("notes", "same")
    with pytest.raises(ServiceException, match="notes") as refused:
        filled.upload_file("notes", "other")

    assert refused.value.status_code == 409


def test_several_files_are_uploaded_together_or_not_at_all(run: Run, tmp_path: Path) -> None:
    write(tmp_path, one="1", two="2")

    with pytest.raises(UserErrorException, match="absent"):
        run.upload_files(["a", "b"], ["one", "absent"])
    with pytest.raises(UserErrorException, match="2 names were given for 1"):
        run.upload_files(["a", "b"], ["one"])
    assert run.get_file_names() == []

    run.upload_files(["a", "b"], ["one", "two"])
    assert run.get_file_names() == ["a", "b"]


def test_a_folder_that_is_not_there_is_named(run: Run) -> None:
    with pytest.raises(UserErrorException, match="nowhere"):
        run.upload_folder("outputs", "nowhere")


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "a\\b", "a\nb", "x" * 5001])
def test_a_name_that_leaves_the_run_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    write(tmp_path, one="1")

    with pytest.raises((UserErrorException, ServiceException)):
        run.upload_file(name, "one")
    assert run.get_file_names() == []


@pytest.mark.parametrize("name", ["with space.txt", "späße/ü.txt", "per%2Fcent", "a+b&c=d?e#f", "-dash", "日本.txt"])
def test_unusual_names_come_back_as_they_were(run: Run, tmp_path: Path, name: str) -> None:
    write(tmp_path, one="content")

    run.upload_file(name, "one")

    assert run.get_file_names() == [name]
    run.download_file(name, "back")
    assert (tmp_path / "back").read_text() == "content"


def test_a_file_is_downloaded_here_into_a_folder_or_under_a_name(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    filled.download_file("outputs/deep/b")
    filled.download_file("outputs/deep/b", "folder")
    filled.download_file("outputs/deep/b", "new/folder/")
    filled.download_file("outputs/deep/b", output_file_path="other/name.txt")

    for place in ("b", "folder/b", "new/folder/b", "other/name.txt"):
        assert (tmp_path / place).read_text() == "B", place


def test_a_file_that_is_missing_is_told_with_those_that_are_there(filled: Run, tmp_path: Path) -> None:
    with pytest.raises(UserErrorException) as missing:
        filled.download_file("outputs/c", "c")

    assert missing.value.message == (
        "File with path outputs/c was not found,\navailable files include: notes,outputs/a,outputs/deep/b."
    )
    assert not (tmp_path / "c").exists()


def test_a_place_that_cannot_be_written_is_told_and_left_as_it_was(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("mine")

    with pytest.raises(UserErrorException, match=r"a-file.* cannot be written"):
        filled.download_file("notes", "a-file/inside")

    assert (tmp_path / "a-file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-file", "outputs", "src"]


@pytest.mark.skipif(not is_root(), reason="mounts a small file system")
def test_a_full_disk_leaves_no_half_of_a_download(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (2 << 20))
    filled.upload_file("large", "large")
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=True)
    try:
        with pytest.raises(UserErrorException, match="No space left"):
            filled.download_file("large", str(small / "back"))
        left = list(small.iterdir())
    finally:
        subprocess.run(["umount", str(small)], check=True)

    assert left == []


def test_many_files_keep_their_folders(filled: Run, tmp_path: Path) -> None:
    filled.download_files(prefix="outputs", output_directory="all")

    found = sorted(str(file.relative_to(tmp_path / "all")) for file in (tmp_path / "all").rglob("*") if file.is_file())
    assert found == ["outputs/a", "outputs/deep/b"]


def test_many_files_can_drop_the_prefix(filled: Run, tmp_path: Path) -> None:
    filled.download_files(prefix="outputs/", output_directory="all", append_prefix=False)

    assert (tmp_path / "all" / "a").read_text() == "A"
    assert (tmp_path / "all" / "deep" / "b").read_text() == "B"


def test_many_files_can_get_names_of_their_own(filled: Run, tmp_path: Path) -> None:
    filled.download_files(prefix="outputs", output_paths=["x", "y/z"])

    assert (tmp_path / "x").read_text() == "A"
    assert (tmp_path / "y" / "z").read_text() == "B"
    with pytest.raises(UserErrorException, match="2 files"):
        filled.download_files(prefix="outputs", output_paths=["x"])


def test_without_a_prefix_everything_is_downloaded(filled: Run, tmp_path: Path) -> None:
    filled.download_files(output_directory="all")

    assert (tmp_path / "all" / "notes").read_text() == "N"


def test_a_large_file_goes_and_comes_without_being_held_in_memory(run: Run, tmp_path: Path) -> None:
    block = bytes(range(256)) * 4096
    with (tmp_path / "large").open("wb") as file:
        for number in range(40):
            file.write(number.to_bytes(8, "little") + block)

    run.upload_file("large", "large")
    run.download_file("large", "back")

    assert (tmp_path / "back").read_bytes() == (tmp_path / "large").read_bytes()


def test_logs_are_fetched_under_their_relative_names(run: Run, tmp_path: Path) -> None:
    write(tmp_path, log="line\n")
    run.upload_file("logs/mine.txt", "log")
    run.upload_file("outputs/no-log.txt", "log")

    paths = run.get_all_logs()

    assert paths == [str(Path("assets", run.id, "logs", "mine.txt"))]
    assert (tmp_path / paths[0]).read_text() == "line\n"
    assert run.get_all_logs(destination="here") == [str(Path("here", "logs", "mine.txt"))]


def test_details_with_logs_hold_the_text_in_place_of_the_address(run: Run, tmp_path: Path) -> None:
    write(tmp_path, log="line\n")
    run.upload_file("logs/mine.txt", "log")

    assert run.get_details()["logFiles"]["logs/mine.txt"].startswith("http")
    assert run.get_details_with_logs()["logFiles"] == {"logs/mine.txt": "line\n"}


def test_a_snapshot_is_taken_once_and_comes_back_as_a_zip(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "code", train="print(1)")

    snapshot_id = run.take_snapshot("code")
    place = run.restore_snapshot(path=str(tmp_path / "restored"))

    assert place == str(tmp_path / "restored" / f"{snapshot_id}.zip")
    assert zipfile.ZipFile(place).read("train") == b"print(1)"
    with pytest.raises(UserErrorException, match="only one"):
        run.take_snapshot("code")


def test_a_single_file_can_be_the_snapshot(run: Run, tmp_path: Path) -> None:
    write(tmp_path, train="print(1)")

    run.take_snapshot("train")

    assert zipfile.ZipFile(run.restore_snapshot(path=str(tmp_path))).namelist() == ["train"]


def test_a_run_without_a_snapshot_has_none_to_restore(run: Run) -> None:
    with pytest.raises(UserErrorException, match="no snapshot"):
        run.restore_snapshot()
