"""Azure Blob containers on a real emulator, Azurite: with a key, with a SAS, public, and without leave."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from azureml.core import Dataset, Datastore, Experiment, ScriptRunConfig, Workspace
from azureml.exceptions import ServiceException, UserErrorException
from runstead.testing.servers import wait_until
from tests.machine import NO_AZURITE, find_azurite

blobs = pytest.importorskip("azure.storage.blob", reason="azure-storage-blob is missing: pip install 'runstead[azure]'")
PROGRAM = find_azurite()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason=NO_AZURITE)
ACCOUNT = "anaccount"
KEY = "a2V5LW9mLWFuLWVtdWxhdG9y"  # base64 of "key-of-an-emulator"
Client = Any  # azure.storage.blob.BlobServiceClient, where it is installed


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running emulator. Slow: Node takes seconds to start."""
    folder = tmp_path_factory.mktemp("azurite")
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    place = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    command = [str(PROGRAM), *place, "--silent", "--skipApiVersionCheck", "--disableProductStyleUrl"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, env=environment(), stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(port), what="Azurite listens", timeout_s=60)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def environment() -> dict[str, str]:
    return {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}", "PATH": str(Path(shutil.which("node") or "/usr/bin/node").parent)}


def answers(port: int) -> bool:
    with closing(socket.socket()) as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def account(endpoint: str) -> Client:
    """The account with a private and a public container of two files each."""
    credential = {"account_name": ACCOUNT, "account_key": KEY}
    made = blobs.BlobServiceClient(f"http://{endpoint}/{ACCOUNT}", credential=credential, api_version="2021-12-02")
    for name, access in (("private", None), ("public", "container")):
        container = made.create_container(name, public_access=access)
        container.upload_blob("mnist/a.csv", b"x\n1\n")
        container.upload_blob("mnist/deep/b.csv", b"x\n2\n")
    return made


def registered(workspace: Workspace, endpoint: str, container: str, **credentials: Any) -> Any:  # noqa: ANN401  as in v1
    return Datastore.register_azure_blob_container(
        workspace=workspace,
        datastore_name=f"blobs_{container}",
        container_name=container,
        account_name=ACCOUNT,
        protocol="http",
        endpoint=endpoint,
        overwrite=True,
        **credentials,
    )


def test_files_go_both_ways_with_a_key(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = registered(workspace, endpoint, "private", account_key=KEY)
    (tmp_path / "c.csv").write_text("x\n3\n")

    store.upload_files([str(tmp_path / "c.csv")], target_path="up", overwrite=True)
    store.upload_files([str(tmp_path / "c.csv")], target_path="up")

    shown = capsys.readouterr().out
    assert "Uploaded 1 files" in shown
    assert "Target already exists. Skipping upload for up/c.csv" in shown
    assert account.get_blob_client("private", "up/c.csv").download_blob().readall() == b"x\n3\n"
    assert store.download(str(tmp_path / "back"), prefix="mnist") == 2
    assert (tmp_path / "back/mnist/deep/b.csv").read_text() == "x\n2\n"
    again = Datastore.get(workspace, "blobs_private")
    assert (again.account_key, again.credential_type, again.is_sas) == (KEY, "AccountKey", False)
    assert KEY not in f"{again!r} {workspace.get_details()}"


def test_a_public_container_needs_neither_key_nor_sas(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path
) -> None:
    store = registered(workspace, endpoint, "public")

    files = Dataset.File.from_files((store, "mnist/**"))
    assert files.to_path() == ["/a.csv", "/deep/b.csv"]
    assert Dataset.Tabular.from_delimited_files((store, "mnist/**")).to_pandas_dataframe()["x"].tolist() == [1, 2]
    (tmp_path / "c").write_text("c")
    with pytest.raises((UserErrorException, ServiceException)):
        store.upload_files([str(tmp_path / "c")])


def test_a_signed_address_reads_what_it_allows_and_is_shown_in_no_error(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path
) -> None:
    sas = blobs.generate_container_sas(
        ACCOUNT, "private", account_key=KEY, permission="rl", expiry=datetime.now(UTC) + timedelta(hours=1)
    )
    store = registered(workspace, endpoint, "private", sas_token=f"?{sas}")

    assert store.is_sas
    assert store.download(str(tmp_path / "back"), prefix="mnist/a", show_progress=False) == 1
    (tmp_path / "c").write_text("c")
    with pytest.raises(ServiceException) as refused:
        store.upload_files([str(tmp_path / "c")], show_progress=False)
    assert "sig=" not in str(refused.value)


def test_wrong_credentials_and_missing_containers_are_told_apart(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path
) -> None:
    with pytest.raises(ServiceException, match="container private"):
        registered(workspace, endpoint, "private", account_key="d3Jvbmc=").download(str(tmp_path))
    with pytest.raises((UserErrorException, ServiceException), match="cannot be found"):
        registered(workspace, endpoint, "absent", account_key=KEY).download(str(tmp_path))


def test_a_container_is_made_when_asked_for(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path
) -> None:
    for _ in range(2):
        store = registered(workspace, endpoint, "fresh", account_key=KEY, create_if_not_exists=True)
    assert account.get_container_client("fresh").exists()
    assert store.download(str(tmp_path / "back")) == 0


def test_a_job_mounts_a_container_by_itself(
    experiment: Experiment, endpoint: str, account: Client, tmp_path: Path
) -> None:
    store = registered(experiment.workspace, endpoint, "private", account_key=KEY)
    data = Dataset.File.from_files((store, "mnist/a.csv")).as_named_input("one").as_mount()
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text("import sys; print('>', open(sys.argv[1]).read().split())")

    run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py", [data]))
    run.wait_for_completion()

    assert "> ['x', '1']" in run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]


def test_a_blob_with_a_hostile_name_is_not_written_outside(
    workspace: Workspace, endpoint: str, account: Client, tmp_path: Path
) -> None:
    account.get_container_client("private").upload_blob("hostile\\..\\evil", b"x", overwrite=True)
    store = registered(workspace, endpoint, "private", account_key=KEY)

    with pytest.raises(UserErrorException, match="contains"):
        store.download(str(tmp_path / "back"), prefix="hostile", show_progress=False)
    assert not (tmp_path / "evil").exists()
