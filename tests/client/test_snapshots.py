import io
import os
import socket
import threading
import time
import zipfile
from pathlib import Path

import pytest

from runstead.client import snapshots
from runstead.client.folders import Walk
from runstead.client.snapshots import Snapshot, take_snapshot
from runstead.client.workspaces import Workspace
from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.snapshots import SnapshotLimits
from runstead.testing.servers import RealServer
from tests.submissions import a_source


@pytest.fixture
def server(common_server: RealServer) -> RealServer:
    return common_server


def taken(
    server: RealServer, source: Path, limits: SnapshotLimits | None = None, must_have: str | None = None
) -> Snapshot:
    workspace = Workspace(server.connection(), "default")
    return take_snapshot(
        workspace, source, home=cache_of(source), limits=limits or SnapshotLimits(), must_have=must_have
    )


def cache_of(source: Path) -> Path:
    """Where the snapshots of this folder alone are remembered."""
    return source.with_name(f"{source.name}-home")


def paths(snapshot: Snapshot) -> list[str]:
    return sorted(file.path for file in snapshot.files)


def settle(folder: Path) -> None:
    """Makes all files old, as they are when somebody submits a second time."""
    for path in folder.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000), follow_symlinks=False)


def test_only_changed_files_are_sent(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "first", "lib/a.py": "second", "lib/b.py": "third"})
    first = taken(server, source)
    again = taken(server, source)
    (source / "lib/a.py").write_text("second and a half")
    changed = taken(server, source)
    assert [one.sent_files for one in (first, again, changed)] == [3, 0, 1]
    assert first.snapshot_id == again.snapshot_id != changed.snapshot_id


def test_a_snapshot_comes_back_as_it_was(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "print('ä')", "run.sh": "#!/bin/sh", "empty": ""})
    (source / "run.sh").chmod(0o755)
    (source / "big.bin").write_bytes(os.urandom(20 << 20))
    snapshot = taken(server, source)
    address = f"/api/v1/workspaces/default/snapshots/{snapshot.snapshot_id}"
    with zipfile.ZipFile(io.BytesIO(server.connection().send("GET", f"{address}/zip").body)) as archive:
        assert sorted(archive.namelist()) == ["big.bin", "empty", "run.sh", "train.py"]
        assert all(archive.read(name) == (source / name).read_bytes() for name in archive.namelist())
        assert archive.getinfo("run.sh").external_attr >> 16 & 0o111
    assert server.connection().send("GET", f"{address}/files/train.py").body == "print('ä')".encode()
    with pytest.raises(NotFound, match=r"has no file 'nothing\.py'"):
        server.connection().send("GET", f"{address}/files/nothing.py")


def test_unchanged_files_are_not_read_again(server: RealServer, tmp_path: Path) -> None:
    """The file is replaced by one that no one may read without a trace: its access time tells."""
    source = a_source(tmp_path, {"train.py": "one", "data.bin": "x" * 100_000})
    settle(source)
    time.sleep(snapshots.SETTLED_NS / 1e9)  # the cache takes no file that changed (its ctime) a moment ago
    first = taken(server, source)
    cache = next((cache_of(source) / "cache/snapshots").glob("*.json"))
    planted = cache.read_text().replace(next(f.sha256 for f in first.files if f.path == "train.py"), "0" * 64)
    cache.write_text(planted)
    # The cache is believed: the hash that it names is asked for, found missing, and only then is the file read.
    assert taken(server, source).sent_files == 1


def test_a_file_that_changed_within_a_clock_tick_is_noticed(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "aaa"})
    first = taken(server, source)
    (source / "train.py").write_text("bbb")  # same size, perhaps the same time
    assert taken(server, source).snapshot_id != first.snapshot_id


def test_amlignore_wins_over_gitignore_and_git_itself_is_left_out(server: RealServer, tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.csv\n",
        ".amlignore": "# comment\ndata/\n*.log\n!keep.log\n",
        ".git/config": "",
        "__pycache__/a.pyc": "",
        "a.csv": "",
        "b.log": "",
        "keep.log": "",
        "data/x.bin": "",
        "sub/data/y.bin": "",
        "train.py": "",
    }
    assert paths(taken(server, a_source(tmp_path, files))) == [
        ".amlignore",
        ".gitignore",
        "a.csv",
        "keep.log",
        "train.py",
    ]


def test_gitignore_is_read_where_there_is_no_amlignore(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {".gitignore": "/out\n", "out/a": "", "sub/out/b": "", "train.py": ""})
    assert paths(taken(server, source)) == [".gitignore", "sub/out/b", "train.py"]


def test_a_script_that_is_ignored_is_told(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {".amlignore": "*.py", "train.py": ""})
    with pytest.raises(InvalidArgument, match=r"'train\.py' is left out .* by its ignore file"):
        taken(server, source, must_have="train.py")


def test_links_inside_the_folder_are_followed_and_others_are_left_out(server: RealServer, tmp_path: Path) -> None:
    secret = a_source(tmp_path / "elsewhere", {"secret": "s", "folder/secret": "s"})
    source = a_source(tmp_path / "src", {"train.py": "t", "lib/a.py": "a"})
    (source / "again.py").symlink_to("train.py")
    (source / "lib2").symlink_to("lib")
    (source / "lib/up").symlink_to("..")
    (source / "out.txt").symlink_to(secret / "secret")
    (source / "outfolder").symlink_to(secret / "folder")
    (source / "nowhere").symlink_to("missing")
    (source / "self").symlink_to("self")
    snapshot = taken(server, source)
    assert paths(snapshot) == ["again.py", "lib/a.py", "lib2/a.py", "train.py"]
    assert len(snapshot.left_out) == 6  # lib/up twice: once below lib2


def test_what_is_no_file_is_left_out_and_never_waited_for(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "t"})
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(source / "socket"))
        snapshot = taken(server, source)
    assert (paths(snapshot), len(snapshot.left_out)) == (["train.py"], 2)


def test_the_state_folder_is_never_part_of_a_snapshot(tmp_path: Path) -> None:
    """Somebody keeps RUNSTEAD_HOME inside the project."""
    source = a_source(tmp_path.resolve(), {"train.py": "", "home/token": "", "home/blobs/00": ""})
    found = Walk(source, frozenset({source / "home"}), max_files=10).files()
    assert [file.path for file in found] == ["train.py"]


def test_names_that_cannot_be_kept_are_told(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "t"})
    (source / "line\nbreak").write_text("")
    with pytest.raises(InvalidArgument, match="not allowed in a path"):
        taken(server, source)


def test_a_folder_that_is_too_large_is_told_before_anything_is_sent(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path, {"train.py": "t", "data/a": "x" * 2_000_000})
    with pytest.raises(TooLarge, match=r"exceeds the limit of 1\.0 MB.*Largest: data/ 1\.9 MB"):
        taken(server, source, limits=SnapshotLimits(max_bytes=1 << 20))
    with pytest.raises(TooLarge, match="2 files and exceeds the limit of 1"):
        taken(server, source, limits=SnapshotLimits(max_files=1))


def test_a_missing_source_folder_is_told(server: RealServer, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        taken(server, tmp_path / "nothing")
    with pytest.raises(InvalidArgument, match="is no folder"):
        taken(server, a_source(tmp_path, {"train.py": ""}) / "train.py")


def test_a_file_that_never_stops_changing_still_gives_a_snapshot_of_real_states(
    server: RealServer, tmp_path: Path
) -> None:
    """Each state of the file is 100 000 times one letter: a mixture would be a torn read, which the file system allows,
    so only that the snapshot is taken and served under its true hash is asked for."""
    source = a_source(tmp_path, {"train.py": "t", "busy.txt": "a" * 100_000})
    stop = threading.Event()

    def scribble() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with open(source / "busy.txt", "w") as file:
                file.write("abcdefgh"[number % 8] * (100_000 + number % 7))

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        found = [taken(server, source) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    for snapshot in found:
        told = next(file for file in snapshot.files if file.path == "busy.txt")
        address = f"/api/v1/workspaces/default/snapshots/{snapshot.snapshot_id}/files/busy.txt"
        assert len(server.connection().send("GET", address).body) == told.size_bytes
