import io
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from runstead.client.logs import await_run, current_log, follow_log
from runstead.client.runs import studio_url
from runstead.testing.servers import RealServer, start_server, stop_server, wait_until
from tests.submissions import a_source, submitted

COUNTER = """
    import os, time
    number = 0
    while not os.path.exists("enough"):
        print(f"line {number} äöü", flush=True)
        number += 1
        time.sleep(0.002)
"""


def has_grown(sink: io.StringIO, by_now: int) -> bool:
    return len(sink.getvalue()) > by_now + 500


def test_a_run_is_shown_in_the_layout_of_the_sdk(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": "print('hello')"}))
    sink = io.StringIO()
    run = await_run(job.workspace, job.run_id, sink=sink)
    head = f"RunId: {job.run_id}\nWeb View: {studio_url(job.workspace, job.run_id)}\n"
    begin = f"{head}\nStreaming azureml-logs/70_driver_log.txt\n========================================\n\n"
    end = f"\nExecution Summary\n=================\n{head}\n"
    assert run["status"] == "Completed"
    assert sink.getvalue() == begin + job.log() + end


def test_the_summary_of_a_failed_run_tells_its_error_when_asked(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": "raise ValueError('bad alpha')"}))
    sink = io.StringIO()
    await_run(job.workspace, job.run_id, sink=sink, show_error=True)
    summary = sink.getvalue().partition("Execution Summary")[2]
    assert '"message": "User program failed with ValueError: bad alpha (train.py, exit code 1)"' in summary


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], None),
        (["outputs/a.txt", "logs/azureml/70_x.txt"], None),
        (["azureml-logs/60_control_log.txt", "azureml-logs/70_driver_log.txt"], "azureml-logs/70_driver_log.txt"),
        (["azureml-logs/70_driver_log_1.txt", "azureml-logs/70_driver_log_0.txt"], "azureml-logs/70_driver_log_0.txt"),
        (["azureml-logs/70_log_rank_0.txt", "azureml-logs/70_log_rank_1.txt"], "azureml-logs/70_log_rank_0.txt"),
        (["azureml-logs/70_driver_log.txt", "azureml-logs/75_job_post-n1.txt"], "azureml-logs/75_job_post-n1.txt"),
        (["user_logs/std_log_0.txt", "user_logs/std_log_1.txt"], "user_logs/std_log_0.txt"),
    ],
)  # fmt: skip
def test_the_last_log_of_the_first_process_is_shown(names: list[str], chosen: str | None) -> None:
    assert current_log(names) == chosen


def test_a_printed_line_is_shown_while_the_script_goes_on(server: RealServer, tmp_path: Path) -> None:
    """The script ends well only after its line was seen. How soon that is, bench/log_latency.py measures."""
    script = """
        import os, sys, time
        print("look here", flush=True)
        give_up = time.monotonic() + 60
        while not os.path.exists("seen"):
            if time.monotonic() > give_up:
                sys.exit("nobody saw it")
            time.sleep(0.01)
    """
    job = submitted(server, a_source(tmp_path / "src", {"train.py": script}))

    class Reader(io.StringIO):
        def write(self, text: str) -> int:
            if "look here" in text:
                (job.folder / "work" / "seen").touch()
            return super().write(text)

    await_run(job.workspace, job.run_id, sink=Reader())
    assert job.run()["status"] == "Completed"


@pytest.mark.kill
def test_a_server_killed_while_a_run_is_shown_costs_no_byte_and_doubles_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    server = start_server(home)
    try:
        job = submitted(server, a_source(tmp_path / "src", {"train.py": COUNTER}))
        sink = io.StringIO()
        shown = threading.Thread(target=await_run, args=(job.workspace, job.run_id), kwargs={"sink": sink})
        port = server.url.rpartition(":")[2]
        shown.start()
        for _ in range(3):
            wait_until(partial(has_grown, sink, len(sink.getvalue())), what="more lines are shown")
            server.kill()
            server = start_server(home, "--port", port)
        (job.folder / "work" / "enough").touch()
        shown.join(timeout=60)
        job = job.at(server)
        assert job.wait()["status"] == "Completed"
        printed = job.output().splitlines()
        assert printed == [f"line {number} äöü" for number in range(len(printed))]
        assert [line for line in sink.getvalue().splitlines() if line.startswith("line ")] == printed
        assert job.log() == (job.folder / "logs/azureml-logs/70_driver_log.txt").read_text()
    finally:
        stop_server(home)


def test_ctrl_c_ends_the_watching_and_not_the_run(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": COUNTER}))
    program = f"""
import sys
from runstead.client.connection import Connection
from runstead.client.logs import await_run
from runstead.client.workspaces import Workspace
await_run(Workspace(Connection({server.url!r}, {server.token!r}), "default"), {job.run_id!r}, sink=sys.stdout)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watcher:
        assert watcher.stdout is not None
        while b"line 10 " not in watcher.stdout.readline():
            pass
        watcher.send_signal(signal.SIGINT)
        _, errors = watcher.communicate(timeout=10)
    assert b"KeyboardInterrupt" in errors
    assert job.run()["status"] == "Running"
    (job.folder / "work" / "enough").touch()
    assert job.wait()["status"] == "Completed"


def test_a_followed_log_ends_when_its_run_has_ended(server: RealServer, tmp_path: Path) -> None:
    job = submitted(server, a_source(tmp_path / "src", {"train.py": "print('x' * 3_000_000)"}))
    content = b"".join(follow_log(job.workspace, job.run_id, path="azureml-logs/70_driver_log.txt"))
    assert content.count(b"x" * 3_000_000 + b"\n") == 1
    assert len(content) < 3_002_000
