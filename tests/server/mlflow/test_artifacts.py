import hashlib
import os
from pathlib import Path

import pytest
import urllib3

from runstead.client import runs as client_runs
from runstead.client.workspaces import Workspace
from runstead.testing.servers import RealServer
from tests.server.mlflow.conftest import Tracking
from tests.server.wires import send


def new_run(tracking: Tracking) -> str:
    run_id: str = tracking.client.create_run("0").info.run_id
    return run_id


def test_what_mlflow_logs_is_a_file_of_the_run_and_comes_back(tracking: Tracking, tmp_path: Path) -> None:
    run_id = new_run(tracking)
    (tmp_path / "f.bin").write_bytes(os.urandom(3 << 20))
    tracking.client.log_artifact(run_id, str(tmp_path / "f.bin"), "weights")
    tracking.client.log_text(run_id, "hello", "häl lo.txt")
    kept = tracking.ours("GET", f"runs/{run_id}/artifacts")["artifacts"]
    assert [one["path"] for one in kept] == ["häl lo.txt", "weights/f.bin"]
    (tmp_path / "back").mkdir()
    back = Path(tracking.client.download_artifacts(run_id, "weights/f.bin", str(tmp_path / "back")))
    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256((tmp_path / "f.bin").read_bytes()).digest()


def test_files_and_folders_are_listed_one_level_at_a_time(tracking: Tracking) -> None:
    run_id = new_run(tracking)
    for path in ("a.txt", "d/b.txt", "d/e/c.txt"):
        tracking.client.log_text(run_id, path, path)
    assert [(f.path, f.is_dir) for f in tracking.client.list_artifacts(run_id)] == [("a.txt", False), ("d", True)]
    assert [(f.path, f.is_dir) for f in tracking.client.list_artifacts(run_id, "d")] == [
        ("d/b.txt", False),
        ("d/e", True),
    ]
    status, told = tracking.call("GET", "api/2.0/mlflow/artifacts/list", run_id=run_id, path="d")
    assert status == 200
    assert told["files"][0] == {"path": "d/b.txt", "is_dir": False, "file_size": 7}


def test_an_artifact_is_replaced_and_deleted(tracking: Tracking) -> None:
    run_id = new_run(tracking)
    tracking.client.log_text(run_id, "one", "f.txt")
    tracking.client.log_text(run_id, "two", "f.txt")
    tracking.client.log_text(run_id, "x", "d/g.txt")
    path = f"api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts"
    reply = urllib3.request(
        "GET", f"{tracking.uri}/{path}/f.txt", headers={"Authorization": f"Bearer {tracking.server.token}"}
    )
    assert reply.data == b"two"
    assert tracking.call("DELETE", f"{path}/d")[0] == 200
    assert [f.path for f in tracking.client.list_artifacts(run_id)] == ["f.txt"]
    assert tracking.call("DELETE", f"{path}/d")[0] == 404


def paths_out(run_id: str) -> list[str]:
    root = f"0/{run_id}/artifacts"
    return [
        f"{root}/../../../../etc/passwd",
        f"{root}/%2e%2e/%2e%2e/etc/passwd",
        f"{root}/%252e%252e%252f%252e%252e%252fetc%252fpasswd/../..",
        f"{root}/..%2f..%2fetc%2fpasswd",
        f"{root}/..%5c..%5cwindows",
        f"{root}/a%00b",
        f"{root}//etc/passwd/..",
        f"{root}/%2Fetc%2Fpasswd/../x",
        "../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "etc/passwd",
        "0",
        f"0/{run_id}",
        f"0/{run_id}/x/f.txt",
        f"other/{run_id}/artifacts/f.txt",
        "0/../artifacts/f.txt",
        "file:///etc/passwd",
        root,
    ]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("place", range(18))
def test_no_proxied_path_leaves_its_run(tracking: Tracking, method: str, place: int) -> None:
    """CVE-2023-6018, -6831, -6909, CVE-2024-1560, CVE-2026-2033: read, write and delete, on every spelling."""
    run_id = new_run(tracking)
    tracking.client.log_text(run_id, "mine", "f.txt")
    before = everything(tracking.server)
    target = f"/mlflow/default/api/2.0/mlflow-artifacts/artifacts/{paths_out(run_id)[place]}"
    reply = send(tracking.server.url, method, target, [("Authorization", f"Bearer {tracking.server.token}")], b"evil")
    assert reply.status in (400, 404), reply
    assert b"root:" not in reply.body
    assert everything(tracking.server) == before
    assert [f.path for f in tracking.client.list_artifacts(run_id)] == ["f.txt"]


@pytest.mark.parametrize("path", ["../..", "/etc", "..%2f..", "a/../../b", "..\\..", "a\x00"])
@pytest.mark.parametrize("call", ["mlflow/artifacts/list", "mlflow-artifacts/artifacts"])
def test_no_listing_leaves_its_run(tracking: Tracking, path: str, call: str) -> None:
    """CVE-2023-30172 and its like."""
    run_id = new_run(tracking)
    told = path if call == "mlflow/artifacts/list" else f"0/{run_id}/artifacts/{path}"
    status, reply = tracking.call("GET", f"api/2.0/{call}", run_id=run_id, path=told)
    assert status in (400, 404) or reply.get("files", []) == []


def test_a_downloaded_page_is_never_shown_as_one(tracking: Tracking) -> None:
    """CVE-2023-6568, CVE-2026-33865: what is stored is sent as an attachment, whatever it calls itself."""
    run_id = new_run(tracking)
    path = f"{tracking.uri}/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/x.html"
    owner = {"Authorization": f"Bearer {tracking.server.token}"}
    page = b"<script>alert(1)</script>"
    assert urllib3.request("PUT", path, body=page, headers={**owner, "Content-Type": "text/html"}).status == 200
    reply = urllib3.request("GET", path, headers=owner)
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Disposition"] == "attachment; filename=x.html"
    assert "sandbox" in reply.headers["Content-Security-Policy"]


def test_a_runs_token_reaches_the_artifacts_of_its_own_run_only(tracking: Tracking) -> None:
    """CVE-2026-2651: every way to write asks whose run it is."""
    mine, other = new_run(tracking), new_run(tracking)
    headers = [("Authorization", f"Bearer {tracking.token_of(mine)}")]
    proxy = "/mlflow/default/api/2.0/mlflow-artifacts/artifacts"
    statuses = [
        send(tracking.server.url, method, f"{proxy}/0/{run_id}/artifacts/f", headers).status
        for run_id in (mine, other)
        for method in ("PUT", "DELETE")
    ]
    assert statuses == [200, 200, 403, 403]


def everything(server: RealServer) -> set[str]:
    """The names of all files that the server keeps, blobs aside: these are named by their content."""
    return {
        str(path) for path in server.home.rglob("*") if "blobs" not in path.parts and "runstead.db" not in path.name
    }


def test_an_artifact_of_an_sdk_run_is_listed_by_mlflow(tracking: Tracking) -> None:
    workspace = Workspace(tracking.server.connection(), "default")
    client_runs.create_run(workspace, "sdk-files", experiment="both", kind="interactive")
    urllib3.request(
        "PUT",
        f"{tracking.server.url}/api/v1/workspaces/default/runs/sdk-files/artifacts/outputs/m.bin",
        body=b"123",
        headers={"Authorization": f"Bearer {tracking.server.token}"},
    )
    assert [f.path for f in tracking.client.list_artifacts("sdk-files", "outputs")] == ["outputs/m.bin"]


def test_a_client_that_would_send_parts_sends_the_file_whole(
    tracking: Tracking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1000")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    run_id = new_run(tracking)
    file = tmp_path / "large.bin"
    file.write_bytes(bytes(range(256)) * 5_000)
    tracking.client.log_artifact(run_id, str(file))
    back = Path(tracking.client.download_artifacts(run_id, "large.bin"))
    assert back.read_bytes() == file.read_bytes()
