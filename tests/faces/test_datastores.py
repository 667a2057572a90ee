"""SDK v1 datastores on a real server: what is printed, what is counted, what goes where."""

from pathlib import Path

import pytest

from azureml.core import Datastore, Workspace
from azureml.core.runconfig import DataReferenceConfiguration
from azureml.data.azure_storage_datastore import AzureBlobDatastore, AzureFileDatastore
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath, DataPathComputeBinding
from azureml.exceptions import UserErrorException


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, one of them deeper."""
    made = tmp_path / "data"
    (made / "deep").mkdir(parents=True)
    (made / "a.csv").write_text("x\n1\n")
    (made / "deep" / "b.csv").write_text("x\n2\n")
    return made


def test_the_workspace_has_azures_two_datastores(workspace: Workspace) -> None:
    assert set(workspace.datastores) == {"workspaceblobstore", "workspacefilestore"}
    default = workspace.get_default_datastore()
    assert (type(default), default.name, default.datastore_type) == (
        AzureBlobDatastore,
        "workspaceblobstore",
        "AzureBlob",
    )
    assert isinstance(Datastore.get(workspace, "workspacefilestore"), AzureFileDatastore)
    assert Datastore(workspace).name == Datastore.get_default(workspace).name == "workspaceblobstore"


def test_a_folder_is_uploaded_and_says_so_as_azure_does(
    workspace: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = workspace.get_default_datastore().upload(src_dir=str(folder), target_path="in", show_progress=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Uploading an estimated of 2 files"
    assert {f"Uploading {folder}/a.csv", f"Uploading {folder}/deep/b.csv"} <= set(lines)
    assert {line.partition(", ")[2] for line in lines if line.startswith("Uploaded /")} == {
        "1 files out of an estimated total of 2",
        "2 files out of an estimated total of 2",
    }
    assert lines[-1] == "Uploaded 2 files"
    assert (type(reference), reference.path_on_datastore) == (DataReference, "in")


def test_what_is_there_stays_unless_it_is_overwritten(
    workspace: Workspace, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = workspace.get_default_datastore()
    store.upload(str(folder), show_progress=False)
    assert capsys.readouterr().out == ""
    (folder / "a.csv").write_text("changed")

    store.upload_files([str(folder / "a.csv")])
    assert "Target already exists. Skipping upload for a.csv" in capsys.readouterr().out
    store.upload_files([str(folder / "a.csv")], overwrite=True)

    assert store.download(str(tmp_path / "back"), prefix="a.csv") == 1
    assert (tmp_path / "back" / "a.csv").read_text() == "changed"


def test_files_go_where_their_root_says_also_when_named_by_position(
    workspace: Workspace, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    store = workspace.get_default_datastore()

    store.upload_files(["./deep/b.csv"], ".", "rooted", True)
    store.upload_files(["./deep/b.csv"], target_path="bare/")

    assert store.download(str(tmp_path / "back")) == 2
    assert (tmp_path / "back" / "rooted" / "deep" / "b.csv").is_file()
    assert (tmp_path / "back" / "bare" / "b.csv").is_file()


def test_a_download_counts_and_skips_what_is_there(
    workspace: Workspace, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = workspace.get_default_datastore()
    store.upload(str(folder), "in", show_progress=False)

    assert store.download(str(tmp_path / "back"), prefix="in") == 2
    assert "Downloaded in/a.csv, " in capsys.readouterr().out
    assert store.download(str(tmp_path / "back"), prefix="in") == 0
    assert store.download(str(tmp_path / "back"), prefix="in", overwrite=True, show_progress=False) == 2


def test_a_link_at_the_target_of_a_download_is_not_followed_out(
    workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    store = workspace.get_default_datastore()
    store.upload(str(folder), "in", show_progress=False)
    (tmp_path / "back").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "back" / "in").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UserErrorException, match="outside"):
        store.download(str(tmp_path / "back"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("target", ["../x", "a/../../x", "a\\b", "a\0b"])
def test_a_hostile_target_is_refused(workspace: Workspace, folder: Path, target: str) -> None:
    with pytest.raises(UserErrorException):
        workspace.get_default_datastore().upload(str(folder), target)


def test_what_is_missing_is_named(workspace: Workspace) -> None:
    store = workspace.get_default_datastore()
    with pytest.raises(UserErrorException, match="nowhere"):
        store.upload("nowhere")
    with pytest.raises(UserErrorException, match="nofile"):
        store.upload_files(["nofile"])
    with pytest.raises(UserErrorException, match="there is no datastore 'nothing'"):
        Datastore.get(workspace, "nothing")


def test_a_reference_is_the_variable_that_holds_its_path(workspace: Workspace) -> None:
    reference = DataReference(workspace.get_default_datastore(), "raw", "in/raw")

    assert str(reference) == "$AZUREML_DATAREFERENCE_raw"
    assert (reference.as_download("/tmp/x").mode, reference.mode) == ("download", "mount")
    assert reference.path("deeper").path_on_datastore == "in/raw/deeper"
    config = reference.as_upload(path_on_compute="out", overwrite=True).to_config()
    assert isinstance(config, DataReferenceConfiguration)
    assert (config.data_store_name, config.path_on_data_store) == ("workspaceblobstore", "in/raw")
    assert config.mode == "upload"
    assert (config.path_on_compute, config.overwrite) == ("out", True)


def test_a_path_becomes_a_reference_and_back(workspace: Workspace) -> None:
    path = DataPath(workspace.get_default_datastore(), "in/raw", name="raw")
    reference = path.create_data_reference(datapath_compute_binding=DataPathComputeBinding(mode="download"))

    assert (reference.data_reference_name, reference.mode) == ("raw", "download")
    back = DataPath.create_from_data_reference(reference)
    assert (back.datastore_name, back.path_on_datastore) == ("workspaceblobstore", "in/raw")


def test_a_registered_container_is_found_again_and_tells_what_it_was_given(workspace: Workspace) -> None:
    made = Datastore.register_azure_blob_container(
        workspace=workspace, datastore_name="public", container_name="sampledata", account_name="sampleaccount"
    )

    again = Datastore.get(workspace, "public")
    assert type(made) is type(again) is AzureBlobDatastore
    assert (again.account_name, again.container_name, again.protocol) == ("sampleaccount", "sampledata", "https")
    again.set_as_default()
    assert workspace.get_default_datastore().name == "public"
    workspace.set_default_datastore("workspaceblobstore")
    again.unregister()
    assert "public" not in workspace.datastores


def test_a_kind_that_is_out_of_reach_is_kept_and_says_so_when_it_is_used(workspace: Workspace, tmp_path: Path) -> None:
    store = Datastore.register_azure_file_share(workspace, "share", "a_share", "an_account")

    with pytest.raises(UserErrorException, match="AzureFile"):
        store.download(str(tmp_path / "back"))
    lake = Datastore.register_azure_data_lake(workspace, "lake", store_name="adls")
    assert (type(lake).__name__, lake.datastore_type, lake.store_name) == (
        "AzureDataLakeDatastore",
        "AzureDataLake",
        "adls",
    )
