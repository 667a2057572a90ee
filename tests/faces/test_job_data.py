"""Data in submitted runs: what the script is given, what becomes of what it writes. Real jobs on a real server."""

import http.server
import json
import os
import signal
import threading
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from azureml.core import Dataset, Experiment, Run, RunConfiguration, ScriptRunConfig, Workspace
from azureml.core.runconfig import Data
from azureml.data import OutputFileDatasetConfig
from azureml.data.data_reference import DataReference
from azureml.exceptions import UserErrorException
from runstead.testing.servers import RealServer

Store = Any  # of whatever class, as in SDK v1
Setting = Any  # a parameter of ScriptRunConfig


@pytest.fixture
def store(workspace: Workspace, tmp_path: Path) -> Store:
    """The default datastore with two small files."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.csv").write_text(f"x\n{name}\n")
    default = workspace.get_default_datastore()
    default.upload(str(tmp_path / "in"), "in", show_progress=False)
    return default


def submitted(experiment: Experiment, tmp_path: Path, text: str, **config: Setting) -> Run:
    """A finished run of this script."""
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(dedent(text))
    run = experiment.submit(ScriptRunConfig(str(folder), **{"script": "train.py", **config}))
    run.wait_for_completion(raise_on_error=False)
    return run


def logs_of(run: Run) -> dict[str, str]:
    return dict(run.get_details_with_logs()["logFiles"])


def printed(run: Run) -> list[str]:
    """What the script itself printed after the mark."""
    log = logs_of(run)["azureml-logs/70_driver_log.txt"]
    assert run.get_status() == "Completed", log
    return [line.removeprefix("> ") for line in log.splitlines() if line.startswith("> ")]


def test_every_mode_gives_the_script_what_azure_gives(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    folder = Dataset.File.from_files((store, "in"))
    one = Dataset.File.from_files((store, "in/a.csv"))
    rows = Dataset.Tabular.from_delimited_files((store, "in"))
    run = submitted(
        experiment,
        tmp_path,
        """
        import os, sys
        from azureml.core import Run
        mounted, copied, single, direct = sys.argv[1:]
        run = Run.get_context()
        print(">", sorted(os.listdir(mounted)), sorted(os.listdir(copied)))
        print(">", open(single).read().split())
        rows = run.input_datasets["rows"]
        print(">", rows.to_pandas_dataframe()["x"].tolist(), rows.id == direct)
        print(">", [run.input_datasets[n] for n in ("mounted", "copied", "single")] == [mounted, copied, single])
        names = ("mounted", "MOUNTED", "AZUREML_DATAREFERENCE_mounted", "AZURE_ML_INPUT_mounted")
        print(">", {os.environ[name] for name in names} == {mounted})
        open(os.path.join(copied, "a.csv"), "w").write("a copy is one's own")
        """,
        arguments=[
            folder.as_named_input("mounted").as_mount(),
            folder.as_named_input("copied").as_download(),
            one.as_named_input("single").as_mount(),
            rows.as_named_input("rows"),
        ],
    )

    assert printed(run) == [
        "['a.csv', 'b.csv'] ['a.csv', 'b.csv']",
        "['x', 'a']",
        "['a', 'b'] True",
        "True",
        "True",
    ]
    definition = run.get_details()["runDefinition"]
    assert definition["arguments"] == [f"DatasetConsumptionConfig:{n}" for n in ("mounted", "copied", "single", "rows")]
    assert definition["data"]["rows"]["dataLocation"]["dataset"]["datasetId"] == rows.id
    prepared = logs_of(run)["logs/azureml/job_prep_azureml.log"]
    assert "The input mounted is at" in prepared
    assert "2 files with 8 bytes, mount" in prepared
    assert store.download(str(tmp_path / "back"), "in/a.csv", show_progress=False) == 1
    assert (tmp_path / "back/in/a.csv").read_text() == "x\na\n"


def test_a_command_gets_paths_too_and_a_mount_goes_where_it_is_told(
    experiment: Experiment, store: Store, tmp_path: Path
) -> None:
    place = tmp_path / "a place"
    data = Dataset.File.from_files((store, "in")).as_mount(str(place))
    run = submitted(experiment, tmp_path, "", script=None, command=["echo '>'", "$(ls", data, "| wc -l)"])

    assert printed(run) == ["2"]
    assert sorted(path.name for path in place.iterdir()) == ["a.csv", "b.csv"]


def test_an_input_that_is_gone_fails_the_run_and_says_which(
    experiment: Experiment, store: Store, tmp_path: Path
) -> None:
    data = Dataset.File.from_files((store, "nowhere"), validate=False).as_named_input("raw").as_mount()
    run = submitted(experiment, tmp_path, "print('never')", arguments=[data])

    assert run.get_status() == "Failed"
    assert "nothing at 'nowhere'" in run.get_details()["error"]["error"]["message"]
    assert "never" not in logs_of(run).get("azureml-logs/70_driver_log.txt", "")


def test_an_output_is_kept_registered_and_found_again(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    workspace = experiment.workspace
    plain = OutputFileDatasetConfig()
    named = (
        OutputFileDatasetConfig(name="scores", destination=(store, "out/{run-id}/{output-name}"))
        .as_upload(overwrite=True, source_globs="*.csv")
        .read_delimited_files()
        .register_on_complete(name="scores", tags={"by": "test"})
    )
    run = submitted(
        experiment,
        tmp_path,
        """
        import os, sys
        from azureml.core import Run
        plain, named = sys.argv[1:]
        assert Run.get_context().output_datasets["scores"] == named
        os.makedirs(os.path.join(plain, "deep"))
        open(os.path.join(plain, "deep", "x.txt"), "w").write("x")
        open(os.path.join(named, "scores.csv"), "w").write("id,score\\n1,0.5\\n")
        open(os.path.join(named, "note.txt"), "w").write("not a table")
        print(">", "done")
        """,
        arguments=[plain, named],
    )

    assert printed(run) == ["done"]
    found = Dataset.get_by_name(workspace, "scores")
    assert found.to_pandas_dataframe().to_dict("list") == {"id": [1], "score": [0.5]}
    assert (found.version, found.tags) == (1, {"by": "test"})
    assert store.download(str(tmp_path / "back"), f"out/{run.id}", show_progress=False) == 1
    assert store.download(str(tmp_path / "back"), f"dataset/{run.id}/{plain.name}", show_progress=False) == 1
    details = run.get_details()
    assert details["runDefinition"]["arguments"][1] == "DatasetOutputConfig:scores"
    assert {one["outputDetails"]["outputName"] for one in details["outputDatasets"]} == {plain.name, "scores"}
    assert f"of the output scores to workspaceblobstore/out/{run.id}/scores" in str(logs_of(run))


def test_what_a_failed_run_wrote_is_kept_and_not_registered(
    experiment: Experiment, store: Store, tmp_path: Path
) -> None:
    output = OutputFileDatasetConfig("partial", destination=(store, "partial")).register_on_complete("partial")
    text = "import sys; open(sys.argv[1] + '/x', 'w').write('x'); raise SystemExit(3)"
    run = submitted(experiment, tmp_path, text, arguments=[output])

    assert run.get_status() == "Failed"
    assert store.download(str(tmp_path / "back"), "partial", show_progress=False) == 1
    with pytest.raises(UserErrorException):
        Dataset.get_by_name(experiment.workspace, "partial")


def test_data_references_of_the_configuration_are_honoured(
    experiment: Experiment, store: Store, tmp_path: Path
) -> None:
    raw = DataReference(store, "raw", "in")
    out = DataReference(store, "out", "written").as_upload(path_on_compute="results", overwrite=True)
    config = RunConfiguration()
    config.data_references = {"raw": raw.to_config(), "out": out.to_config()}
    run = submitted(
        experiment,
        tmp_path,
        """
        import os, sys
        print(">", sorted(os.listdir(sys.argv[1])), sys.argv[1] == os.environ["AZUREML_DATAREFERENCE_raw"])
        open("results/r.txt", "w").write("r")
        """,
        arguments=[str(raw)],
        run_config=config,
    )

    assert printed(run) == ["['a.csv', 'b.csv'] True"]
    assert store.download(str(tmp_path / "back"), "written", show_progress=False) == 1


def test_data_of_a_configuration_file_is_honoured(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    Dataset.File.from_files((store, "in/b.csv")).register(experiment.workspace, "bees")
    config = RunConfiguration()
    location = {"dataset": {"datasetName": "bees", "datasetVersion": "1"}}
    made = Data.create({"dataLocation": location, "mechanism": "mount"})
    config.data = {"bees": made}
    text = "import os; print('>', open(os.environ['AZURE_ML_INPUT_bees']).read().split())"
    run = submitted(experiment, tmp_path, text, run_config=config)

    assert printed(run) == ["['x', 'b']"]


def test_a_name_like_path_leaves_the_jobs_variables_alone(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    data = Dataset.File.from_files((store, "in")).as_named_input("path").as_mount()
    text = "import os; print('>', os.environ['PATH'] == os.environ['path'], os.path.isdir(os.environ['path']))"
    run = submitted(experiment, tmp_path, text, arguments=[data])

    assert printed(run) == ["False True"]


def test_what_cannot_be_given_to_a_script_is_told_at_once(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    rows = Dataset.Tabular.from_delimited_files((store, "in"))
    with pytest.raises(UserErrorException, match="tabular"):
        rows.as_named_input("rows").as_mount()
    with pytest.raises(UserErrorException, match="as_named_input"):
        submitted(experiment, tmp_path, "", arguments=[rows])
    with pytest.raises(UserErrorException, match="no name of an input"):
        rows.as_named_input("a-b")


def test_files_of_the_users_own_are_never_touched(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "b.csv").write_text("my own")
    data = Dataset.File.from_files((store, "in"))

    for binding in (data.as_mount(str(place)), data.as_download(str(place))):
        run = submitted(experiment, tmp_path, "", arguments=[binding])
        assert run.get_status() == "Failed"
        assert "b.csv is there already" in run.get_details()["error"]["error"]["message"]
    assert (place / "b.csv").read_text() == "my own"


def test_one_place_can_be_used_by_one_run_after_the_other(experiment: Experiment, store: Store, tmp_path: Path) -> None:
    data = Dataset.File.from_files((store, "in"))
    for binding in (data.as_mount(str(tmp_path / "m")), data.as_download(str(tmp_path / "d"))):
        for _ in range(2):
            run = submitted(
                experiment, tmp_path, "import os, sys; print('>', len(os.listdir(sys.argv[1])))", arguments=[binding]
            )
            assert printed(run) == ["2"]


class _Endless(http.server.BaseHTTPRequestHandler):
    """A file that never ends."""

    asked = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.asked.set()
        with suppress(OSError):  # whoever read it has gone
            while True:
                self.wfile.write(bytes(1 << 16))

    def log_message(self, format: str, *args: object) -> None:
        """Not into the test's output."""


def test_a_run_that_fetches_its_data_can_be_canceled(experiment: Experiment, tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Endless) as website:
        website.daemon_threads = True
        threading.Thread(target=website.serve_forever, daemon=True).start()
        data = Dataset.File.from_files(f"http://127.0.0.1:{website.server_port}/endless").as_named_input("x").as_mount()
        (tmp_path / "source").mkdir()
        (tmp_path / "source" / "train.py").write_text("print('never')")
        run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py", [data]))
        assert _Endless.asked.wait(60)

        run.cancel()

        assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
        website.shutdown()
    run.clean()


class _SlowAtFirst(_Endless):
    """Never ends for who asks first, and is a small file for everybody after."""

    def do_GET(self) -> None:
        if not self.asked.is_set():
            super().do_GET()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"whole")


@pytest.mark.kill
def test_a_driver_that_is_killed_while_it_fetches_is_followed_by_one_that_fetches_anew(
    experiment: Experiment, at_home: RealServer, tmp_path: Path
) -> None:
    _SlowAtFirst.asked = threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _SlowAtFirst) as website:
        website.daemon_threads = True
        threading.Thread(target=website.serve_forever, daemon=True).start()
        data = Dataset.File.from_files(f"http://127.0.0.1:{website.server_port}/f").as_named_input("x").as_mount()
        (tmp_path / "source").mkdir()
        (tmp_path / "source" / "train.py").write_text("import sys; print('>', open(sys.argv[1]).read())")
        run = experiment.submit(ScriptRunConfig(str(tmp_path / "source"), "train.py", [data]))
        assert _SlowAtFirst.asked.wait(60)

        os.kill(json.loads((at_home.home / "jobs" / run.id / "driver.json").read_text())["pid"], signal.SIGKILL)

        run.wait_for_completion()
        website.shutdown()
    assert printed(run) == ["whole"]
