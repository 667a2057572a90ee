"""Jobs in real containers, from `submit` to their logs: podman runs them, the driver looks after them."""

import itertools
import json
import os
import signal
from pathlib import Path
from typing import NamedTuple

import pytest

from azureml.core import Environment, Experiment, Run, ScriptRunConfig, Workspace
from azureml.core.runconfig import DockerConfiguration, MpiConfiguration, PyTorchConfiguration
from runstead.domain.records import RESOURCES
from runstead.launch.containers import name_of
from runstead.testing.servers import RealServer, running_server, start_server, stop_server, wait_until
from tests.engines import BASE_IMAGE, Podman, build_mpi_image
from tests.machine import NO_MPIRUN, OPEN_MPI, skip_without
from tests.submissions import is_running

CONTROL_LOG = "azureml-logs/60_control_log.txt"
DRIVER_LOG = "azureml-logs/70_driver_log.txt"
MPI_LOG = "azureml-logs/70_mpi_log.txt"
_numbers = itertools.count()


def in_image(image: str = BASE_IMAGE) -> Environment:
    """An environment that is an image with a Python of its own."""
    environment = Environment.from_docker_image("boxed", image)
    environment.environment_variables = {"COLOUR": "blue and $green"}
    return environment


def submitted(
    boxed: Experiment,
    text: str,
    *arguments: str,
    environment: Environment | None = None,
    docker: DockerConfiguration | None = None,
    limit_s: int = 2_592_000,
) -> Run:
    folder = Path("source")
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(text)
    return boxed.submit(
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
        "shm": os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize,
        "hidden": sorted(name for name in os.environ if name.startswith(("DOCKER", "CONTAINERS", "RUNSTEAD_TOKEN")))}
open("outputs/seen.json", "w").write(json.dumps(seen | {name: os.environ.get(name) for name in names}))
print("the loss is", 0.5, "in", run.id)
"""


def test_a_script_runs_in_the_image_it_names_with_the_sdk_and_the_jobs_surroundings(
    boxed: Experiment, podman: Podman
) -> None:
    run = submitted(boxed, SEES, "--alpha", "$COLOUR", docker=DockerConfiguration(use_docker=True, shm_size="64m"))
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details.get("error"), log_of(run), execution_log(run))
    assert run.get_metrics() == {"loss": 0.5}
    run.download_file("outputs/seen.json", "seen.json")
    seen = json.loads(Path("seen.json").read_text())
    assert (seen["cwd"], seen["argv"], seen["uid"]) == ("/azureml-run", ["--alpha", "blue and $green"], os.getuid())
    assert (seen["COLOUR"], seen["AZUREML_RUN_ID"], seen["hidden"]) == ("blue and $green", run.id, [])
    assert seen["shm"] == 64 << 20
    assert seen["python"] == "/usr/bin/python3"
    assert f"the loss is 0.5 in {run.id}" in log_of(run)
    assert not podman.has_container(name_of(run.id))


def started(run: Run, text: str = "ready") -> None:
    wait_until(lambda: text in log_of(run), what=f"{text!r} is in the log of {run.id}", timeout_s=60)


def test_a_cancelled_container_hears_of_it_first_and_is_gone(boxed: Experiment, podman: Podman) -> None:
    text = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('asked to end', flush=True), sys.exit(5)))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    run = submitted(boxed, text)
    started(run)
    run.cancel()

    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    assert "asked to end" in log_of(run)
    assert not podman.has_container(name_of(run.id))


def test_a_container_that_will_not_end_is_killed(
    boxed: Experiment, podman: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = in_image()
    environment.environment_variables = {"AZUREML_RUN_KILL_SIGNAL_TIMEOUT_SEC": "1"}
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    text = f"{deaf}; print('ready', flush=True); time.sleep(600)"
    run = submitted(boxed, text, environment=environment)
    started(run)
    run.cancel()

    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    assert not podman.has_container(name_of(run.id))


def test_a_container_that_runs_too_long_is_ended(boxed: Experiment, podman: Podman) -> None:
    run = submitted(boxed, "import time; print('ready', flush=True); time.sleep(600)", limit_s=2)
    details = run.wait_for_completion(raise_on_error=False)

    assert (details["status"], details["error"]["error"]["code"]) == ("Canceled", "MaxRunDurationExceeded")
    assert not podman.has_container(name_of(run.id))


WAITS = """
import os, sys, time
print("ready", flush=True)
while not os.path.exists("go"):
    time.sleep(0.02)
print("gone on", flush=True)
sys.exit(7)
"""


def go(server: RealServer, run: Run) -> None:
    (server.home / "jobs" / run.id / "work" / "go").touch()


def processes_of(server: RealServer, run: Run, *names: str) -> list[int]:
    folder = server.home / "jobs" / run.id
    found = [(name, json.loads((folder / name.partition(":")[0]).read_text())) for name in names]
    return [fact[name.partition(":")[2]] for name, fact in found]


DRIVER, KEEPER, RUNNER = "driver.json:pid", "script.json:keeper_pid", "script.json:pid"


@pytest.mark.kill
@pytest.mark.parametrize("killed", [(DRIVER, KEEPER), (DRIVER, KEEPER, RUNNER)])
def test_a_container_is_found_again_whoever_looked_after_it_was_killed(
    boxed: Experiment, contained_server: RealServer, podman: Podman, killed: tuple[str, ...]
) -> None:
    run = submitted(boxed, WAITS)
    started(run)
    pids = processes_of(contained_server, run, *killed)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, pids)), what="they are gone")
    taken = "A new driver with process id"
    wait_until(lambda: taken in log_of(run, CONTROL_LOG), what="a new driver has taken over", timeout_s=60)
    go(contained_server, run)
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Failed"
    assert "exit code 7" in details["error"]["error"]["message"]
    assert log_of(run).count("gone on") == 1
    assert not podman.has_container(name_of(run.id))


@pytest.mark.kill
def test_a_container_outlives_its_server_and_is_delivered_by_the_next(
    podman: Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in podman.variables.items():
        monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    monkeypatch.setenv("RUNSTEAD_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    server = start_server(home)
    try:
        run = submitted(Experiment(Workspace.from_config(), "killed"), WAITS)
        started(run)
        server.kill()
        go(server, run)
        start_server(home)
        details = run.wait_for_completion(raise_on_error=False)

        assert "exit code 7" in details["error"]["error"]["message"]
        assert not podman.has_container(name_of(run.id))
    finally:
        stop_server(home)


def test_a_container_that_needs_more_memory_than_it_may_is_told_as_such(boxed: Experiment) -> None:
    limits = DockerConfiguration(use_docker=True, arguments=["--memory", "64m", "--memory-swap=64m"])
    run = submitted(boxed, "print(len(bytearray(300 << 20)))", docker=limits)
    details = run.wait_for_completion(raise_on_error=False)

    assert "signal 9 (SIGKILL); the machine may have run out of memory" in details["error"]["error"]["message"]


def test_powerful_docker_arguments_are_refused_in_preparing(boxed: Experiment) -> None:
    run = submitted(boxed, "print(1)", docker=DockerConfiguration(use_docker=True, arguments=["-v", "/etc:/etc"]))
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Failed"
    assert "the docker argument -v gives a container rights" in details["error"]["error"]["message"]
    assert "RUNSTEAD_DOCKER_ARGUMENTS=any" in log_of(run, CONTROL_LOG)
    assert sorted(run.get_file_names()) == [CONTROL_LOG]


def test_an_image_that_cannot_be_had_fails_in_preparing_with_the_reason(boxed: Experiment) -> None:
    run = submitted(boxed, "print(1)", environment=in_image("127.0.0.1:9/nobody/has-it:1"))
    details = run.wait_for_completion(raise_on_error=False)

    message = details["error"]["error"]["message"]
    assert message.startswith("the environment 'boxed' could not be prepared: the registry of the image 127.0.0.1:9/")
    assert "Pulling 127.0.0.1:9/nobody/has-it:1" in execution_log(run)


def test_a_job_without_any_engine_fails_with_what_would_do(experiment: Experiment) -> None:
    run = submitted(experiment, "print(1)")

    assert run.wait_for_completion(raise_on_error=False)["status"] == "Failed"
    assert "there is no container engine: RUNSTEAD_ENGINE=none says" in log_of(run, CONTROL_LOG)


def test_a_job_without_any_engine_runs_without_a_container_if_that_is_permitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("RUNSTEAD_HOME", str(home))
    monkeypatch.setenv("RUNSTEAD_ENGINE", "none")
    monkeypatch.setenv("RUNSTEAD_WITHOUT_ENGINE", "venv")
    monkeypatch.chdir(tmp_path)
    with running_server(home):
        run = submitted(Experiment(Workspace.from_config(), "bare"), "import os; print('at', os.getcwd())")
        assert run.wait_for_completion(raise_on_error=False)["status"] == "Completed"
        assert "WARNING: there is no container engine" in log_of(run, CONTROL_LOG)
        assert f"at {home}/jobs/{run.id}/work" in log_of(run)


def test_what_a_containers_own_processes_use_is_measured(boxed: Experiment, contained_server: RealServer) -> None:
    environment = in_image()
    environment.environment_variables = {"RUNSTEAD_RESOURCES_S": "0.1"}
    text = "import os\nblock = b'x' * (96 << 20)\nwhile not os.path.exists('go'):\n    sum(range(20000))"
    run = submitted(boxed, text, environment=environment)
    place = f"{run._place.path}/runs/{run.id}/metrics"

    def used() -> dict[str, float]:
        told = run._place.connection.call("GET", place, query={"name": RESOURCES})["series"]
        return {column["name"]: column["max"] or 0 for one in told for column in one["columns"]}

    wait_until(lambda: used().get("memory_bytes", 0) > 96 << 20, what="its memory is seen", timeout_s=60)
    wait_until(lambda: used()["cpu_percent"] > 5, what="its CPU time is seen", timeout_s=60)
    assert 2 <= used()["process_count"] <= 4  # the shell and the script
    go(contained_server, run)
    assert run.wait_for_completion()["status"] == "Completed"


RANKED = """
import os, signal, sys, time
from azureml.core import Run
names = ("RANK", "WORLD_SIZE") if "RANK" in os.environ else ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE")
rank, count, word = *map(os.environ.get, names), sys.argv[2]
signal.signal(signal.SIGTERM, lambda *_: (print("asked to end", flush=True), sys.exit(5)))
print("rank", rank, "of", count, "in", os.getcwd(), sys.argv[1:], flush=True)
Run.get_context().log(f"rank {rank}", int(rank))
while rank == "0" and word != "ends":
    time.sleep(0.02)
sys.exit(3 if word == "fails" else 0)
"""


class Kind(NamedTuple):
    """A way to start several processes."""

    config: PyTorchConfiguration | MpiConfiguration
    image: str
    rank: str
    other_logs: list[str]


@pytest.fixture(params=["pytorch", "mpi"])
def kind(request: pytest.FixtureRequest) -> Kind:
    if request.param == "pytorch":
        return Kind(PyTorchConfiguration("Gloo", process_count=2), BASE_IMAGE, "$RANK", [])
    image: str = request.getfixturevalue("mpi_image")
    return Kind(MpiConfiguration(process_count_per_node=2), image, "$OMPI_COMM_WORLD_RANK", [MPI_LOG])


@pytest.fixture(scope="session")
def mpi_image(podman: Podman) -> str:
    if not (OPEN_MPI / "bin/mpirun").exists():
        skip_without(NO_MPIRUN)
    build_mpi_image(podman, "localhost/runstead-tests:mpi")
    return "localhost/runstead-tests:mpi"


def ranked(boxed: Experiment, word: str, kind: Kind) -> Run:
    """Two processes in one container."""
    Path("source").mkdir(exist_ok=True)
    Path("source/train.py").write_text(RANKED)
    config = ScriptRunConfig(
        "source",
        "train.py",
        arguments=[kind.rank, word],
        environment=in_image(kind.image),
        distributed_job_config=kind.config,
        docker_runtime_config=DockerConfiguration(use_docker=True),
    )
    return boxed.submit(config)


def log_of_rank(run: Run, rank: int) -> str:
    return log_of(run, f"azureml-logs/70_driver_log_{rank}.txt")


def test_several_processes_run_in_one_container_each_with_its_log(
    boxed: Experiment, podman: Podman, kind: Kind
) -> None:
    run = ranked(boxed, "ends", kind)
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details["error"], log_of_rank(run, 0), log_of(run, MPI_LOG))
    for rank in (0, 1):
        assert f"rank {rank} of 2 in /azureml-run ['{rank}', 'ends']" in log_of_rank(run, rank)
    assert run.get_metrics() == {"rank 0": 0, "rank 1": 1}
    of_processes = [f"azureml-logs/70_driver_log_{rank}.txt" for rank in (0, 1)]
    assert [name for name in run.get_file_names() if "/70_" in name] == [*of_processes, *kind.other_logs]
    assert not podman.has_container(name_of(run.id))


@pytest.mark.parametrize("kind", ["mpi"], indirect=True)  # what runs PyTorch's is the same without a container
def test_all_processes_of_a_container_end_when_one_fails_and_the_run_says_which(boxed: Experiment, kind: Kind) -> None:
    run = ranked(boxed, "fails", kind)
    message = run.wait_for_completion(raise_on_error=False)["error"]["error"]["message"]

    assert "rank 1 of 2, the first that failed" in message
    assert "exit code 3" in message


def test_the_processes_of_a_cancelled_container_hear_of_it_first(boxed: Experiment, kind: Kind) -> None:
    run = ranked(boxed, "waits", kind)
    wait_until(lambda: "rank 0 of 2" in log_of_rank(run, 0), what="rank 0 runs", timeout_s=60)
    run.cancel()

    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"
    assert "asked to end" in log_of_rank(run, 0)


def test_an_image_without_mpirun_is_told_with_what_would_do(boxed: Experiment) -> None:
    run = ranked(boxed, "ends", Kind(MpiConfiguration(process_count_per_node=2), BASE_IMAGE, "0", []))
    details = run.wait_for_completion(raise_on_error=False)

    message = details["error"]["error"]["message"]
    assert message.startswith("train.py could not be started: mpirun, which starts")
    assert "openmpi-bin" in message
