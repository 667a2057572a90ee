"""What a server that dies leaves behind."""

import subprocess
from pathlib import Path

import pytest

from runstead.client.connection import Connection
from runstead.domain.errors import RunsteadError, TooLarge
from runstead.testing.servers import RealServer, is_root, running_server, start_server, stop_server

W = "/api/v1/workspaces/default"
SMALL_DISK_BYTES = 3 << 20


@pytest.mark.kill
def test_everything_acknowledged_is_there_after_kill_9(server: RealServer) -> None:
    """Slow: starts two servers."""
    connection = server.connection()
    connection.call("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e", "tags": {"a": "1"}})
    connection.send("PUT", f"{W}/runs/r1/artifacts/outputs/m", b"model" * 1000)
    for number in range(50):
        connection.send("POST", f"{W}/runs/r1/logs/log.txt", b"%04d\n" % number, query={"offset": number * 5})
        connection.call("PATCH", f"{W}/runs/r1", {"tags": {"n": str(number)}})
    server.kill()
    again = start_server(server.home).connection()
    run = again.call("GET", f"{W}/runs/r1")
    assert (run["status"], run["tags"]) == ("Running", {"a": "1", "n": "49"})
    assert again.send("GET", f"{W}/runs/r1/artifacts/outputs/m").body == b"model" * 1000
    assert again.send("GET", f"{W}/runs/r1/logs/log.txt").body == b"".join(b"%04d\n" % n for n in range(50))
    listed = again.call("GET", f"{W}/runs/r1/artifacts")["artifacts"]
    assert [(a["path"], a["size_bytes"]) for a in listed] == [("log.txt", 250), ("outputs/m", 5000)]


@pytest.mark.kill
def test_an_upload_that_was_cut_by_kill_9_leaves_nothing_half_written(server: RealServer) -> None:
    """Slow: starts two servers."""
    connection = server.connection()
    connection.call("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e"})
    incoming = server.home / "blobs" / "incoming"
    (incoming / "left-behind").write_bytes(b"half")
    server.kill()
    again = start_server(server.home).connection()
    assert list(incoming.iterdir()) == []
    assert again.call("GET", f"{W}/runs/r1/artifacts")["artifacts"] == []


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def make_runs(connection: Connection, count: int) -> None:
    for number in range(1, count):
        body = {"run_id": f"r{number}", "experiment": "e", "tags": {"t": "x" * 5000}}
        connection.call("POST", f"{W}/runs", body)


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    if not is_root():
        pytest.skip("mounting a small disk needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    options = f"size={SMALL_DISK_BYTES}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    return disk


@pytest.fixture
def server_on_small_disk(small_disk: Path) -> object:
    try:
        with running_server(small_disk / "home") as started:
            yield started
    finally:
        stop_server(small_disk / "home")
        subprocess.run(["umount", "-l", str(small_disk)], check=True)


def test_a_full_disk_is_a_clear_error_and_nothing_is_half_written(server_on_small_disk: RealServer) -> None:
    connection = server_on_small_disk.connection()
    connection.call("POST", f"{W}/runs", {"run_id": "r1", "experiment": "e"})
    connection.send("POST", f"{W}/runs/r1/logs/log.txt", b"before\n", query={"offset": 0})
    with pytest.raises(TooLarge, match="No space left"):
        connection.send("PUT", f"{W}/runs/r1/artifacts/big", b"x" * SMALL_DISK_BYTES)
    with pytest.raises(TooLarge, match="No space left"):
        connection.send("POST", f"{W}/runs/r1/logs/log.txt", b"y" * SMALL_DISK_BYTES, query={"offset": 7})
    assert connection.send("GET", f"{W}/runs/r1/logs/log.txt").body == b"before\n"
    assert list((server_on_small_disk.home / "blobs" / "incoming").iterdir()) == []
    connection.send("PUT", f"{W}/runs/r1/artifacts/small", b"fits")
    assert connection.send("GET", f"{W}/runs/r1/artifacts/small").body == b"fits"


def test_a_database_without_room_refuses_and_goes_on_when_there_is_room(server_on_small_disk: RealServer) -> None:
    connection = server_on_small_disk.connection()
    connection.call("POST", f"{W}/runs", {"run_id": "r0", "experiment": "e"})
    stone = server_on_small_disk.home / "stone"
    with pytest.raises(OSError, match="No space left"):
        fill(stone)
    with pytest.raises(RunsteadError) as refused:
        make_runs(connection, 2000)
    assert refused.value.code in ("too_large", "unavailable")
    stone.unlink()
    connection.call("POST", f"{W}/runs", {"run_id": "after", "experiment": "e"})
    assert connection.call("GET", f"{W}/runs/r0")["run_id"] == "r0"
