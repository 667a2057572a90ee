"""Python's own logging shows what the SDK does, under logger names that users know, and never a token."""

import sys
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment, ScriptRunConfig
from azureml.core._submissions import submit_script
from runstead.testing.servers import RealServer, run_quietly

SCRIPT = """
import logging
logging.basicConfig(level=logging.DEBUG)
from azureml.core import Experiment, Workspace
with open("x.txt", "w") as file:
    file.write("content")
experiment = Experiment(Workspace.from_config(), "logged")
run = experiment.start_logging(snapshot_directory=None)
run.log("loss", 0.5)
run.upload_file("x.txt", "x.txt")
print("RUN", run.id)
run.complete()
"""


def test_debug_shows_each_step_and_each_request_and_no_token(at_home: RealServer, tmp_path: Path) -> None:
    """Slow: starts an interpreter."""
    told = run_quietly([sys.executable, "-c", SCRIPT])
    assert told.returncode == 0, told.stderr
    run_id = told.stdout.split()[1]

    for line in (
        "DEBUG:azureml.core.workspace:no config.json in",
        f"DEBUG:azureml.core._starts:run {run_id} of experiment logged begins",
        f"DEBUG:azureml.core._run_files:run {run_id}: x.txt is uploaded as x.txt",
        f"DEBUG:azureml.core._run_state:run {run_id} becomes Completed",
        "DEBUG:runstead.client.connection:PUT http",
    ):
        assert line in told.stderr
    assert at_home.token not in told.stderr + told.stdout


def test_without_configuration_nothing_but_warnings_is_shown(at_home: RealServer) -> None:
    """Slow: starts an interpreter."""
    told = run_quietly([sys.executable, "-c", SCRIPT.replace("logging.basicConfig(level=logging.DEBUG)", "")])
    assert told.stderr == ""


def test_a_job_that_logs_everything_shows_no_token_and_no_variable(
    at_home: RealServer, experiment: Experiment, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Slow: runs a job."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(
        "import logging, os\n"
        "logging.basicConfig(level=logging.DEBUG)\n"
        "from azureml.core import Run\n"
        "run = Run.get_context()\n"
        "run.log('loss', 0.5)\n"
        "run.tag('seen')\n"
        "run.flush()\n"
        "open('token', 'w').write(os.environ['AZUREML_RUN_TOKEN'])\n"
        "run.upload_file('token', 'token')\n"
    )
    environment = Environment("here")
    environment.python.user_managed_dependencies = True
    config = ScriptRunConfig("src", "train.py", environment=environment)
    config.run_config.environment_variables["PASSWORD"] = "open sesame"

    with caplog.at_level("DEBUG"):
        run = experiment.submit(config)
        run.wait_for_completion()

    run.download_file("token", "token")
    token = Path("token").read_text()
    log = run.get_details_with_logs()["logFiles"]["azureml-logs/70_driver_log.txt"]
    assert "DEBUG:azureml.core.run:this process belongs to run" in log
    assert token not in log
    assert "*" * len(token) not in log  # nor had the driver to hide one
    assert "submitting train.py as run" in caplog.text
    assert "open sesame" not in caplog.text
    assert at_home.token not in caplog.text
    assert submit_script.__module__ in {record.name for record in caplog.records}
