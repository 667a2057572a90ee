"""Golden trees: for each kind of run, the files that it has and no others; docs/guide/logs.md tells of each."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment, Run, ScriptRunConfig
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.runconfig import MpiConfiguration, PyTorchConfiguration
from azureml.core.script_run_config import Distribution
from runstead.testing.servers import wait_until
from tests.machine import NO_MPIRUN, find_mpirun, skip_without
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
    "logs/azureml/110_azureml.log",
    "logs/azureml/job_prep_azureml.log",
    "logs/azureml/job_release_azureml.log",
    "user_logs/std_log.txt",
]
SDK_LOG = "logs/azureml/<pid>_azureml.log"
OF_SEVERAL = [name for name in OF_A_JOB if not name.endswith(("70_driver_log.txt", "std_log.txt"))]
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
    return sorted(re.sub(r"/(?!110_)\d+_azureml\.log", "/<pid>_azureml.log", name) for name in names)


def submitted(
    experiment: Experiment,
    tmp_path: Path,
    environment: Environment | None = None,
    code: int = 0,
    *,
    text: str = SCRIPT,
    distribution: Distribution | None = None,
) -> Run:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(text % code if "%" in text else text)
    config = ScriptRunConfig(str(folder), "train.py", environment=environment, distributed_job_config=distribution)
    return experiment.submit(config)


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


def test_a_script_that_uses_the_sdk_has_the_sdks_own_log(experiment: Experiment, tmp_path: Path) -> None:
    run = submitted(experiment, tmp_path, text="from azureml.core import Run\nRun.get_context().tag('a', 'b')")
    run.wait_for_completion()

    assert tree(run) == sorted([*OF_A_JOB, SDK_LOG])
    (name,) = [n for n in run.get_file_names() if n.endswith("_azureml.log") and re.search(r"/(?!110)\d+_", n)]
    assert f"this process belongs to run {run.id}" in run.get_details_with_logs()["logFiles"][name]


def test_several_processes_have_a_log_each(experiment: Experiment, tmp_path: Path) -> None:
    run = submitted(experiment, tmp_path, text="", distribution=PyTorchConfiguration("Gloo", process_count=2))
    run.wait_for_completion()

    older = [f"azureml-logs/70_driver_log_{rank}.txt" for rank in (0, 1)]
    newer = [f"user_logs/std_log_process_0{rank}.txt" for rank in (0, 1)]
    assert tree(run) == sorted([*OF_SEVERAL, *older, *newer])


def test_an_mpi_job_has_mpiruns_own_log_beside_them(experiment: Experiment, tmp_path: Path) -> None:
    mpirun = find_mpirun()
    if mpirun is None:
        skip_without(NO_MPIRUN)
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    environment.environment_variables = {"PATH": f"{Path(mpirun).parent}:{os.environ['PATH']}"}
    run = submitted(experiment, tmp_path, environment, text="", distribution=MpiConfiguration(1))
    run.wait_for_completion()

    more = ["azureml-logs/70_driver_log_0.txt", "azureml-logs/70_mpi_log.txt", "user_logs/std_log_process_00.txt"]
    assert tree(run) == sorted([*OF_SEVERAL, *more])


def test_the_script_s_output_has_both_names_everywhere(experiment: Experiment, tmp_path: Path) -> None:
    run = submitted(experiment, tmp_path, text="print('hello')")
    run.wait_for_completion()

    logs = run.get_details_with_logs()["logFiles"]
    assert "hello" in logs["user_logs/std_log.txt"]
    assert logs["user_logs/std_log.txt"] == logs["azureml-logs/70_driver_log.txt"]
    run.download_file("user_logs/std_log.txt", str(tmp_path / "std.txt"))
    assert (tmp_path / "std.txt").read_text() == logs["user_logs/std_log.txt"]
    fetched = {Path(path).name for path in run.get_all_logs(str(tmp_path / "all"))}
    assert {"std_log.txt", "70_driver_log.txt"} <= fetched


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

    others = [SDK_LOG, "azureml-logs/70_driver_log_<rank>.txt", "azureml-logs/70_mpi_log.txt"]
    assert [name for name in [BUILD_LOG, EXECUTION_LOG, *OF_A_JOB, *others] if f"`{name}`" not in told] == []
