"""The script's output under the newer name of Azure's: read as any log, kept once."""

import io
import zipfile
from pathlib import Path

import pytest

from runstead.service import artifacts, logs
from runstead.testing.servers import House

OLDER, NEWER = "azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"
RUN = "/api/v1/workspaces/default/runs/r"


@pytest.fixture
def run(house: House) -> House:
    made = house.http.post("/api/v1/workspaces/default/runs", json={"run_id": "r", "experiment": "e"})
    assert made.status_code in (200, 201), made.text
    logs.append(house.unit, "default", "r", OLDER, offset=0, content=b"hello\n")
    return house


def paths(house: House, prefix: str = "") -> list[str]:
    answer = house.http.get(f"{RUN}/artifacts", params={"prefix": prefix}).json()
    return [artifact["path"] for artifact in answer["artifacts"]]


def test_it_is_listed_and_read_under_both_names(run: House) -> None:
    assert paths(run) == [OLDER, NEWER]
    assert paths(run, "user_logs/") == [NEWER]
    assert paths(run, "azureml-logs/") == [OLDER]
    for name in (OLDER, NEWER):
        assert run.http.get(f"{RUN}/artifacts/{name}").content == b"hello\n"
        assert run.http.get(f"{RUN}/logs/{name}", params={"offset": 2}).content == b"llo\n"


def test_it_grows_under_both_names_and_is_kept_once(run: House) -> None:
    logs.append(run.unit, "default", "r", OLDER, offset=6, content=b"again\n")
    assert run.http.get(f"{RUN}/logs/{NEWER}").content == b"hello\nagain\n"
    kept = [path for path in Path(run.unit.settings.logs, "r").rglob("*") if path.is_file()]
    assert [path.name for path in kept] == ["70_driver_log.txt"]


def test_a_zip_of_everything_has_it_once_and_a_zip_of_the_newer_folder_too(run: House) -> None:
    for prefix, name in (("", OLDER), ("user_logs/", NEWER)):
        answer = run.http.get(f"{RUN}/zip", params={"prefix": prefix})
        assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == [name]


def test_a_file_of_that_name_that_somebody_uploads_is_what_it_is(run: House) -> None:
    assert run.http.put(f"{RUN}/artifacts/{NEWER}", content=b"mine").status_code < 300
    assert paths(run) == [OLDER, NEWER]
    assert run.http.get(f"{RUN}/artifacts/{NEWER}").content == b"mine"


def test_a_run_without_that_log_has_no_second_name(house: House) -> None:
    house.http.post("/api/v1/workspaces/default/runs", json={"run_id": "r", "experiment": "e"})
    assert paths(house) == []
    assert house.http.get(f"{RUN}/artifacts/{NEWER}").status_code == 404


def test_mlflow_sees_it_too(run: House) -> None:
    _, found = artifacts.listed(run.unit, "default", "r", prefix="user_logs")
    assert [artifact.path for artifact in found] == [NEWER]
