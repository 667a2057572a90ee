"""Jobs outlive what started them: real servers, real drivers, real scripts, killed with SIGKILL."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from runstead.client import local
from runstead.client.runs import cancel_run
from runstead.domain.errors import Conflict
from runstead.domain.plans import EXIT
from runstead.testing.servers import RealServer, is_root, running_server, start_server, stop_server, wait_until
from tests.submissions import Submitted, a_source, is_running, submitted

pytestmark = pytest.mark.kill

# Prints until ./enough is there, then leaves an output and fails or not as told.
PATIENT = """
    import os, sys, time
    with open("pid", "w") as file:
        file.write(f"{os.getpid()}\\n")
    number = 0
    while not os.path.exists("enough"):
        print(f"line {number}", flush=True)
        number += 1
        time.sleep(0.01)
    open("outputs/last.txt", "w").write("last")
    sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One for all tests that leave it alive."""
    with running_server(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    stop_server(tmp_path / "home")


def driver_of(job: Submitted) -> int:
    return int(json.loads((job.folder / "driver.json").read_text())["pid"])


def has_other_driver(job: Submitted, pid: int) -> bool:
    return driver_of(job) != pid


def patient_job(server: RealServer, folder: Path, exit_code: int = 0) -> tuple[Submitted, int]:
    """A job whose script waits for ./enough, and the script's pid."""
    job = submitted(server, a_source(folder / "src", {"train.py": PATIENT}), arguments=(str(exit_code),))
    pid = int(job.wait_for_file("pid"))
    wait_until((job.folder / "script.json").exists, what="the keeper has written of its script")
    return job, pid


def finish(job: Submitted) -> dict[str, object]:
    (job.folder / "work" / "enough").touch()
    return job.wait()


def assert_whole(job: Submitted) -> None:
    """Every line once, in order, and the output is there."""
    lines = job.output().splitlines()
    assert lines == [f"line {number}" for number in range(len(lines))]
    assert job.log() == (job.folder / "logs/azureml-logs/70_driver_log.txt").read_text()
    assert job.artifact("outputs/last.txt") == b"last"


def test_a_script_survives_its_server_and_a_new_server_ends_its_run_properly(home: Path, tmp_path: Path) -> None:
    server = start_server(home)
    job, pid = patient_job(server, tmp_path)
    job.wait("Running")
    server.kill()
    assert is_running(pid)
    job = job.at(start_server(home))
    assert job.run()["status"] == "Running"
    assert finish(job)["status"] == "Completed"
    assert_whole(job)


def test_a_script_that_ends_while_no_server_lives_is_delivered_by_the_next(home: Path, tmp_path: Path) -> None:
    """The driver's patience is short here, so that it has gone when the server comes back."""
    server = start_server(home)
    source = a_source(tmp_path / "src", {"train.py": PATIENT})
    job = submitted(server, source, arguments=("3",), variables={"RUNSTEAD_DRIVER_PATIENCE_S": "0.2"})
    job.wait_for_file("pid")
    driver = driver_of(job)
    server.kill()
    (job.folder / "work" / "enough").touch()
    wait_until(lambda: not is_running(driver), what="the driver has given up")
    assert json.loads((job.folder / "result.json").read_text())["exit_code"] == 3
    job = job.at(start_server(home))
    run = job.wait()
    assert (run["status"], "exit code 3" in run["error"]["message"]) == ("Failed", True)
    assert_whole(job)


@pytest.mark.parametrize(("exit_code", "status"), [(0, "Completed"), (4, "Failed")])
def test_a_script_survives_its_driver_and_a_new_driver_knows_how_it_ended(
    server: RealServer, tmp_path: Path, exit_code: int, status: str
) -> None:
    job, pid = patient_job(server, tmp_path, exit_code)
    first = driver_of(job)
    os.kill(first, signal.SIGKILL)
    assert is_running(pid)
    wait_until(lambda: driver_of(job) != first, what="a new driver has taken the job up")
    assert finish(job)["status"] == status
    assert_whole(job)


@pytest.mark.parametrize(("exit_code", "status"), [(0, "Completed"), (4, "Failed")])
def test_a_script_survives_its_keeper_and_the_driver_knows_how_it_ended(
    server: RealServer, tmp_path: Path, exit_code: int, status: str
) -> None:
    job, pid = patient_job(server, tmp_path, exit_code)
    os.kill(json.loads((job.folder / "script.json").read_text())["keeper_pid"], signal.SIGKILL)
    assert is_running(pid)
    assert finish(job)["status"] == status
    assert_whole(job)


def test_a_keeper_killed_while_it_writes_the_exit_code_down_takes_it_to_no_grave(
    server: RealServer, tmp_path: Path
) -> None:
    job, pid = patient_job(server, tmp_path, 4)
    keeper = json.loads((job.folder / "script.json").read_text())["keeper_pid"]
    os.mkfifo(job.folder / f".{EXIT}.{keeper}")  # the keeper's draft: opening it waits for a reader that never comes
    (job.folder / "work" / "enough").touch()
    wait_until(lambda: not is_running(pid), what="the script has ended")
    os.kill(keeper, signal.SIGKILL)
    run = job.wait()
    assert (run["status"], "exit code 4" in run["error"]["message"]) == ("Failed", True)
    assert_whole(job)


def test_a_script_that_ends_while_no_driver_lives_keeps_its_exit_code(home: Path, tmp_path: Path) -> None:
    server = start_server(home)
    job, pid = patient_job(server, tmp_path, 5)
    server.kill()  # so that no new driver comes at once
    os.kill(driver_of(job), signal.SIGKILL)
    (job.folder / "work" / "enough").touch()
    wait_until(lambda: not is_running(pid), what="the script has ended")
    job = job.at(start_server(home))
    run = job.wait()
    assert (run["status"], "exit code 5" in run["error"]["message"]) == ("Failed", True)
    assert_whole(job)


def test_a_job_whose_processes_all_died_with_the_server_is_failed_in_words(home: Path, tmp_path: Path) -> None:
    server = start_server(home)
    job, pid = patient_job(server, tmp_path)
    keeper = json.loads((job.folder / "script.json").read_text())["keeper_pid"]
    server.kill()
    for victim in (driver_of(job), keeper, pid):
        os.kill(victim, signal.SIGKILL)
    job = job.at(start_server(home))
    run = job.wait()
    assert run["status"] == "Failed"
    assert "ended unseen" in run["error"]["message"]


def test_a_script_survives_the_process_that_submitted_it(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": PATIENT})
    root = str(Path(__file__).parents[2])
    program = f"""
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from runstead.testing.servers import RealServer
from tests.submissions import submitted
server = RealServer(Path({str(server.home)!r}), {server.url!r}, 0)
submitted(server, Path({str(source)!r}), arguments=("0",), run_id="mine")
print("submitted", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as submitter:
        assert submitter.stdout is not None
        assert submitter.stdout.readline() == "submitted\n"
        submitter.kill()
    job = Submitted(server.home, "mine", server.connection())
    job.wait_for_file("pid")
    assert finish(job)["status"] == "Completed"
    assert_whole(job)


def test_a_job_can_be_cancelled_while_its_server_is_down(home: Path, tmp_path: Path) -> None:
    server = start_server(home)
    job, pid = patient_job(server, tmp_path)
    server.kill()
    (job.folder / "cancel").touch()
    wait_until(lambda: not is_running(pid), what="the script is ended")
    job = job.at(start_server(home))
    assert job.wait()["status"] == "Canceled"


def test_a_job_whose_driver_died_can_be_cancelled(server: RealServer, tmp_path: Path) -> None:
    job, pid = patient_job(server, tmp_path)
    os.kill(driver_of(job), signal.SIGKILL)
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"
    assert not is_running(pid)


def test_a_driver_that_is_killed_again_and_again_loses_and_doubles_no_byte(server: RealServer, tmp_path: Path) -> None:
    job, _ = patient_job(server, tmp_path)
    for _ in range(3):
        victim = driver_of(job)
        wait_until(lambda: job.log() != "", what="something was shipped")
        os.kill(victim, signal.SIGKILL)
        wait_until(partial(has_other_driver, job, victim), what="a new driver has taken over")
    assert finish(job)["status"] == "Completed"
    assert_whole(job)


def test_a_job_that_is_cancelled_as_soon_as_it_is_submitted_ends_canceled(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": PATIENT}), arguments=("0",))
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"


def test_a_snapshot_that_the_disk_cannot_hold_fails_the_run_in_words(home: Path, tmp_path: Path) -> None:
    """A file system of 1 MB is mounted where job folders are made."""
    server = start_server(home)
    jobs = home / "jobs"
    jobs.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(jobs)]
    if not is_root() or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("this machine lets us mount nothing")
    try:
        source = a_source(tmp_path / "src", {"train.py": "print('never')", "big.txt": "x" * 3_000_000})
        job = submitted(server, source)
        run = job.wait()
        assert run["status"] == "Failed"
        assert "No space left on device" in run["error"]["message"]
        assert "No space left on device" in job.log("azureml-logs/60_control_log.txt")
        assert not job.folder.exists()
    finally:
        subprocess.run(["umount", "--lazy", str(jobs)], check=True)


def test_cleaning_removes_the_folder_of_an_ended_job_only(server: RealServer, tmp_path: Path) -> None:
    job, _ = patient_job(server, tmp_path)
    with pytest.raises(Conflict, match="can be cleaned when it has ended"):
        job.clean()
    finish(job)
    wait_until((job.folder / "shipped.json").exists, what="the driver has delivered everything")
    wait_until(job.is_clean, what="the job's folder can be removed")
    assert not job.folder.exists()


def test_a_second_driver_of_a_job_ends_at_once_and_harms_nothing(server: RealServer, tmp_path: Path) -> None:
    job, pid = patient_job(server, tmp_path)
    drivers = subprocess.run([sys.executable, "-P", "-m", "runstead.driver", str(job.folder)], check=False)
    assert drivers.returncode == 75
    assert is_running(pid)
    assert local.is_locked(server.home)
    assert finish(job)["status"] == "Completed"
    assert_whole(job)
