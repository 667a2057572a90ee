"""Jobs in real containers, from `submit` to their logs: podman runs them, the driver looks after them."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment, Run, ScriptRunConfig, Workspace
from azureml.core.runconfig import DockerConfiguration
from runstead.testing.servers import RealServer, running_server
from tests.engines import BASE_IMAGE, Podman

CONTROL_LOG = "azureml-logs/60_control_log.txt"
DRIVER_LOG = "azureml-logs/70_driver_log.txt"
_numbers = itertools.count()


@pytest.fixture(scope="module")
def contained_server(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that finds podman's socket in its environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in podman.variables.items():
            patch.setenv(name, value)
        with running_server(tmp_path_factory.mktemp("contained") / "home") as started:
            yield started


@pytest.fixture
def experiment(contained_server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    monkeypatch.setenv("RUNSTEAD_HOME", str(contained_server.home))
    monkeypatch.chdir(tmp_path)
    return Experiment(Workspace("a-subscription", "a-group", f"boxes{next(_numbers)}"), "contained")


def in_image(image: str = BASE_IMAGE) -> Environment:
    """An environment that is an image with a Python of its own."""
    environment = Environment.from_docker_image("boxed", image)
    environment.environment_variables = {"COLOUR": "blue and $green"}
    return environment


def submitted(
    experiment: Experiment,
    text: str,
    *arguments: str,
    environment: Environment | None = None,
    docker: DockerConfiguration | None = None,
    limit_s: int = 2_592_000,
) -> Run:
    folder = Path("source")
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(text)
    return experiment.submit(
        ScriptRunConfig(
            str(folder),
            "train.py",
            arguments=list(arguments),
            environment=environment or in_image(),
            docker_runtime_config=docker or DockerConfiguration(use_docker=True),
            max_run_duration_seconds=limit_s,
        )
    )


def log_of(run: Run, name: str = DRIVER_LOG) -> str:
    return str(run.get_details_with_logs()["logFiles"].get(name, ""))


def execution_log(run: Run) -> str:
    logs = run.get_details_with_logs()["logFiles"]
    return "".join(text for name, text in logs.items() if "55_azureml-execution-" in name)


SEES = """
import json, os, sys
from azureml.core import Run
run = Run.get_context()
run.log("loss", 0.5)
os.makedirs("outputs", exist_ok=True)
names = ("COLOUR", "AZUREML_RUN_ID", "PYTHONPATH", "RUNSTEAD_HOME", "MLFLOW_RUN_ID")
seen = {"cwd": os.getcwd(), "argv": sys.argv[1:], "uid": os.getuid(), "python": sys.executable,
        "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize, "release": os.path.exists("/etc/debian_version"),
        "hidden": sorted(name for name in os.environ if name.startswith(("DOCKER", "CONTAINERS", "RUNSTEAD_TOKEN")))}
open("outputs/seen.json", "w").write(json.dumps(seen | {name: os.environ.get(name) for name in names}))
print("the loss is", 0.5, "in", run.id)
"""


def test_a_script_runs_in_the_image_it_names_with_the_sdk_and_the_jobs_surroundings(
    experiment: Experiment, podman: Podman
) -> None:
    run = submitted(experiment, SEES, "--alpha", "$COLOUR", docker=DockerConfiguration(use_docker=True, shm_size="64m"))
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details.get("error"), log_of(run), execution_log(run))
    assert run.get_metrics() == {"loss": 0.5}
    run.download_file("outputs/seen.json", "seen.json")
    seen = __import__("json").loads(Path("seen.json").read_text())
    assert (seen["cwd"], seen["argv"], seen["uid"]) == ("/azureml-run", ["--alpha", "blue and $green"], os.getuid())
    assert (seen["COLOUR"], seen["AZUREML_RUN_ID"], seen["hidden"]) == ("blue and $green", run.id, [])
    assert seen["shm"] == 64 << 20
    assert seen["python"] == "/usr/bin/python3"
    assert f"the loss is 0.5 in {run.id}" in log_of(run)
    assert podman.containers() == []
