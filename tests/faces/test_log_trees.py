"""Golden trees: for each kind of run, the files that it has and no others; docs/guide/logs.md tells of each."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment, Run, ScriptRunConfig
from azureml.core.conda_dependencies import CondaDependencies
from runstead.testing.servers import wait_until
from tests.registries import Registry, running_registry

GUIDE = Path(__file__).parents[2] / "docs/guide/logs.md"
BUILD_LOG = "azureml-logs/20_image_build_log.txt"
CONTROL_LOG = "azureml-logs/60_control_log.txt"
EXECUTION_LOG = "azureml-logs/55_azureml-execution-<node>.txt"
OF_A_JOB = [
    CONTROL_LOG,
    "azureml-logs/65_job_prep-<node>.txt",
    "azureml-logs/70_driver_log.txt",
    "azureml-logs/75_job_post-<node>.txt",
    "azureml-logs/process_info.json",
    "azureml-logs/process_status.json",
    "logs/azureml/<pid>_azureml.log",
    "logs/azureml/job_prep_azureml.log",
    "logs/azureml/job_release_azureml.log",
]
SCRIPT = "open('outputs/model.txt', 'w').write('m'); open('logs/mine.log', 'w').write('l'); import sys; sys.exit(%d)"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as opened:
        opened.add("tiny", "1.0")
        yield opened


def tree(run: Run) -> list[str]:
    """The names of a run's files, without what differs from machine to machine."""
    names = [
        re.sub(r"(55_azureml-execution|65_job_prep|75_job_post)-[\w.-]+\.txt", r"\1-<node>.txt", n)
        for n in run.get_file_names()
    ]
    return sorted(re.sub(r"/\d+_azureml\.log", "/<pid>_azureml.log", name) for name in names)


def submitted(experiment: Experiment, tmp_path: Path, environment: Environment | None = None, code: int = 0) -> Run:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(SCRIPT % code)
    return experiment.submit(ScriptRunConfig(str(folder), "train.py", environment=environment))


def with_packages(registry: Registry, *pip: str) -> Environment:
    environment = Environment("built")
    environment.python.conda_dependencies = CondaDependencies.create(
        pip_indexurl=registry.url,
        pip_packages=list(pip),
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
    return environment


def test_a_script_with_the_interpreter_that_is_there(experiment: Experiment, tmp_path: Path) -> None:
    run = submitted(experiment, tmp_path)
    run.wait_for_completion()

    assert tree(run) == sorted([*OF_A_JOB, "logs/mine.log", "outputs/model.txt"])


def test_a_script_that_fails_has_the_same_files(experiment: Experiment, tmp_path: Path) -> None:
    run = submitted(experiment, tmp_path, code=3)
    run.wait_for_completion(raise_on_error=False)

    assert (run.get_status(), tree(run)) == ("Failed", sorted([*OF_A_JOB, "logs/mine.log", "outputs/model.txt"]))


def test_a_run_that_built_its_environment_and_one_that_reused_it(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    environment = with_packages(registry, "tiny==1.0")
    for more in ([BUILD_LOG], []):
        run = submitted(experiment, tmp_path, environment)
        run.wait_for_completion()
        assert tree(run) == sorted([*more, *OF_A_JOB, "logs/mine.log", "outputs/model.txt"])


def test_a_run_whose_environment_cannot_be_solved_has_the_build_and_control_log(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    run = submitted(experiment, tmp_path, with_packages(registry, "tiny==7"))
    run.wait_for_completion(raise_on_error=False)

    assert tree(run) == [BUILD_LOG, CONTROL_LOG]


def test_a_run_whose_environment_is_refused_has_only_the_control_log(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    run = submitted(experiment, tmp_path, with_packages(registry, "-e ."))
    run.wait_for_completion(raise_on_error=False)

    assert tree(run) == [CONTROL_LOG]


def test_a_run_that_is_cancelled_while_it_builds_has_only_the_build_log(
    experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    registry.add("slow", "1.0")
    registry.waiting.clear()
    registry.gate.clear()
    run = submitted(experiment, tmp_path, with_packages(registry, "slow==1.0"))
    assert registry.waiting.wait(30)
    wait_until(lambda: BUILD_LOG in run.get_file_names(), what="the build log is there")
    run.cancel()
    wait_until(lambda: run.get_status() == "Canceled", what="the run is cancelled")
    registry.gate.set()

    assert tree(run) == [BUILD_LOG]


def test_an_interactive_run_has_what_it_logs_and_nothing_else(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    run.log("loss", 1.0)
    run.complete()

    assert tree(run) == []


def test_the_guide_tells_of_every_file() -> None:
    told = GUIDE.read_text()

    assert [name for name in [BUILD_LOG, EXECUTION_LOG, *OF_A_JOB] if f"`{name}`" not in told] == []
