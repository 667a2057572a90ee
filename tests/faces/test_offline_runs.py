"""SDK v1's run outside of a job: what it prints, what it has, and what is recorded of it where a server is at hand."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azureml.core import Run, Workspace, _offline_run
from azureml.core._offline_runs import experiment_name
from azureml.core.run import _OfflineRun
from azureml.exceptions import RunEnvironmentException
from runstead.testing.servers import RealServer, run_quietly, stop_server

CALLS: list[tuple[Callable[[_OfflineRun], object], str]] = [
    (lambda run: run.log("a", 1), "Attempted to log scalar metric a:\n1\n"),
    (lambda run: run.log_list("a", [1]), "Attempted to log list metric a:\n[1]\n"),
    (lambda run: run.log_row("a", x=1), "Attempted to log row metric a:\n{'x': 1}\n"),
    (lambda run: run.log_table("a", {"x": [1]}), "Attempted to log table metric a:\n{'x': [1]}\n"),
    (lambda run: run.log_image("a", path="p"), "Attempted to log image metric a:\np\n"),
    (lambda run: run.log_residuals("a", 1), "Attempted to log residual metric a:\n1\n"),
    (lambda run: run.log_predictions("a", 1), "Attempted to log predictions metric a:\n1\n"),
    (lambda run: run.log_accuracy_table("a", 1), "Attempted to log accuracy_table metric a:\n1\n"),
    (lambda run: run.log_confusion_matrix("a", 1), "Attempted to log confusion_matrix metric a:\n1\n"),
    (lambda run: run.tag("k", "v"), "Attempted to add tag k with value v\n"),
    (lambda run: run.set_tags({"k": "v"}), "Attempted to set tags {'k': 'v'}\n"),
    (lambda run: run.add_properties({"k": "v"}), "Attempted to add properties {'k': 'v'}\n"),
    (lambda run: run.upload_file("n", "p"), "Attempted to track file n at p\n"),
    (lambda run: run.upload_folder("n", "p"), "Attempted to track folder n at p\n"),
    (lambda run: run.upload_files(["n"], ["p"]), "Attempted to track files ['n'] at ['p'] with timeout Nones\n"),
]


def an_offline_run() -> _OfflineRun:
    found = Run.get_context()
    assert isinstance(found, _OfflineRun)
    return found


@pytest.fixture(autouse=True)
def nothing_from_before() -> None:
    _offline_run._CURRENT.clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a server."""
    monkeypatch.setenv("RUNSTEAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> _OfflineRun:
    return an_offline_run()


@pytest.mark.parametrize(("call", "printed"), CALLS)
def test_each_call_prints_what_it_would_have_done_and_returns_none(
    run: _OfflineRun, capsys: pytest.CaptureFixture[str], call: Callable[[_OfflineRun], object], printed: str
) -> None:
    assert call(run) is None
    assert capsys.readouterr().out == printed


def test_the_id_is_what_users_guards_look_for(run: _OfflineRun) -> None:
    assert run.id.startswith("OfflineRun_")
    assert type(run).__name__ == "_OfflineRun"


def test_a_with_block_prints_start_and_stop(run: _OfflineRun, capsys: pytest.CaptureFixture[str]) -> None:
    with run:
        pass

    assert capsys.readouterr().out == f"[START] Run ID {run.id}\n[STOP] Run ID {run.id}\n"


def test_a_with_block_that_fails_says_so_and_lets_the_error_through(
    run: _OfflineRun, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError), run:
        _ = 1 / 0

    assert (
        "Run failed with error code UserError:\nUser program failed with ZeroDivisionError" in capsys.readouterr().out
    )


def test_a_child_carries_its_parents_id(run: _OfflineRun) -> None:
    assert run.child_run("fold1").id == f"{run.id}.fold1"


MISSING = [
    "experiment",
    "parent",
    "get_metrics",
    "get_status",
    "get_details",
    "register_model",
    "input_datasets",
    "get_file_names",
    "tags",
    "display_name",
]


@pytest.mark.parametrize("name", MISSING)
def test_the_bare_run_lacks_what_azures_lacks(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("RUNSTEAD_OFFLINE_RUNS", "0")
    with pytest.raises(AttributeError):
        getattr(Run.get_context(), name)


def test_the_bare_run_takes_no_step_and_is_another_one_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNSTEAD_OFFLINE_RUNS", "0")
    run = Run.get_context()
    with pytest.raises(TypeError):
        run.log("a", 1, step=1)
    assert Run.get_context().id != run.id


def test_without_a_server_nothing_is_started_and_what_people_ask_for_is_there(run: _OfflineRun, home: Path) -> None:
    run.log("a", 1, step=1)
    told = {name: getattr(run, name) for name in MISSING if name not in ("experiment", "register_model")}

    assert (told["parent"], told["input_datasets"], told["tags"]) == (None, {}, {})
    assert (told["get_metrics"](), told["get_file_names"](), told["get_status"]()) == ({}, [], "Running")
    assert not home.exists()


def test_what_a_run_has_not_either_is_missing(run: _OfflineRun) -> None:
    assert not hasattr(run, "no_such_thing")


def test_repeated_calls_give_one_run_until_it_has_ended(run: _OfflineRun) -> None:
    assert Run.get_context() is run
    run.complete()
    assert Run.get_context() is not run


def test_with_a_server_at_hand_everything_is_recorded(
    at_home: RealServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my project.v2"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "x.txt").write_text("content")
    run = an_offline_run()

    run.log("loss", 0.5, step=3)
    run.log("loss", 0.25)
    run.tag("area", "fruit")
    run.add_properties({"author": "x"})
    run.upload_file("outputs/x.txt", "x.txt")
    run.display_name = "a name of my own"
    with run.child_run("fold1") as child:
        child.log("loss", 9)
    run.complete()

    made = next(Workspace.from_config().experiments["my-project-v2"].get_runs())
    assert (made.id, made.get_status(), made.display_name) == (run.id, "Completed", "a name of my own")
    assert (made.get_metrics(), made.tags) == ({"loss": [0.5, 0.25]}, {"area": "fruit"})
    assert made.properties["author"] == "x"
    assert made.get_file_names() == ["outputs/x.txt"]
    assert [(one.id, one.get_status()) for one in made.get_children()] == [(f"{run.id}.fold1", "Completed")]
    printed = capsys.readouterr()
    assert printed.out.startswith("Attempted to log scalar metric loss:\n0.5\nAttempted to log scalar metric loss:")
    assert printed.err.count("Runstead: this script is recorded as run") == 1
    assert at_home.token not in printed.out + printed.err


def test_a_recorded_run_has_all_that_a_run_has(at_home: RealServer, tmp_path: Path) -> None:
    run: Any = an_offline_run()  # Any: what a run has is there, too
    run.log("loss", 1)

    assert run.experiment.name == experiment_name(tmp_path)
    assert run.get_metrics() == {"loss": 1}
    assert run.get_details()["status"] == "Running"
    assert (run.parent, run.input_datasets, run.tags) == (None, {}, {})
    run.cancel()


def test_wrong_arguments_and_lost_files_do_not_end_the_script(
    at_home: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    run: Any = an_offline_run()  # Any: what a run has is there, too
    run.log("a", [1, 2])
    run.upload_file("n", "nowhere")
    run.log_image("a", path="nowhere.png")
    run.log("b", 1)
    run.complete()

    assert run.get_metrics() == {"b": 1}
    assert "log_list" in caplog.text
    assert "nowhere" in caplog.text


@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [
        ("pass", "Completed", None),
        ("1 / 0", "Failed", "User program failed with ZeroDivisionError: division by zero"),
        ("raise KeyboardInterrupt", "Canceled", None),
        ("import os\nif os.fork() == 0: raise SystemExit\nos.wait()\nrun.log('b', 2)", "Completed", None),
        ("run.fail('it burned', 'Fire')\nraise SystemExit(1)", "Failed", "it burned"),
    ],
)
def test_the_run_ends_as_its_process_does(
    at_home: RealServer, tmp_path: Path, ending: str, status: str, error: str | None
) -> None:
    """Slow: starts an interpreter."""
    script = tmp_path / "train.py"
    script.write_text(f"from azureml.core import Run\nrun = Run.get_context()\nrun.log('a', 1)\n{ending}\n")

    run_quietly([sys.executable, str(script), "--rate", "0.1"])

    made = next(Workspace.from_config().experiments[experiment_name(tmp_path)].get_runs())
    assert made.get_status() == status
    assert made.get_metrics()["a"] == 1
    assert (made.get_details().get("error") or {"error": {"message": None}})["error"]["message"] == error
    assert (made._record["script"], made._record["arguments"]) == ("train.py", ["--rate", "0.1"])


def test_a_server_that_does_not_answer_costs_a_moment_and_no_error(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("RUNSTEAD_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("RUNSTEAD_TOKEN", "x")
    run: Any = an_offline_run()  # Any: what a run has is there, too
    run.log("a", 1)
    assert run.get_metrics() == {}


def test_who_asks_for_the_experiment_gets_a_server_as_from_config_does(home: Path) -> None:
    """Slow: starts a server."""
    run: Any = an_offline_run()  # Any: what a run has is there, too
    try:
        assert run.experiment.workspace.name == "default"
        run.complete()
    finally:
        stop_server(home)


def test_who_forbids_offline_runs_gets_the_environment_exception() -> None:
    with pytest.raises(RunEnvironmentException, match="start_logging"):
        Run.get_context(allow_offline=False)
