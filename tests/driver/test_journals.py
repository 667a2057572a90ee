"""Points that a script logged and could not send any more arrive with its job."""

from pathlib import Path

import pytest

from runstead.client.metrics import load_series
from runstead.testing.servers import RealServer, start_server, stop_server, wait_until
from tests.submissions import Submitted, a_source, submitted

pytestmark = pytest.mark.kill

LOGGER = """
    import os, signal, sys
    from azureml.core import Run
    run = Run.get_context()
    for number in range(5000):
        run.log("loss", number)
    with open("logged", "w") as file:
        file.write("all\\n")
    if sys.argv[1] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
"""
EVERY_POINT = list(range(5000))


def logged(job: Submitted) -> list[object]:
    (series,) = load_series(job.workspace, job.run_id, name="loss")
    return list(series.columns[""])


def test_every_point_of_a_script_that_is_killed_while_it_logs_arrives(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": LOGGER}), arguments=("die",))
    assert job.wait()["status"] == "Failed"
    assert logged(job) == EVERY_POINT
    assert list((job.folder / "journal").rglob("*.journal")) == []


def test_every_point_of_a_script_that_ran_while_the_server_was_down_arrives(tmp_path: Path) -> None:
    home = tmp_path / "home"
    server = start_server(home)
    try:
        wait_then_log = "import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.01)\n"
        script = a_source(tmp_path / "src", {"log.py": LOGGER, "train.py": wait_then_log + "import log\n"})
        job = submitted(server, script, arguments=("die",))
        job.wait("Running")
        server.kill()
        (job.folder / "work" / "go").touch()
        wait_until((job.folder / "work" / "logged").exists, what="the script has logged everything")
        job = job.at(start_server(home))
        job.wait()
        assert logged(job) == EVERY_POINT
    finally:
        stop_server(home)
