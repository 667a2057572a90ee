"""What ended processes left in the home arrives without anybody asking for it."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runstead.client.session import Session
from runstead.domain.columns import decode_columns
from runstead.server.sweep import Sweeper, sweep
from runstead.testing.servers import House, RealServer, start_server, wait_until

RUN = "/api/v1/workspaces/default/runs"


def a_run(house: House, run_id: str) -> None:
    house.http.post(RUN, json={"run_id": run_id, "experiment": "e"}).raise_for_status()


def leave_behind(folder: Path, run_id: str, *values: float) -> None:
    """A journal whose writer is gone."""
    session = Session(run_id, directory=folder, ship=None)
    session.log_list("a", values)
    session.close()


def values(house: House, run_id: str) -> list[object]:
    content = house.http.get(f"{RUN}/{run_id}/metrics/values").content
    return [value for series in decode_columns(content) for value in series.columns[""]]


def test_a_sweep_takes_in_the_journals_of_interactive_processes_and_of_jobs(house: House) -> None:
    home = house.unit.settings.home
    a_run(house, "r1")
    a_run(house, "r2")
    leave_behind(home / "journal", "r1", 1.0, 2.0)
    leave_behind(home / "jobs" / "r2" / "journal", "r2", 3.0)
    assert [one.state for one in sweep(house.unit)] == ["delivered", "delivered"]
    assert (values(house, "r1"), values(house, "r2")) == ([1.0, 2.0], [3.0])
    assert list(home.rglob("*.journal")) == []


def test_a_sweep_leaves_living_processes_and_unknown_runs_alone(house: House) -> None:
    home = house.unit.settings.home
    a_run(house, "r1")
    living = Session("r1", directory=home / "journal", ship=None)
    living.log_scalar("a", 1.0)
    leave_behind(home / "journal", "unknown", 2.0)
    assert sorted(one.state for one in sweep(house.unit)) == ["failed", "in use"]
    assert len(list(home.rglob("*.journal"))) == 2
    living.close()


def test_a_sweeper_tells_of_a_journal_it_cannot_take_in_only_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    leave_behind(house.unit.settings.home / "journal", "unknown", 2.0)
    sweeper = Sweeper(house.unit)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            sweeper.tell(sweep(house.unit))
    assert len([r for r in caplog.records if "unknown" in r.message]) == 1


def test_a_server_takes_in_what_was_left_while_it_was_down(server: RealServer) -> None:
    """Slow: two real servers, one after the other."""
    connection = server.connection()
    connection.call("POST", RUN, {"run_id": "r1", "experiment": "e"})
    server.kill()
    leave_behind(server.home / "journal", "r1", 1.0, 2.0)
    again = start_server(server.home).connection()
    wait_until(lambda: not list(server.home.rglob("*.journal")), what="the server has taken the journal in")
    [series] = decode_columns(again.send("GET", f"{RUN}/r1/metrics/values").body)
    assert list(series.columns[""]) == [1.0, 2.0]


START = """
import os, sys
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "e").start_logging(snapshot_directory=None, outputs=False)
run.log("a", 1.0)
print(run.id, flush=True)
sys.stdin.readline()
"""


def test_a_killed_script_fails_its_run_and_a_stopped_one_does_not(server: RealServer, tmp_path: Path) -> None:
    """Slow: starts an interpreter, and waits for the sweeper to come by twice."""
    variables = {**os.environ, "RUNSTEAD_HOME": str(server.home)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    scripts = [
        subprocess.Popen([sys.executable, "-c", START], env=variables, cwd=tmp_path, text=True, **pipes)  # type: ignore[call-overload]  # pipes
        for _ in range(2)
    ]
    killed, stopped = scripts
    try:
        ids = [script.stdout.readline().strip() for script in scripts]
        connection = server.connection()
        stopped.send_signal(signal.SIGSTOP)
        killed.kill()
        killed.wait()
        wait_until(
            lambda: connection.call("GET", f"{RUN}/{ids[0]}")["status"] == "Failed", what="the killed one has failed"
        )
        run = connection.call("GET", f"{RUN}/{ids[0]}")
        assert run["error"]["code"] == "WriterGone"
        assert connection.call("GET", f"{RUN}/{ids[1]}")["status"] == "Running"
        [series] = decode_columns(connection.send("GET", f"{RUN}/{ids[0]}/metrics/values").body)
        assert series.columns[""] == [1.0]
    finally:
        for script in scripts:
            script.kill()
            script.wait()
            script.stdin.close()
            script.stdout.close()
