import json
import os
import signal
import sys
from pathlib import Path

import pytest

from runstead.client.runs import cancel_run
from runstead.client.snapshots import take_snapshot
from runstead.client.workspaces import Workspace
from runstead.domain.jobs import JobSpec, spec_json
from runstead.domain.snapshots import SnapshotLimits
from runstead.testing.servers import RealServer, wait_until
from tests.submissions import Submitted, a_source, is_running, submitted

SLEEPER = """
    import os, time
    print("begun", flush=True)
    with open("pid", "w") as file:
        file.write(f"{os.getpid()}\\n")
    time.sleep(60)
"""


def test_a_script_runs_in_its_snapshot_and_its_run_completes(server: RealServer, tmp_path: Path) -> None:
    source = a_source(
        tmp_path / "src", {"train.py": "import lib.words\nprint(lib.words.HI)", "lib/words.py": "HI = 'hi'"}
    )
    job = submitted(server, source)
    run = job.wait()
    assert (run["status"], run["error"]) == ("Completed", None)
    assert job.output() == "hi\n"
    assert run["properties"]["ContentSnapshotId"] == run["snapshot_id"]


def test_a_script_in_a_folder_can_import_from_the_root_of_its_source(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"steps/train.py": "import words\nprint(words.HI)", "words.py": "HI = 'hi'"})
    job = submitted(server, source, "steps/train.py")
    assert job.wait()["status"] == "Completed"
    assert job.output() == "hi\n"


def test_a_failed_script_keeps_its_outputs_and_says_its_last_error(server: RealServer, tmp_path: Path) -> None:
    script = """
        from pathlib import Path
        Path("outputs/model.bin").write_bytes(bytes(range(256)) * 5000)
        Path("logs/note.txt").write_text("seen")
        raise ValueError("alpha is bad")
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    run = job.wait()
    assert run["status"] == "Failed"
    assert run["error"]["code"] == "UserError"
    assert "ValueError: alpha is bad" in run["error"]["message"]
    assert "exit code 1" in run["error"]["message"]
    assert job.artifact("outputs/model.bin") == bytes(range(256)) * 5000
    assert job.log("logs/note.txt") == "seen"
    assert "The experiment failed. Finalizing run..." in job.log()


def test_the_logs_of_the_catalogue_are_there_and_no_others(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": "print('x')"}))
    job.wait()
    facts = json.loads(job.log("azureml-logs/process_info.json"))
    node = facts["node"]
    assert job.paths() == [
        "azureml-logs/60_control_log.txt",
        f"azureml-logs/65_job_prep-{node}.txt",
        "azureml-logs/70_driver_log.txt",
        f"azureml-logs/75_job_post-{node}.txt",
        "azureml-logs/process_info.json",
        "azureml-logs/process_status.json",
        "logs/azureml/110_azureml.log",
        "logs/azureml/job_prep_azureml.log",
        "logs/azureml/job_release_azureml.log",
        "user_logs/std_log.txt",
    ]
    last = json.loads(job.log("azureml-logs/process_status.json").splitlines()[-1])
    assert (last["status"], last["exit_code"]) == ("Completed", 0)


def test_variables_in_arguments_are_expanded_just_before_the_start(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": "import sys\nprint(sys.argv[1:])"})
    job = submitted(
        server,
        source,
        arguments=("--id", "$AZUREML_RUN_ID", "${MINE}/x", "$UNKNOWN"),
        variables={"MINE": "m y"},
    )
    job.wait()
    assert job.output() == f"['--id', '{job.run_id}', 'm y/x', '$UNKNOWN']\n"


def test_a_command_is_run_by_a_shell_with_the_interpreter_first_on_its_path(server: RealServer, tmp_path: Path) -> None:
    command = "wc -l < a.txt && python -c 'import sys; print(sys.prefix)'"
    job = submitted(server, a_source(tmp_path / "src", {"a.txt": "1\n2\n"}), command=command)
    assert job.wait()["status"] == "Completed"
    assert job.output().split() == ["2", sys.prefix]


def test_the_token_of_the_run_is_in_no_log(server: RealServer, tmp_path: Path) -> None:
    script = """
        import os, sys, time
        token = os.environ["AZUREML_RUN_TOKEN"]
        print("token", token)
        sys.stdout.write(token[:40]); sys.stdout.flush()
        time.sleep(0.2)  # so that the first half is seen alone
        print(token[40:])
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    job.wait()
    token = json.loads((job.folder / "plan.json").read_text())["token"]
    assert token not in job.log()
    assert job.output() == f"token {'*' * len(token)}\n{'*' * len(token)}\n"


def test_cancel_ends_the_script_and_keeps_its_outputs(server: RealServer, tmp_path: Path) -> None:
    script = "open('outputs/half.txt', 'w').write('half')\n" + SLEEPER.replace("\n    ", "\n")
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    pid = int(job.wait_for_file("pid"))
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"
    assert not is_running(pid)
    assert job.artifact("outputs/half.txt") == b"half"


def test_cancel_ends_grandchildren_that_ignore_it_and_that_left_the_group(server: RealServer, tmp_path: Path) -> None:
    script = """
        import os, signal, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:          # a daemon: its own session, its parent gone
            os.setsid()
            if os.fork():
                os._exit(0)
            with open("daemon", "w") as file:
                file.write(f"{os.getpid()}\\n")
            time.sleep(60)
        if os.fork() == 0:
            with open("child", "w") as file:
                file.write(f"{os.getpid()}\\n")
            time.sleep(60)
        with open("pid", "w") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(60)
    """
    patience = {"AZUREML_RUN_KILL_SIGNAL_TIMEOUT_SEC": "0.5"}
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}), variables=patience)
    pids = [int(job.wait_for_file(name)) for name in ("pid", "child", "daemon")]
    assert all(is_running(pid) for pid in pids)
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"
    assert [is_running(pid) for pid in pids] == [False, False, False]


def test_a_script_may_save_its_work_when_it_is_asked_to_end(server: RealServer, tmp_path: Path) -> None:
    script = """
        import os, signal, sys, time
        def save(number, frame):
            open("outputs/saved", "w").write("saved")
            sys.exit(0)
        signal.signal(signal.SIGTERM, save)
        with open("pid", "w") as file:
            file.write(f"{os.getpid()}\\n")
        while True:
            time.sleep(0.1)
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    job.wait_for_file("pid")
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"
    assert job.artifact("outputs/saved") == b"saved"


def test_what_a_script_leaves_running_is_ended_with_it(server: RealServer, tmp_path: Path) -> None:
    script = """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
        with open("pid", "w") as file:
            file.write(f"{child.pid}\\n")
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    assert job.wait()["status"] == "Completed"
    assert not is_running(int(job.wait_for_file("pid")))


def test_a_job_that_runs_too_long_is_ended_and_says_so(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": SLEEPER}), max_run_duration_s=0.5)
    run = job.wait()
    assert run["status"] == "Canceled"
    assert run["error"]["code"] == "MaxRunDurationExceeded"


@pytest.mark.kill
def test_a_killed_script_says_by_which_signal(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": SLEEPER}))
    os.kill(int(job.wait_for_file("pid")), signal.SIGKILL)
    run = job.wait()
    assert run["status"] == "Failed"
    assert "SIGKILL" in run["error"]["message"]


def test_an_interpreter_that_is_gone_by_the_start_fails_the_run_in_words(server: RealServer, tmp_path: Path) -> None:
    """The snapshot is taken while it is there, and the job submitted when it is not."""
    python = tmp_path / "python"
    python.symlink_to(sys.executable)
    source = a_source(tmp_path / "src", {"train.py": ""})
    place = Workspace(server.connection(), "default")
    snapshot = take_snapshot(place, source, home=server.home, limits=SnapshotLimits())
    python.unlink()
    spec = JobSpec(snapshot.snapshot_id, str(source), str(python), script="train.py")
    body = {"run": {"run_id": "gone", "experiment": "e"}, "spec": spec_json(spec)}
    place.connection.call("POST", f"{place.path}/jobs", body)
    run = Submitted(server.home, "gone", place.connection).wait()
    assert run["status"] == "Failed"
    assert f"could not be started: {python}: No such file" in run["error"]["message"]


def test_links_in_outputs_are_followed_inside_the_job_and_nowhere_else(server: RealServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    script = f"""
        import os
        open("outputs/epoch3.pt", "w").write("best")
        os.symlink("epoch3.pt", "outputs/best.pt")
        os.symlink({str(secret)!r}, "outputs/stolen")
        os.mkfifo("outputs/pipe")
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    run = job.wait()
    assert job.artifact("outputs/best.pt") == b"best"
    assert [p for p in job.paths() if p.startswith("outputs/")] == ["outputs/best.pt", "outputs/epoch3.pt"]
    assert len(run["warnings"]) == 2


def test_a_running_script_shows_its_lines_and_its_logs_while_it_runs(server: RealServer, tmp_path: Path) -> None:
    script = """
        import os, time
        print("first", flush=True)
        with open("logs/events.txt", "a") as file:
            file.write("one\\n"); file.flush()
            while not os.path.exists("go"):
                time.sleep(0.01)
            file.write("two\\n")
        print("last")
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))
    job.wait_for_line("first")
    wait_until(lambda: job.log("logs/events.txt") == "one\n", what="the log in ./logs is followed")
    assert job.run()["status"] == "Running"
    (job.folder / "work" / "go").touch()
    job.wait()
    assert (job.output(), job.log("logs/events.txt")) == ("first\nlast\n", "one\ntwo\n")
