"""SDK v1's command line, against a real server; `azml` itself is started where exit codes count."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from azureml._cli.main import azml
from azureml.core import Environment, Experiment, Run, RunConfiguration, Workspace

Azml = Callable[..., Result]


@pytest.fixture
def invoke(workspace: Workspace) -> Azml:
    """`azml …` in this process; --workspace-name goes with every command that knows it."""

    def invoke(group: str, command: str, *arguments: str) -> Result:
        line = [group, command, "-w", workspace.name, *arguments]
        return CliRunner(catch_exceptions=False).invoke(azml, line)

    return invoke


def answer(result: Result) -> dict[str, Any]:  # Any: JSON
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def answers(result: Result) -> list[Any]:  # Any: JSON
    assert result.exit_code == 0, result.output
    told: list[Any] = json.loads(result.stdout)
    return told


def interactive(workspace: Workspace, **tags: str) -> Run:
    with Experiment(workspace, "exp").start_logging(outputs=False, snapshot_directory=None) as run:
        run.set_tags(tags)
    return run


def test_runs_are_listed_newest_first_with_v1s_filters(invoke: Azml, workspace: Workspace) -> None:
    first, second = interactive(workspace, a="1"), interactive(workspace, b="2")
    Experiment(workspace, "other").start_logging(outputs=False, snapshot_directory=None).cancel()

    def ids(*arguments: str) -> list[str]:
        return [one["runId"] for one in answers(invoke("run", "list", *arguments))]

    assert ids("-e", "exp") == [second.id, first.id]
    assert ids("-e", "exp", "--last", "1") == [second.id]
    assert ids("--tags", "a") == ids("--tags", "a=1") == [first.id]
    assert ids("--tags", "a=2") == []
    assert len(ids("--status", "Canceled")) == 1
    assert len(ids()) == 3
    assert ids("--compute-target-name", "nowhere") == []


def test_the_minimal_list_has_v1s_seven_facts(invoke: Azml, workspace: Workspace, tmp_path: Path) -> None:
    run = interactive(workspace, a="1")

    [told] = answers(invoke("run", "list", "--minimal", "-t", str(tmp_path / "told.json")))

    assert list(told) == ["RunId", "RunType", "Status", "StartTime", "EndTime", "Target", "Tags"]
    assert (told["RunId"], told["Status"], told["Tags"]) == (run.id, "Completed", {"a": "1"})
    assert json.loads((tmp_path / "told.json").read_text()) == [told]


def test_a_run_is_shown_tagged_and_canceled(invoke: Azml, workspace: Workspace) -> None:
    run = Experiment(workspace, "exp").start_logging(outputs=False, snapshot_directory=None)

    assert answer(invoke("run", "show", "-r", run.id))["experimentName"] == "exp"
    assert answer(invoke("run", "update", "-r", run.id, "--add-tag", "k=a=b", "--add-tag", "bare"))["tags"] == {
        "k": "a=b",
        "bare": None,
    }
    assert invoke("run", "cancel", "-r", run.id).stdout == "Experiment run canceled successfully.\n"
    assert run.get_status() == "Canceled"


def test_a_script_is_submitted_from_an_attached_folder_followed_and_its_logs_downloaded(
    invoke: Azml, workspace: Workspace, tmp_path: Path
) -> None:
    """Slow: runs a real job."""
    (tmp_path / "train.py").write_text("import sys\nprint('got', sys.argv[1:])\n")
    attached = answer(invoke("folder", "attach", "-e", "exp"))
    assert attached["Workspace name"] == workspace.name
    assert sorted(one.name for one in (tmp_path / ".azureml").iterdir()) == [
        "conda_dependencies.yml",
        "config.json",
        "docker.runconfig",
        "local.runconfig",
    ]

    done = invoke("run", "submit-script", "-c", "local", "-e", "exp", "train.py", "--alpha", "0.5", "-r", "x")

    assert done.exit_code == 0
    assert "got ['--alpha', '0.5', '-r', 'x']" in done.stdout
    told = json.loads(done.stdout[done.stdout.index("\n{") :])
    assert told["status"] == "Completed"
    assert told["runDefinition"]["arguments"] == ["--alpha", "0.5", "-r", "x"]
    followed = invoke("run", "monitor-logs", "-r", told["runId"])
    assert "got ['--alpha'" in followed.stdout
    paths = answers(invoke("run", "download-logs", "-r", told["runId"], "-d", str(tmp_path / "logs")))
    assert any("got ['--alpha'" in Path(path).read_text() for path in paths)


def test_the_sample_configurations_are_loaded_and_are_not_written_over(invoke: Azml, tmp_path: Path) -> None:
    answer(invoke("folder", "attach"))
    assert RunConfiguration.load(str(tmp_path), "docker").docker.use_docker is True
    assert ".azureml" in (tmp_path / ".amlignore").read_text().splitlines()
    mine = tmp_path / ".azureml" / "local.runconfig"
    mine.write_text("script: mine.py\n")

    answer(invoke("folder", "attach"))

    assert mine.read_text() == "script: mine.py\n"


def test_environments_are_scaffolded_registered_listed_and_downloaded(
    invoke: Azml, workspace: Workspace, tmp_path: Path
) -> None:
    answer(invoke("environment", "scaffold", "-n", "mine", "-d", str(tmp_path / "new")))
    conda = tmp_path / "new" / "conda_dependencies.yml"
    assert yaml.safe_load(conda.read_text())["name"] == "project_environment"

    assert answer(invoke("environment", "register", "-d", str(tmp_path / "new")))["version"] == "1"

    listed = answers(invoke("environment", "list"))
    assert listed[0]["name"] == "mine"
    assert "AzureML-sklearn-1.5" in [one["name"] for one in listed]
    assert answer(invoke("environment", "show", "-n", "mine", "-v", "1"))["name"] == "mine"
    answer(invoke("environment", "download", "-n", "mine", "-d", str(tmp_path / "copy")))
    assert Environment.load_from_directory(str(tmp_path / "copy")).version == "1"


def test_experiments_are_listed(invoke: Azml, workspace: Workspace) -> None:
    interactive(workspace)

    assert [one["name"] for one in answers(invoke("experiment", "list"))] == ["exp"]


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("azml")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run", "show", "-r", "absent"], 1, "azml: "),
        (["run", "submit-script", "-e", "exp", "-c", "absent", "t.py"], 1, "no run configuration 'absent'"),
        (["run", "submit-pipeline", "-p", "x", "y"], 1, "azml run submit-pipeline is not in this version"),
        (["computetarget", "attach", "--name", "x"], 1, "azml computetarget .* is not in this version"),
        (["run", "list", "--last", "none"], 2, "Invalid value"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_what_is_refused_is_one_line_and_v1s_exit_code(
    workspace: Workspace, arguments: list[str], code: int, said: str
) -> None:
    """Slow: starts a process each."""
    done = started(*arguments)

    assert done.returncode == code, done.stderr
    assert re.search(said, done.stderr)
    assert "Traceback" not in done.stderr
