"""SDK v1's run inside of a job, in real processes: with a server, without one, and ended by force."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from azureml.core import Experiment, Run
from runstead.testing.servers import RealServer, wait_until


def free_address() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def job_variables(run: Run, folder: Path, *, url: str | None = None) -> dict[str, str]:
    """What the driver sets for the script of this run."""
    place = run.experiment.workspace._place
    token = place.connection.call("POST", f"{place.path}/runs/{run.id}/token", {})["token"]
    return {
        "AZUREML_RUN_ID": run.id,
        "AZUREML_RUN_TOKEN": token,
        "AZUREML_SERVICE_ENDPOINT": url or place.connection.url,
        "AZUREML_ARM_PROJECT_NAME": run.experiment.name,
        "AZUREML_ARM_WORKSPACE_NAME": place.name,
        "AZUREML_ARM_SUBSCRIPTION": "a-subscription",
        "AZUREML_ARM_RESOURCEGROUP": "a-group",
        "RUNSTEAD_JOURNAL_DIR": str(folder / "journal"),
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
    }


def start(code: str, variables: Mapping[str, str], folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from azureml.core import Run\nrun = Run.get_context()\n" + textwrap.dedent(code)],
        env=variables,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output(code: str, variables: Mapping[str, str], folder: Path) -> str:
    process = start(code, variables, folder)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0, told
    return told


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(outputs=False, snapshot_directory=None)


def test_the_context_is_one_object_and_knows_where_it_is(run: Run, tmp_path: Path) -> None:
    told = output(
        """
        print(run is Run.get_context(), run.id, run.experiment.name, run.experiment.workspace.subscription_id)
        """,
        job_variables(run, tmp_path),
        tmp_path,
    )

    assert told.split() == ["True", run.id, "an-experiment", "a-subscription"]


@pytest.mark.parametrize("missing", ["AZUREML_RUN_ID", "AZUREML_RUN_TOKEN", "AZUREML_ARM_PROJECT_NAME"])
def test_with_one_variable_missing_it_is_an_offline_run(run: Run, tmp_path: Path, missing: str) -> None:
    variables = job_variables(run, tmp_path)
    del variables[missing]

    assert output("print(type(run).__name__)", variables, tmp_path).strip() == "_OfflineRun"


def test_metrics_tags_and_files_arrive_and_the_status_is_the_runners(run: Run, tmp_path: Path) -> None:
    output(
        """
        for n in range(3):
            run.log("loss", 1 / (n + 1))
        run.tag("from", "inside")
        open("model.txt", "w").write("weights")
        run.upload_file("outputs/model.txt", "model.txt")
        run.complete()
        run.fail("no")
        run.cancel()
        """,
        job_variables(run, tmp_path),
        tmp_path,
    )

    assert run.get_metrics() == {"loss": [1.0, 0.5, 1 / 3]}
    assert run.tags == {"from": "inside"}
    assert run.get_file_names() == ["outputs/model.txt"]
    assert run.get_status() == "Running"


def test_a_script_that_never_flushes_has_its_metrics_read_all_the_same(run: Run, tmp_path: Path) -> None:
    output("run.log('m', 1)\nrun.log_row('r', x=1, y=2)", job_variables(run, tmp_path), tmp_path)

    assert run.get_metrics() == {"m": 1, "r": {"x": 1, "y": 2}}


def test_without_a_server_the_script_logs_and_ends_well_and_soon(run: Run, tmp_path: Path) -> None:
    began = time.monotonic()

    told = output(
        "for n in range(100): run.log('m', n)\nrun.complete()\nprint('the end')",
        job_variables(run, tmp_path, url=free_address()),
        tmp_path,
    )

    assert "the end" in told
    assert "delivered later" in told
    assert list((tmp_path / "journal" / run.id).glob("*.journal")), "it waits for whoever ships it"
    assert time.monotonic() - began < 60


def test_forked_processes_log_and_tag_side_by_side(run: Run, tmp_path: Path) -> None:
    output(
        """
        import multiprocessing

        def work(number):
            for n in range(20):
                run.log(f"m{number}", n)
                run.tag(f"t{number}", str(n))

        run.tag("parent", "connected")  # so that there is a socket that must not be shared
        children = [multiprocessing.get_context("fork").Process(target=work, args=(n,)) for n in range(4)]
        for child in children:
            child.start()
        work(4)
        for child in children:
            child.join()
            assert child.exitcode == 0, child.exitcode
        """,
        job_variables(run, tmp_path),
        tmp_path,
    )

    wait_until(lambda: len(run.get_metrics()) == 5, what="the metrics of all five processes have arrived")
    assert run.get_metrics() == {f"m{number}": list(range(20)) for number in range(5)}
    assert run.tags == {"parent": "connected", **{f"t{number}": "19" for number in range(5)}}


def test_the_run_token_writes_to_its_own_run_only(experiment: Experiment, run: Run, tmp_path: Path) -> None:
    other = experiment.start_logging(outputs=False, snapshot_directory=None)

    told = output(
        f"""
        from azureml.exceptions import ServiceException
        child = run.child_run("mine")
        child.tag("may", "yes")
        try:
            run.experiment.workspace.get_run("{other.id}").tag("may", "no")
        except ServiceException as error:
            print(error.status_code)
        """,
        job_variables(run, tmp_path),
        tmp_path,
    )

    assert told.split() == ["403"]
    assert other.tags == {}


def test_what_was_logged_before_sigkill_is_read_by_others(run: Run, tmp_path: Path, at_home: RealServer) -> None:
    process = start(
        "import time\nfor n in range(1000): run.log('m', n)\nprint('logged', flush=True)\ntime.sleep(60)",
        job_variables(run, tmp_path),
        tmp_path,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "logged\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()

    synced = subprocess.run(
        [sys.executable, "-m", "runstead.cli.main", "sync", str(tmp_path / "journal")],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "RUNSTEAD_HOME": str(at_home.home)},
        check=False,
    )

    assert synced.returncode == 0, synced.stdout + synced.stderr
    wait_until(lambda: run.get_metrics() == {"m": list(range(1000))}, what="all points are there, once")
