"""What dead scripts left behind reaches the server without anybody's help."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runstead.testing.servers import RealServer, start_server, wait_until

METRICS = "/api/v1/workspaces/default/runs/r1/metrics"
SCRIPT = """
import os, signal, sys
from azureml.core import Experiment, Workspace
run = Experiment(Workspace.from_config(), "e").start_logging(run_id="r1", snapshot_directory=None, outputs=False)
print("made", flush=True)
sys.stdin.readline()
for number in range(1000):
    run.log("loss", number)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.kill
def test_points_that_a_killed_script_logged_while_the_server_was_dead_arrive_when_it_is_back(
    server: RealServer, tmp_path: Path
) -> None:
    """Slow: two servers and a script."""
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, "RUNSTEAD_HOME": str(server.home), "RUNSTEAD_AUTOSTART": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with script:
        assert script.stdout is not None
        assert script.stdin is not None
        assert script.stdout.readline() == "made\n"
        server.kill()
        script.stdin.write("\n")
    assert script.returncode == -9
    assert list((server.home / "journal").rglob("*.journal"))
    connection = start_server(server.home).connection()
    wait_until(lambda: not list((server.home / "journal").rglob("*.journal")), what="the journal is delivered")
    (series,) = connection.call("GET", METRICS)["series"]
    (column,) = series["columns"]
    assert (series["name"], series["count"], column["last"], column["max"]) == ("loss", 1000, 999, 999)
