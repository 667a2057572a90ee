"""Environments with packages, from `submit` to the script that imports them: real builds, real jobs."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment, Run, RunConfiguration, ScriptRunConfig, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.exceptions import UserErrorException
from runstead.testing.servers import running_server, start_server, stop_server, wait_until
from tests.condas import a_channel, a_program
from tests.machine import skip_without
from tests.registries import PASSWORD, Registry, a_wheel, running_registry

BUILD_LOG = "azureml-logs/20_image_build_log.txt"
CONTROL_LOG = "azureml-logs/60_control_log.txt"
SCRIPT = "import tiny, sys; print('tiny', tiny.__version__, 'of', sys.prefix)"


@pytest.fixture(scope="module")
def shared_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        yield registry


@pytest.fixture
def registry(shared_registry: Registry) -> Registry:
    """With a version of `tiny` that no other test and no cache has seen."""
    shared_registry.waiting.clear()
    shared_registry.needs_password = False
    shared_registry.add("tiny", f"1.{time.time_ns()}")
    return shared_registry


def source(tmp_path: Path, text: str = SCRIPT) -> str:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(text)
    return str(folder)


def config(registry: Registry, *pip: str, url: str = "") -> RunConfiguration:
    """As public notebooks write it."""
    made = RunConfiguration()
    made.environment.name = "myenv"
    made.environment.python.conda_dependencies = CondaDependencies.create(
        pip_indexurl=url or registry.url,
        pip_packages=list(pip) or [registry.newest],
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
    return made


def log_of(run: Run, name: str) -> str:
    return str(run.get_details_with_logs()["logFiles"].get(name, ""))


def test_a_conda_specification_of_public_notebooks_runs_with_the_sdk_in_its_environment(
    experiment: Experiment, tmp_path: Path
) -> None:
    """The one test that asks the machine's own package index, as users do."""
    environment = Environment("myenv")
    environment.python.conda_dependencies = CondaDependencies.create(conda_packages=["six"])
    text = "import six; from azureml.core import Run; Run.get_context().log('six', six.__version__)"

    run = experiment.submit(ScriptRunConfig(source(tmp_path, text), "train.py", environment=environment))
    details = run.wait_for_completion(raise_on_error=False)

    if "cannot be reached" in str(details.get("error")):
        skip_without("no package index can be reached")
    assert details["status"] == "Completed", details.get("error")
    assert run.get_metrics()["six"].startswith("1.")
    assert "azureml-defaults: answered by Runstead" in log_of(run, CONTROL_LOG)


def test_a_build_log_is_there_only_when_something_was_built(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    first = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry)))
    first.wait_for_completion()
    second = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry)))
    second.wait_for_completion()

    assert "Built because" in log_of(first, BUILD_LOG)
    assert "+ tiny==" in log_of(first, BUILD_LOG)
    assert BUILD_LOG not in second.get_file_names()
    assert f"Reused from run {first.id}" in log_of(second, CONTROL_LOG)
    assert "environments/" in log_of(second, "azureml-logs/70_driver_log.txt")
    assert second.get_environment().name == "myenv"


def test_a_run_is_preparing_and_its_log_grows_while_its_environment_is_built(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    registry.gate.clear()
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry)))
    assert registry.waiting.wait(30)
    wait_until(lambda: "Resolved" in log_of(run, BUILD_LOG), what="the build's first lines are in the run")
    assert run.get_status() == "Preparing"

    plain = experiment.submit(ScriptRunConfig(source(tmp_path, "print(1)"), "train.py"))
    assert plain.wait_for_completion()["status"] == "Completed"

    assert run.get_status() == "Preparing"
    registry.gate.set()
    assert run.wait_for_completion()["status"] == "Completed"


def test_a_run_can_be_cancelled_while_its_environment_is_built(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    registry.gate.clear()
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry)))
    assert registry.waiting.wait(30)
    run.cancel()

    wait_until(lambda: run.get_status() == "Canceled", what="the run is cancelled")
    registry.gate.set()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nosuchpackage", "nosuchpackage was not found"),
        ("tiny --index-url http://evil.example.org", "options as lines of their own"),
        ("tiny @ file:///etc/passwd", "names a file of one machine"),
        ("-e .", "editable"),
    ],
)
def test_what_cannot_be_built_fails_in_preparing_with_the_reason(
    experiment: Experiment, registry: Registry, tmp_path: Path, line: str, said: str
) -> None:
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry, line)))
    details = run.wait_for_completion(raise_on_error=False)

    message = details["error"]["error"]["message"]
    assert details["status"] == "Failed"
    assert message.startswith("the environment 'myenv' could not be built: ")
    assert said in message.splitlines()[0]
    assert message.splitlines()[0] in log_of(run, CONTROL_LOG)
    assert "azureml-logs/70_driver_log.txt" not in run.get_file_names()


def test_the_tail_of_the_build_log_is_in_the_error(experiment: Experiment, registry: Registry, tmp_path: Path) -> None:
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry, "tiny==0.5")))
    details = run.wait_for_completion(raise_on_error=False)

    first, second, *tail = details["error"]["error"]["message"].splitlines()
    assert "no version of tiny==0.5" in first
    assert second == f"The last lines of {BUILD_LOG}:"
    assert any("No solution found" in line for line in tail)


def test_a_private_index_s_password_is_in_no_log_and_in_no_answer(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    registry.needs_password = True
    url = registry.url.replace("://", f"://me:{PASSWORD}@")
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry, url=url)))
    details = run.get_details_with_logs() if run.wait_for_completion() else {}

    assert details["status"] == "Completed"
    assert PASSWORD not in str(details)
    assert "****@" in repr(run.get_environment())
    assert not [path for path in tmp_path.rglob("*.txt") if PASSWORD in path.read_text()]


def test_a_build_that_a_killed_server_left_is_begun_again_by_the_next(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("RUNSTEAD_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    server = start_server(home)
    try:
        registry.gate.clear()
        run = submitted_here(registry, tmp_path)
        assert registry.waiting.wait(30)
        server.kill()
        threading.Timer(0.5, registry.gate.set).start()
        start_server(home)
        assert run.wait_for_completion()["status"] == "Completed"
        log = log_of(run, BUILD_LOG)
        assert (log.count("Built because"), log.count("Built environment")) == (2, 1)
    finally:
        stop_server(home)


def submitted_here(registry: Registry, tmp_path: Path) -> Run:
    experiment = Experiment(Workspace.from_config(), "killed")
    return experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry)))


def test_an_environment_with_a_python_that_nobody_has_is_refused_when_strict(
    experiment: Experiment, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNSTEAD_STRICT_PYTHON", "1")
    asked = config(registry)
    asked.environment.python.conda_dependencies = CondaDependencies.create(python_version="3.99")
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=asked))

    details = run.wait_for_completion(raise_on_error=False)

    assert "there is no Python 3.99" in details["error"]["error"]["message"]


def test_pip_and_python_of_a_command_are_the_environments(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    run = experiment.submit(
        ScriptRunConfig(
            source(tmp_path),
            command=["python -c 'import tiny, sys, os; print(sys.prefix == os.environ[\"VIRTUAL_ENV\"])'"],
            environment=config(registry).environment,
        )
    )
    run.wait_for_completion()

    assert "\nTrue\n" in log_of(run, "azureml-logs/70_driver_log.txt")
    assert subprocess.run([sys.executable, "-c", "import tiny"], capture_output=True, check=False).returncode == 1


def test_a_job_runs_in_the_environment_that_conda_made_as_if_it_were_activated(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a server of its own, whose owner chose the program (tests/condas.py stands in for it)."""
    a_channel(registry.folder / "channel")
    monkeypatch.setenv("RUNSTEAD_SOLVER", str(a_program(tmp_path / "programs", "micromamba")))
    monkeypatch.setenv("CONDA_PKGS_DIRS", str(tmp_path / "packages"))
    monkeypatch.setenv("RUNSTEAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    environment = config(registry).environment
    asked = environment.python.conda_dependencies
    assert asked is not None
    asked.add_channel(registry.channel)
    for channel in ("anaconda", "conda-forge"):  # v1's own
        asked.remove_channel(channel)
    asked.add_conda_package("jq")
    text = "import os, tiny; print('jq', os.environ['JQ_HOME'], 'VIRTUAL_ENV' in os.environ)"
    with running_server(tmp_path / "home"):
        experiment = Experiment(Workspace.from_config(), "boxed")
        run = experiment.submit(
            ScriptRunConfig(source(tmp_path, text), command=["jq && python train.py"], environment=environment)
        )
        run.wait_for_completion()

        said = log_of(run, "azureml-logs/70_driver_log.txt")
        prefix = re.search(r"^(\S+)/lib$", said, re.MULTILINE)
        assert prefix is not None, said
        assert f"jq {prefix[1]}/share/jq False" in said
        assert "solver micromamba" in log_of(run, CONTROL_LOG)


def test_an_environment_is_built_by_hand_with_its_log_on_the_screen(
    workspace: Workspace, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = config(registry).environment

    details = environment.build(workspace).wait_for_completion(show_output=True)

    shown = capsys.readouterr().out
    assert details.status == "Succeeded"
    assert details.get_log() in shown
    assert "Built environment" in shown
    assert shown.endswith("Image Build Status: Succeeded\n")
    assert "Reused from build-" in environment.build_local(workspace)


def test_a_build_by_hand_that_fails_is_told_as_v1_tells_it(workspace: Workspace, registry: Registry) -> None:
    assert config(registry, "tiny==0.5").environment.build(workspace).wait_for_completion(False).status == "Failed"
    with pytest.raises(UserErrorException, match="was not built"):
        config(registry, "tiny==0.5").environment.build_local(workspace)
    with pytest.raises(UserErrorException, match="editable"):
        config(registry, "-e .").environment.build(workspace)
    plain = Environment("plain")
    plain.python.user_managed_dependencies = True
    with pytest.raises(UserErrorException, match="nothing to build"):
        plain.build(workspace)


def test_a_private_wheel_is_given_to_the_workspace_and_installed_from_there(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    wheel = a_wheel(tmp_path, "mine", "2.0", needs=["tiny"])
    url = Environment.add_private_pip_wheel(experiment.workspace, str(wheel))
    other = Environment.add_private_pip_wheel(experiment.workspace, str(a_wheel(tmp_path, "another", "1.0")))
    asked = config(registry, url)
    packages = asked.environment.python.conda_dependencies
    assert packages is not None
    packages.add_pip_package(other)
    text = "import mine, another, tiny; print('mine', mine.__version__, 'another', another.__version__)"
    run = experiment.submit(ScriptRunConfig(source(tmp_path, text), "train.py", run_config=asked))
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details["error"], log_of(run, BUILD_LOG))
    assert "mine 2.0 another 1.0" in log_of(run, "azureml-logs/70_driver_log.txt")
    assert "(from file:" in log_of(run, BUILD_LOG)
    with pytest.raises(UserErrorException, match=r"has a wheel mine-2\.0-py3-none-any\.whl already"):
        Environment.add_private_pip_wheel(experiment.workspace, str(wheel))
    assert Environment.add_private_pip_wheel(experiment.workspace, str(wheel), exist_ok=True) == url
    changed = a_wheel(tmp_path, "mine", "2.0", size_bytes=9)
    assert Environment.add_private_pip_wheel(experiment.workspace, str(changed), exist_ok=True) != url


def test_a_wheel_of_another_workspace_is_not_there_for_this_one(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    elsewhere = Workspace("a-subscription", "a-group", f"{experiment.workspace.name}-other")
    url = Environment.add_private_pip_wheel(elsewhere, str(a_wheel(tmp_path, "mine", "3.0")))
    run = experiment.submit(ScriptRunConfig(source(tmp_path), "train.py", run_config=config(registry, url)))
    details = run.wait_for_completion(raise_on_error=False)

    assert "the wheel mine-3.0-py3-none-any.whl is not in the workspace" in details["error"]["error"]["message"]
