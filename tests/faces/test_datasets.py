"""SDK v1 datasets on a real server: made from every form of path, registered, read as files and as rows."""

import http.server
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pandas
import pytest

from azureml.core import Dataset, Datastore, Workspace
from azureml.core.dataset import Dataset as SameDataset
from azureml.data import FileDataset, TabularDataset
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath
from azureml.data.dataset_factory import DataType, FileDatasetFactory, TabularDatasetFactory
from azureml.data.dataset_type_definitions import PromoteHeadersBehavior
from azureml.exceptions import DatasetTimestampMissingError, UserErrorException

SALES = {
    "sales/2020/01/store1.csv": "day,amount\n2020-01-05,1\n2020-01-20,2\n",
    "sales/2020/02/store1.csv": "day,amount\n2020-02-05,3\n",
    "sales/2020/02/store2.csv": "day,amount\n2020-02-10,\n2020-02-11,5\n",
    "readme.txt": "not a table",
}
on = datetime.fromisoformat
Store = Any  # of whatever class, as in SDK v1


@pytest.fixture
def store(workspace: Workspace, tmp_path: Path) -> Store:
    """The default datastore with the files above."""
    source = tmp_path / "upload"
    for path, text in SALES.items():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text)
    default = workspace.get_default_datastore()
    default.upload(str(source), show_progress=False)
    return default


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Not into the test's output."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[str]:
    """A real HTTP server with one folder."""
    (tmp_path / "site" / "mnist").mkdir(parents=True)
    (tmp_path / "site" / "mnist" / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "site" / "mnist" / "b.csv").write_text("x,y\n3,4\n")
    handler = partial(_QuietHandler, directory=str(tmp_path / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mnist"
        server.shutdown()


def test_the_names_are_one_class_each_wherever_they_are_imported_from(store: Store) -> None:
    assert SameDataset is Dataset
    assert (Dataset.File, Dataset.Tabular) == (FileDatasetFactory, TabularDatasetFactory)
    made = Dataset.File.from_files((store, "readme.txt"))
    assert isinstance(made, FileDataset)
    assert (made.File, made.Tabular) == (FileDatasetFactory, TabularDatasetFactory)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("readme.txt", ["/readme.txt"]),
        ("sales", ["/2020/01/store1.csv", "/2020/02/store1.csv", "/2020/02/store2.csv"]),
        ("/sales/2020/02/", ["/store1.csv", "/store2.csv"]),
        ("sales/2020/*/store1.csv", ["/01/store1.csv", "/02/store1.csv"]),
        ("sales/**/*2.csv", ["/2020/02/store2.csv"]),
        ("sales/2020/0?/store2.csv", ["/02/store2.csv"]),
        ("**", ["/readme.txt", "/sales/2020/01/store1.csv", "/sales/2020/02/store1.csv", "/sales/2020/02/store2.csv"]),
    ],
)
def test_files_are_named_from_their_common_root(store: Store, path: str, found: list[str]) -> None:
    assert Dataset.File.from_files((store, path)).to_path() == found


def test_every_form_of_path_means_the_same(store: Store) -> None:
    forms: list[Any] = [  # Any: as SDK v1 takes
        (store, "sales/2020/02"),
        [(store, "sales/2020/02/store1.csv"), (store, "sales/2020/02/store2.csv")],
        DataPath(store, "sales/2020/02"),
        DataReference(store, path_on_datastore="sales/2020/02"),
        store.path("sales/2020/02"),
    ]
    assert {tuple(Dataset.File.from_files(path=form).to_path()) for form in forms} == {("/store1.csv", "/store2.csv")}


def test_what_is_not_there_is_told_when_it_is_named_unless_nobody_asks(store: Store) -> None:
    with pytest.raises(UserErrorException, match="nothing at 'nowhere'"):
        Dataset.File.from_files((store, "nowhere"))
    unread = Dataset.File.from_files((store, "nowhere"), validate=False)
    with pytest.raises(UserErrorException, match="nothing at 'nowhere'"):
        unread.to_path()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a\\b"])
def test_a_hostile_path_is_refused(store: Store, path: str) -> None:
    with pytest.raises(UserErrorException):
        Dataset.File.from_files((store, path))


def test_addresses_keep_host_and_path_below_the_root(website: str, tmp_path: Path) -> None:
    made = Dataset.File.from_files([f"{website}/a.csv", f"{website}/b.csv?sig=secret"])

    host = website.removeprefix("http://").removesuffix("/mnist")
    assert made.to_path() == [f"/http%3A/%2F{host}/mnist/{name}" for name in ("a.csv", "b.csv")]
    written = made.download(str(tmp_path / "back"))
    assert [Path(path).read_text() for path in written] == ["x,y\n1,2\n", "x,y\n3,4\n"]
    assert "secret" not in repr(made)
    with pytest.raises(UserErrorException, match="404"):
        Dataset.File.from_files(f"{website}/gone.csv").download(str(tmp_path / "back"))


def test_files_of_this_machine_can_be_named_by_a_path(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.csv").write_text("x\n1\n")

    made = Dataset.Tabular.from_delimited_files(str(tmp_path / "mine" / "*.csv"))

    assert made.to_pandas_dataframe()["x"].tolist() == [1]


def test_a_download_writes_every_file_and_replaces_none_unasked(store: Store, tmp_path: Path) -> None:
    made = Dataset.File.from_files((store, "sales/2020/02"))

    assert made.download(str(tmp_path / "back")) == [str(tmp_path / "back" / f"store{n}.csv") for n in (1, 2)]
    with pytest.raises(UserErrorException, match="there already"):
        made.download(str(tmp_path / "back"))
    made.download(str(tmp_path / "back"), overwrite=True)
    (tmp_path / "back" / "store1.csv").write_text("a copy of one's own")
    assert Path(made.download()[0]).read_text() == SALES["sales/2020/02/store1.csv"], "the cache is another file"


def test_a_mount_shows_the_files_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    made = Dataset.File.from_files((store, "sales"))

    with made.mount() as mounted:
        folder = Path(mounted.mount_point)
        assert (folder / "2020/01/store1.csv").read_text() == SALES["sales/2020/01/store1.csv"]
    assert not folder.exists()

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note").write_text("mine")
    context = made.mount(str(tmp_path / "mine"))
    context.start()
    assert (tmp_path / "mine/2020/02/store2.csv").is_file()
    context.stop()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["note"]


def test_a_mounted_file_that_was_written_to_is_fetched_anew(store: Store) -> None:
    made = Dataset.File.from_files((store, "readme.txt"))
    with made.mount() as mounted:
        file = Path(mounted.mount_point, "readme.txt")
        assert not file.stat().st_mode & 0o222, "a mount is for reading"
        file.chmod(0o600)
        file.write_text("vandalised!")

    with made.mount() as mounted:
        assert Path(mounted.mount_point, "readme.txt").read_text() == SALES["readme.txt"]


def test_files_are_taken_skipped_and_split_without_loss(store: Store) -> None:
    made = Dataset.File.from_files((store, "sales"))

    assert made.skip(1).take(1).to_path() == ["/2020/02/store1.csv"]
    first, second = made.random_split(0.5, seed=3)
    assert sorted(first.to_path() + second.to_path()) == made.to_path()
    assert first.to_path() == made.random_split(percentage=0.5, seed=3)[0].to_path()
    assert made.take_sample(1.0).to_path() == made.to_path()


def test_a_directory_is_uploaded_and_is_a_dataset(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text("a")
    (tmp_path / "d" / "b.csv").write_text("b")
    store = workspace.get_default_datastore()

    every = Dataset.File.upload_directory(src_dir=str(tmp_path / "d"), target=DataPath(store, "up"))
    some = Dataset.File.upload_directory(str(tmp_path / "d"), (store, "some"), pattern="*.csv", show_progress=False)

    assert (every.to_path(), some.to_path()) == (["/a.txt", "/b.csv"], ["/b.csv"])


def test_versions_are_made_when_asked_for_and_the_definition_changed(workspace: Workspace, store: Store) -> None:
    one = Dataset.File.from_files((store, "sales/2020/01"))
    two = Dataset.File.from_files((store, "sales/2020/02"))

    first = one.register(workspace=workspace, name="sales", description="all", tags={"year": "2020"})
    assert (first.name, first.version, first.description, first.tags) == ("sales", 1, "all", {"year": "2020"})
    assert one.register(workspace, "sales").version == 1, "the same definition is the same version"
    with pytest.raises(UserErrorException, match="create_new_version"):
        two.register(workspace, "sales")
    assert two.register(workspace, "sales", create_new_version=True).version == 2
    assert Dataset.get_by_name(workspace, "sales").to_path() == two.to_path()
    assert Dataset.get_by_name(workspace, name="sales", version=1).to_path() == one.to_path()
    assert Dataset.get_by_name(workspace, "sales", version="latest").version == 2
    assert [one.version for one in workspace.datasets.values()] == [2]
    assert workspace.datasets["sales"].name == "sales"


def test_a_dataset_has_an_id_as_soon_as_somebody_asks(workspace: Workspace, store: Store) -> None:
    made = Dataset.Tabular.from_delimited_files((store, "sales/2020/01"))

    assert made.id == Dataset.Tabular.from_delimited_files((store, "sales/2020/01")).id
    again = Dataset.get_by_id(workspace, str(made.id))
    assert isinstance(again, TabularDataset)
    assert (again.id, again.name, again.version) == (made.id, None, None)
    assert made.take(1).id != made.id
    with pytest.raises(UserErrorException, match="no dataset with the id"):
        Dataset.get_by_id(workspace, "not-there")


def test_tags_and_descriptions_change_and_a_name_is_forgotten(workspace: Workspace, store: Store) -> None:
    made = Dataset.File.from_files((store, "sales")).register(workspace, "sales", tags={"a": "1"})

    made.add_tags({"b": "2"})
    made.remove_tags(["a"])
    made.update(description="new")
    found = Dataset.get_by_name(workspace, "sales")
    assert (found.tags, found.description) == ({"b": "2"}, "new")
    found.unregister_all_versions()
    assert Dataset.get_all(workspace) == {}
    assert Dataset.get_by_id(workspace, made.id).name is None, "what runs name by its id stays"


def test_rows_come_with_their_types(store: Store) -> None:
    frame = Dataset.Tabular.from_delimited_files(path=[(store, "sales/**/*.csv")]).to_pandas_dataframe()

    assert list(frame.columns) == ["day", "amount"]
    assert frame["day"].tolist()[0] == pandas.Timestamp("2020-01-05")
    assert frame["amount"].fillna(0).tolist() == [1, 2, 3, 0, 5]
    plain = Dataset.Tabular.from_delimited_files((store, "sales/2020/01"), infer_column_types=False)
    assert plain.to_pandas_dataframe().iloc[0].tolist() == ["2020-01-05", "1"]
    told = Dataset.Tabular.from_delimited_files(
        (store, "sales/2020/01"), set_column_types={"day": DataType.to_string(), "amount": DataType.to_float()}
    ).to_pandas_dataframe()
    assert told["day"].tolist() == ["2020-01-05", "2020-01-20"]
    assert told["amount"].dtype == float


def test_headers_paths_and_partitions_become_columns(store: Store) -> None:
    bare = Dataset.Tabular.from_delimited_files(
        (store, "sales/2020/01"), header=PromoteHeadersBehavior.NO_HEADERS, include_path=True
    ).to_pandas_dataframe()
    assert list(bare.columns) == ["Path", "Column1", "Column2"]
    assert bare["Path"].unique().tolist() == ["/store1.csv"]

    parted = Dataset.Tabular.from_delimited_files(
        (store, "sales/**/*.csv"), partition_format="/{month:yyyy/MM}/{store}.csv"
    )
    frame = parted.to_pandas_dataframe()
    assert parted.partition_keys == ["month", "store"]
    assert frame["month"].unique().tolist() == [pandas.Timestamp(2020, 1, 1), pandas.Timestamp(2020, 2, 1)]
    whole = Dataset.Tabular.from_delimited_files(
        (store, "sales/*/*/*.csv"), partition_format="sales/{m:yyyy/MM}/{s}.csv"
    )
    assert whole.to_pandas_dataframe()["s"].tolist() == frame["store"].tolist(), "the format may begin above the files"
    assert parted.get_partition_key_values(["store"]) == [{"store": "store1"}, {"store": "store2"}]


def test_columns_and_rows_are_chosen_lazily(store: Store) -> None:
    made = Dataset.Tabular.from_delimited_files((store, "sales/**/*.csv"))

    assert list(made.keep_columns(["amount"], validate=True).to_pandas_dataframe().columns) == ["amount"]
    assert list(made.drop_columns("amount").to_pandas_dataframe().columns) == ["day"]
    assert made.skip(1).take(2).to_pandas_dataframe()["amount"].tolist() == [2, 3]
    first, second = made.random_split(percentage=0.6, seed=1)
    assert len(first.to_pandas_dataframe()) + len(second.to_pandas_dataframe()) == 5
    with pytest.raises(UserErrorException, match="no column 'nothing'"):
        made.keep_columns("nothing", validate=True)


def test_rows_are_chosen_by_time(store: Store) -> None:
    made = Dataset.Tabular.from_delimited_files((store, "sales/**/*.csv"))
    timed = made.with_timestamp_columns("day")

    def days(found: TabularDataset) -> list[int]:
        return [int(day.day_of_year) for day in found.to_pandas_dataframe()["day"]]

    assert timed.timestamp_columns == ("day", None)
    assert days(timed.time_before(on("2020-01-20"))) == [5, 20]
    assert days(timed.time_before(on("2020-01-20"), include_boundary=False)) == [5]
    assert days(timed.time_after(on("2020-02-10"))) == [41, 42]
    assert days(timed.time_between(start_time=on("2020-01-06"), end_time=on("2020-02-05"))) == [20, 36]
    assert days(timed.time_recent(timedelta(days=1))) == []
    with pytest.raises(DatasetTimestampMissingError):
        timed.drop_columns("day").time_before(on("2020-01-01"))
    with pytest.raises(DatasetTimestampMissingError):
        made.time_after(on("2020-01-01"))
    with pytest.raises(UserErrorException, match="needs a timestamp"):
        timed.with_timestamp_columns(timestamp=None, partition_timestamp="day")


def test_a_frame_is_registered_and_comes_back(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pandas.DataFrame({"x": [1, 2], "when": pandas.to_datetime(["2020-01-01", "2021-01-01"]), "s": ["a", None]})

    made = TabularDatasetFactory.register_pandas_dataframe(
        dataframe=frame, target=(workspace.get_default_datastore(), "frames"), name="mine"
    )

    assert capsys.readouterr().out.splitlines()[-1] == "Successfully created and registered a new dataset."
    assert (made.name, made.version) == ("mine", 1)
    pandas.testing.assert_frame_equal(Dataset.get_by_name(workspace, "mine").to_pandas_dataframe(), frame)
    again = Dataset.Tabular.register_pandas_dataframe(frame, workspace.get_default_datastore(), "mine")
    assert again.version == 2


def test_rows_are_written_as_files_and_read_back(workspace: Workspace, store: Store) -> None:
    made = Dataset.Tabular.from_delimited_files((store, "sales/2020/01"))

    with made.to_csv_files(separator=";").mount() as mounted:
        assert Path(mounted.mount_point, "part-00000.csv").read_text().startswith("day;amount\n")
    assert made.to_parquet_files().to_path() == ["/part-00000.parquet"]
    parted = made.partition_by(["amount"], target=DataPath(store, "parted"), name="parted")
    assert (parted.name, parted.partition_keys) == ("parted", ["amount"])
    assert parted.get_partition_key_values() == [{"amount": "1"}, {"amount": "2"}]
    assert list(parted.to_pandas_dataframe()["amount"]) == ["1", "2"]


def test_json_lines_are_read_and_bad_ones_dropped_when_asked(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"x": 1, "y": "a"}\n{"x": 2\n{"x": 3, "y": "c"}\n')

    dropped = Dataset.Tabular.from_json_lines_files(str(tmp_path / "a.jsonl"), invalid_lines="drop")
    assert dropped.to_pandas_dataframe()["x"].tolist() == [1, 3]
    with pytest.raises(UserErrorException, match=r"a\.jsonl cannot be read as json_lines"):
        Dataset.Tabular.from_json_lines_files(str(tmp_path / "a.jsonl")).to_pandas_dataframe()


def test_a_datastore_out_of_reach_is_told_of_by_kind(workspace: Workspace) -> None:
    lake = Datastore.register_azure_data_lake(workspace, "lake", store_name="adls")
    with pytest.raises(UserErrorException, match="AzureDataLake"):
        Dataset.File.from_files((lake, "a"))
