"""SDK v1 submission: real scripts in real jobs, from `submit` to `wait_for_completion`."""

import json
import signal
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from azureml.core import Environment, Experiment, Run, RunConfiguration, ScriptRun, ScriptRunConfig
from azureml.core.runconfig import MpiConfiguration, PyTorchConfiguration, TensorflowConfiguration
from azureml.exceptions import (
    ActivityFailedException,
    ComputeTargetException,
    ExperimentExecutionException,
    SnapshotException,
    UserErrorException,
)
from runstead.testing.servers import wait_until


def script(tmp_path: Path, text: str, name: str = "train.py") -> str:
    """A source folder with one script."""
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(dedent(text))
    return str(folder)


def driver_log(run: Run) -> str:
    return str(run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"])


def test_submit_returns_at_once_and_the_run_completes_on_its_own(experiment: Experiment, tmp_path: Path) -> None:
    source = script(tmp_path, "import time; time.sleep(1); print('done')")

    run = experiment.submit(ScriptRunConfig(source, script="train.py"), tags={"sweep": 1})

    assert type(run) is ScriptRun
    assert run.status not in ("Completed", "Failed")
    assert run.id.startswith("an-experiment_")
    assert run.type == "azureml.scriptrun"
    assert run.tags == {"sweep": "1"}
    assert run.wait_for_completion()["status"] == run.get_status() == "Completed"


def test_arguments_are_texts_in_the_run_definition_and_in_the_script(experiment: Experiment, tmp_path: Path) -> None:
    source = script(tmp_path, "import sys; print(sys.argv[1:])")

    run = experiment.submit(ScriptRunConfig(source, "train.py", arguments=["--alpha", 0.4, "--n", 3, "a b"]))
    details = run.wait_for_completion()

    assert details["runDefinition"]["arguments"] == ["--alpha", "0.4", "--n", "3", "a b"]
    assert details["runDefinition"]["script"] == "train.py"
    assert "['--alpha', '0.4', '--n', '3', 'a b']" in driver_log(run)
    json.dumps(details)


def test_the_script_is_the_submitted_run_and_cannot_complete_itself(experiment: Experiment, tmp_path: Path) -> None:
    source = script(
        tmp_path,
        """
        from azureml.core import Run, Workspace
        from azureml.core.run import _SubmittedRun

        run = Run.get_context()
        assert type(run) is _SubmittedRun and run is Run.get_context(allow_offline=False)
        assert Run.get_submitted_run() is run
        print("experiment", run.experiment.name, "workspace", run.experiment.workspace.name)
        assert Workspace.from_config().name == run.experiment.workspace.name
        run.tag("from", "inside")
        run.add_properties({"seed": 1})
        with open("outputs/model.txt", "w") as file:
            file.write("weights")
        child = run.child_run("fold")
        child.tag("fold", "1")
        child.complete()
        with run:
            pass
        run.complete()
        print("status after complete:", run.get_status())
        """,
    )

    run = experiment.submit(ScriptRunConfig(source, "train.py"))
    details = run.wait_for_completion(raise_on_error=False)

    log = driver_log(run)
    assert details["status"] == "Completed", log
    assert f"experiment an-experiment workspace {experiment.workspace.name}" in log
    assert "status after complete: Running" in log
    assert run.tags == {"from": "inside"}
    assert run.properties["seed"] == "1"
    assert "outputs/model.txt" in run.get_file_names()
    assert [(child.display_name, child.tags, child.get_status()) for child in run.get_children()] == [
        ("fold", {"fold": "1"}, "Completed")
    ]


def test_output_is_shown_in_azures_layout(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "print('hello')"), "train.py"))

    details = run.wait_for_completion(show_output=True)

    head = f"RunId: {run.id}\nWeb View: {run.get_portal_url()}\n"
    shown = capsys.readouterr().out
    assert shown.startswith(head)
    assert f"\nStreaming azureml-logs/70_driver_log.txt\n{'=' * 40}\n\n" in shown
    assert "\nhello\n" in shown
    assert shown.endswith(f"\nExecution Summary\n=================\n{head}\n")
    assert details["status"] == "Completed"


def test_a_failed_script_raises_with_its_error(experiment: Experiment, tmp_path: Path) -> None:
    source = script(tmp_path, "open('outputs/partial.txt', 'w').write('x'); raise ValueError('bad alpha')")
    run = experiment.submit(ScriptRunConfig(source, "train.py"))

    with pytest.raises(ActivityFailedException, match="Activity Failed:") as failed:
        run.wait_for_completion()

    assert "ValueError" in failed.value.message
    assert run.get_details()["error"]["error"]["code"] == "UserError"
    assert "outputs/partial.txt" in run.get_file_names(), "what a failed script wrote is kept"


def test_a_failed_script_is_told_when_errors_are_not_raised(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "raise SystemExit(3)"), "train.py"))

    details = run.wait_for_completion(show_output=True, raise_on_error=False)

    assert details["status"] == "Failed"
    assert "\nError:\n{" in capsys.readouterr().out


def test_interrupting_the_stream_leaves_the_run_alone(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "import time; time.sleep(3)"), "train.py"))
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)

    try:
        with pytest.raises(ExperimentExecutionException, match="goes on"):
            run.wait_for_completion(show_output=True)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert run.get_status() not in ("Failed", "Canceled")
    assert run.wait_for_completion()["status"] == "Completed"


def test_cancel_ends_the_script(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "import time; time.sleep(600)"), "train.py"))
    wait_until(lambda: run.get_status() == "Running", what="the script runs")

    run.cancel()

    assert run.wait_for_completion()["status"] == "Canceled"
    assert run.clean() != []
    assert run.clean() == []


def test_fail_from_outside_sets_the_status(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "import time; time.sleep(3)"), "train.py"))
    wait_until(lambda: run.get_status() == "Running", what="the script runs")

    run.fail("enough")

    assert Run(experiment, run.id).get_status() == "Failed"


def test_a_submitted_child_has_its_parent(experiment: Experiment, tmp_path: Path) -> None:
    parent = experiment.start_logging(snapshot_directory=None)

    child = parent.submit_child(ScriptRunConfig(script(tmp_path, "print(1)"), "train.py"), tags={"alpha": "0.1"})
    child.wait_for_completion()

    assert child.parent is not None
    assert child.parent.id == parent.id
    assert [one.id for one in parent.get_children(type="azureml.scriptrun")] == [child.id]


def test_a_command_is_run_by_the_shell_with_the_environments_variables(experiment: Experiment, tmp_path: Path) -> None:
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    environment.environment_variables["GREETING"] = "hello"
    source = script(tmp_path, "")

    run = experiment.submit(
        ScriptRunConfig(source, command=["echo $GREETING", "from", "the shell"], environment=environment)
    )
    run.wait_for_completion()

    assert "\nhello from the shell\n" in driver_log(run)
    assert (run.get_environment().name, run.get_environment().version) == ("mine", "1")
    assert run.get_details()["runDefinition"]["environment"]["environmentVariables"]["GREETING"] == "hello"
    assert Environment.get(experiment.workspace, "mine").version == "1"  # submitting registers, as in Azure


def test_the_interpreter_is_the_submitters_own_unless_named(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "import sys; print(sys.executable)"), "train.py"))
    run.wait_for_completion()

    assert f"\n{sys.executable}\n" in driver_log(run)


def test_reopened_and_listed_runs_are_script_runs(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(script(tmp_path, "print(1)"), "train.py"), run_id="my-own-id")
    run.wait_for_completion()

    assert run.id == "my-own-id"
    assert type(experiment.workspace.get_run("my-own-id")) is ScriptRun
    assert [type(one) for one in experiment.get_runs(type="azureml.scriptrun")] == [ScriptRun]


def test_a_run_config_that_is_given_wins_and_says_what_is_ignored(
    experiment: Experiment, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = RunConfiguration(script="train.py", arguments=["from-config"])
    source = script(tmp_path, "import sys; print(sys.argv[1:])")

    run = experiment.submit(ScriptRunConfig(source, run_config=config, compute_target="somewhere-else"))
    run.wait_for_completion()

    assert "compute_target is ignored" in caplog.text
    assert "\n['from-config']\n" in driver_log(run)


def interpreter(path: str) -> Environment:
    environment = Environment("elsewhere")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = path
    return environment


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"script": "absent.py"}, UserErrorException, "absent.py"),
        ({"script": "../outside.py"}, UserErrorException, "inside the folder"),
        ({"script": "/etc/hostname"}, UserErrorException, "inside the folder"),
        ({"script": None}, UserErrorException, "nothing to run"),
        ({"script": "train.py", "source_directory": "nowhere"}, UserErrorException, "nowhere"),
        ({"script": "train.py", "compute_target": "cpu-cluster"}, ComputeTargetException, "cpu-cluster"),
        ({"script": "train.py", "environment": interpreter("/no/such/python")}, UserErrorException, "/no/such/python"),
        (
            {"script": "train.py", "distributed_job_config": MpiConfiguration(4, node_count=2)},
            UserErrorException,
            "several nodes need a cluster",
        ),
        (
            {"script": "train.py", "distributed_job_config": PyTorchConfiguration("Gloo", 4, 2)},
            UserErrorException,
            "process_count says how many",
        ),
        (
            {"script": "train.py", "distributed_job_config": PyTorchConfiguration("Gloo", 0)},
            UserErrorException,
            "whole number from 1 to",
        ),
        (
            {"script": "train.py", "distributed_job_config": PyTorchConfiguration("Carrier pigeon")},
            UserErrorException,
            "communicator 'Carrier pigeon' is not known",
        ),
        ({"script": "train.py", "arguments": [["nested"]]}, UserErrorException, "nested"),
        ({"script": "train.py", "arguments": ["a\0b"]}, UserErrorException, "character"),
    ],
)
def test_what_cannot_run_is_told_before_anything_is_made(
    experiment: Experiment, tmp_path: Path, given: dict[str, object], error: type[Exception], said: str
) -> None:
    source = script(tmp_path, "print(1)")

    with pytest.raises(error, match=said):
        experiment.submit(ScriptRunConfig(**{"source_directory": source, **given}))  # type: ignore[arg-type]  # mistakes
    assert list(experiment.get_runs()) == []


def test_a_script_and_a_command_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match="not both"):
        ScriptRunConfig(script(tmp_path, ""), script="train.py", command="echo")


def test_arguments_as_one_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match="must be a list"):
        ScriptRunConfig(script(tmp_path, ""), script="train.py", arguments="--alpha 1")


def test_an_unknown_keyword_of_submit_is_a_type_error_as_in_azure(experiment: Experiment, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="show_output"):
        experiment.submit(ScriptRunConfig(script(tmp_path, ""), "train.py"), show_output=True)


def test_a_folder_over_azures_limit_is_a_snapshot_exception(experiment: Experiment, tmp_path: Path) -> None:
    source = script(tmp_path, "print(1)")
    with (tmp_path / "source" / "huge.bin").open("wb") as file:
        file.truncate(301 << 20)  # a sparse file: no byte is written

    with pytest.raises(SnapshotException, match="exceeds the limit of 300"):
        experiment.submit(ScriptRunConfig(source, "train.py"))


def test_the_limit_can_be_lifted(experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AML_SNAPSHOT_NO_FILE_LIMIT", "1")
    source = script(tmp_path, "print(1)")
    for number in range(2001):
        (tmp_path / "source" / f"f{number}").touch()

    began = time.monotonic()
    assert experiment.submit(ScriptRunConfig(source, "train.py")).get_snapshot_id()
    assert time.monotonic() - began < 20


def test_without_snapshot_project_the_run_keeps_no_snapshot_and_runs_all_the_same(
    experiment: Experiment, tmp_path: Path
) -> None:
    """Slow: runs a job."""
    config = ScriptRunConfig(script(tmp_path, "print('ran')"), "train.py")
    config.run_config.history.snapshot_project = False

    run = experiment.submit(config)
    run.wait_for_completion()

    assert run.get_status() == "Completed"
    assert run.get_snapshot_id() is None
    assert "ContentSnapshotId" not in run.properties
    with pytest.raises(UserErrorException, match="no snapshot"):
        run.restore_snapshot()


def test_several_processes_run_here_and_the_first_ones_log_is_shown(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = script(
        tmp_path,
        """
        import os
        from azureml.core import Run
        run = Run.get_context()
        run.log("from rank " + os.environ["RANK"], os.environ["AZUREML_FRAMEWORK"] == "PyTorch")
        print("I am", os.environ["RANK"], "of", os.environ["WORLD_SIZE"], os.environ["AZUREML_COMMUNICATOR"])
        """,
    )
    run = experiment.submit(
        ScriptRunConfig(source, "train.py", distributed_job_config=PyTorchConfiguration("Gloo", process_count=2))
    )
    details = run.wait_for_completion(show_output=True)

    assert "Streaming azureml-logs/70_driver_log_0.txt\n====" in (shown := capsys.readouterr().out)
    assert "I am 0 of 2 Gloo" in shown
    assert "I am 1 of 2 Gloo" in run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log_1.txt"]
    assert set(run.get_metrics()) == {"from rank 0", "from rank 1"}
    definition = details["runDefinition"]
    assert (definition["framework"], definition["communicator"]) == ("PyTorch", "Gloo")
    assert definition["pytorch"]["processCount"] == 2


def test_the_older_ways_to_ask_for_several_processes_work(experiment: Experiment, tmp_path: Path) -> None:
    older = RunConfiguration(framework="PyTorch", communicator="Nccl")
    older.pytorch.process_count = 2
    source = script(tmp_path, "import os; print(os.environ['RANK'], os.environ['LOCAL_RANK'])")

    run = experiment.submit(ScriptRunConfig(source, "train.py", run_config=older))

    assert run.wait_for_completion()["status"] == "Completed"
    assert "azureml-logs/70_driver_log_1.txt" in run.get_file_names()


def test_tensorflow_counts_workers_and_servers_of_this_machine(experiment: Experiment, tmp_path: Path) -> None:
    source = script(tmp_path, "import os; print(os.environ['TF_CONFIG'])")

    run = experiment.submit(
        ScriptRunConfig(source, "train.py", distributed_job_config=TensorflowConfiguration(2, parameter_server_count=0))
    )

    assert run.wait_for_completion()["status"] == "Completed"
    assert [name for name in run.get_file_names() if "70_driver" in name] == [
        "azureml-logs/70_driver_log_worker_0.txt",
        "azureml-logs/70_driver_log_worker_1.txt",
    ]


def test_a_process_count_without_a_communicator_is_ignored_and_said_so(
    experiment: Experiment, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = RunConfiguration()
    config.mpi.process_count_per_node = 4

    run = experiment.submit(ScriptRunConfig(script(tmp_path, "print('one')"), "train.py", run_config=config))

    assert run.wait_for_completion()["status"] == "Completed"
    assert "a process count is ignored" in caplog.text
    assert "azureml-logs/70_driver_log.txt" in run.get_file_names()
