import sys
from pathlib import Path

import pytest

from runstead.client.config import carried_variables
from runstead.client.jobs import Submission, interpreter_of, submit
from runstead.client.runs import list_runs
from runstead.client.workspaces import Workspace
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError
from runstead.domain.jobs import JobSpec
from runstead.domain.snapshots import SnapshotLimits
from runstead.testing.servers import RealServer
from tests.submissions import Submitted, a_source


def sent(server: RealServer, source: Path, *, script: str = "train.py", python: str = sys.executable) -> None:
    submission = Submission("r1", "e", JobSpec("", "", python, script=script), source)
    submit(Workspace(server.connection(), "default"), submission, home=server.home, limits=SnapshotLimits())


@pytest.mark.parametrize(
    ("script", "python", "kind", "told"),
    [
        ("nothing.py", sys.executable, NotFound, "must be inside it"),
        ("../outside.py", sys.executable, InvalidArgument, "'..'"),
        ("folder", sys.executable, InvalidArgument, "is no file"),
        ("link.py", sys.executable, InvalidArgument, "out of the source_directory"),
        ("train.py", "/nowhere/bin/python", InvalidArgument, "/nowhere/bin/python is not there"),
        ("train.py", "/etc", InvalidArgument, "cannot be executed"),
        ("train.py", "python", InvalidArgument, "absolute path"),
    ],
)
def test_what_could_not_run_is_told_and_nothing_is_written(
    common_server: RealServer, tmp_path: Path, script: str, python: str, kind: type[RunsteadError], told: str
) -> None:
    a_source(tmp_path, {"outside.py": ""})
    source = a_source(tmp_path / "src", {"train.py": "", "folder/a": ""})
    (source / "link.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(kind, match=told.replace(".", r"\.")):
        sent(common_server, source, script=script, python=python)
    assert list(list_runs(Workspace(common_server.connection(), "default"))) == []
    assert not (common_server.home / "cache").exists()
    assert not (common_server.home / "jobs").exists()


def test_plain_python_is_the_interpreter_that_submits(tmp_path: Path) -> None:
    other = tmp_path / "python9"
    other.write_text("")
    other.chmod(0o755)
    found = [
        interpreter_of(name, current="/me/python", search_path=str(tmp_path)) for name in ("python", "", "python9")
    ]
    assert found == ["/me/python", "/me/python", str(other)]
    with pytest.raises(InvalidArgument, match="python8"):
        interpreter_of("python8", current="/me/python", search_path=str(tmp_path))


def test_a_submitters_settings_go_with_the_job_and_its_secrets_do_not() -> None:
    shell = {
        "CUDA_VISIBLE_DEVICES": "1",
        "OMP_NUM_THREADS": "4",
        "PATH": "/mine",
        "HF_HOME": "/cache",
        "HF_TOKEN": "s",
        "AWS_SECRET_ACCESS_KEY": "s",
        "RUNSTEAD_TOKEN": "s",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    kept = {"CUDA_VISIBLE_DEVICES": "1", "OMP_NUM_THREADS": "4", "PATH": "/mine", "HF_HOME": "/cache"}
    assert carried_variables(shell) == kept


def test_carried_variables_reach_the_script_and_its_own_win(server: RealServer, tmp_path: Path) -> None:
    script = "import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['TZ'])"
    spec = JobSpec("", "", sys.executable, script="train.py", environment_variables={"TZ": "UTC"})
    carried = {"OMP_NUM_THREADS": "3", "TZ": "CET"}
    submission = Submission("r1", "e", spec, a_source(tmp_path / "src", {"train.py": script}), carried=carried)
    place = Workspace(server.connection(), "default")
    submit(place, submission, home=server.home, limits=SnapshotLimits())
    job = Submitted(server.home, "r1", place.connection)
    job.wait()
    assert job.output() == "3 UTC\n"
