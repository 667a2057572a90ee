"""SDK v1's run outside of a job: what it prints, what it has, what it lacks."""

from collections.abc import Callable

import pytest

from azureml.core import Run
from azureml.core.run import _OfflineRun
from azureml.exceptions import RunEnvironmentException

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


@pytest.fixture
def run() -> _OfflineRun:
    found = Run.get_context()
    assert isinstance(found, _OfflineRun)
    return found


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


@pytest.mark.parametrize(
    "name",
    [
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
    ],
)
def test_what_azures_offline_run_lacks_ours_lacks_too(run: _OfflineRun, name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(run, name)


def test_a_step_is_a_type_error_offline(run: _OfflineRun) -> None:
    with pytest.raises(TypeError):
        run.log("a", 1, step=1)  # type: ignore[call-arg]  # the mistake


def test_who_forbids_offline_runs_gets_the_environment_exception() -> None:
    with pytest.raises(RunEnvironmentException, match="start_logging"):
        Run.get_context(allow_offline=False)
