"""What the SDK says to itself in a job is kept in a file, and nobody sees more of it on a terminal than before."""

import subprocess
import sys
from pathlib import Path

import pytest

from runstead.client.config import sdk_log_of

PROGRAM = """
import logging, sys
from pathlib import Path
from runstead.client.diagnostics import keep_log
{before}
keep_log(Path(sys.argv[1]))
{after}
logging.getLogger("azureml.core.run").debug("a detail")
logging.getLogger("runstead.client.jobs").warning("a warning")
logging.getLogger("runstead.client.connection").debug("a request")
"""


def said(log: Path, *, before: str = "", after: str = "") -> tuple[str, str]:
    """(the file, what was printed)"""
    program = PROGRAM.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program, str(log)], capture_output=True, text=True, check=True)
    return (log.read_text() if log.is_file() else ""), done.stderr


def test_details_are_kept_and_only_warnings_are_seen(tmp_path: Path) -> None:
    kept, printed = said(tmp_path / "110_azureml.log")
    assert [line.split("|")[1:] for line in kept.splitlines()] == [
        ["azureml.core.run", "DEBUG", "a detail"],
        ["runstead.client.jobs", "WARNING", "a warning"],
    ]
    assert printed == "a warning\n"


@pytest.mark.parametrize(
    ("level", "expected"), [("INFO", ["a warning"]), ("DEBUG", ["a detail", "a warning", "a request"])]
)
def test_a_script_that_configures_logging_sees_what_it_asked_for(
    tmp_path: Path, level: str, expected: list[str]
) -> None:
    chosen = f"logging.basicConfig(level=logging.{level}, format='%(message)s')"
    assert said(tmp_path / "a.log", before=chosen)[1].splitlines() == expected
    assert said(tmp_path / "b.log", after=chosen)[1].splitlines() == expected


def test_a_script_that_silenced_the_sdk_hears_nothing(tmp_path: Path) -> None:
    silent = "[logging.getLogger(n).setLevel(logging.ERROR) for n in ('azureml', 'runstead')]"
    assert said(tmp_path / "a.log", before=silent) == ("", "")


def test_where_the_file_cannot_be_written_the_script_goes_on(tmp_path: Path) -> None:
    kept, printed = said(tmp_path / "no" / "folder" / "a.log")
    assert (kept, printed) == ("", "a warning\n")


def test_only_a_job_has_such_a_log(tmp_path: Path) -> None:
    job = {"AZUREML_LOGDIRECTORY_PATH": str(tmp_path / "azureml-logs"), "RUNSTEAD_JOURNAL_DIR": str(tmp_path)}
    assert sdk_log_of({}) is None
    assert sdk_log_of(job) is None
    (tmp_path / "logs/azureml").mkdir(parents=True)
    found = sdk_log_of(job)
    assert found is not None
    assert found.parent == tmp_path / "logs/azureml"
