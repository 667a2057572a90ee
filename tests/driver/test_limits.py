"""A job that takes more memory than it may is ended and says so; others are let be."""

import json
from pathlib import Path

import pytest

from runstead.domain.distributions import PYTORCH, Distribution
from runstead.domain.errors import InvalidArgument
from runstead.driver.limits import Confinement, bytes_of, was_exceeded
from runstead.testing.servers import RealServer, wait_until
from tests.submissions import Submitted, a_source, is_running, submitted

GREEDY = """
    import os, sys, time
    if os.environ.get("RANK") == "0":
        time.sleep(100)
    taken = b"x" * (int(sys.argv[1]) << 20)
    print("taken", len(taken))
"""


def job_with(server: RealServer, tmp_path: Path, limit: str, megabytes: int, *, ranks: int = 0) -> Submitted:
    distribution = Distribution(PYTORCH, "Gloo", ranks) if ranks else None
    source = a_source(tmp_path / "src", {"train.py": GREEDY})
    given = {"RUNSTEAD_MEMORY_LIMIT": limit}
    return submitted(server, source, arguments=(str(megabytes),), variables=given, distribution=distribution)


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("512m", 512 << 20), ("2g", 2 << 30), ("1.5GiB", 3 << 29), ("64MB", 64 << 20), ("5000000", 5_000_000)],
)
def test_sizes_are_written_as_docker_takes_them(text: str, size_bytes: int) -> None:
    assert bytes_of(text) == size_bytes


@pytest.mark.parametrize("text", ["", "much", "-1g", "1k", "2 gigs", "1e9", "0", "٣g"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="such as 512m or 2g"):
        bytes_of(text)


def test_a_script_over_its_memory_limit_is_ended_and_says_so(server: RealServer, tmp_path: Path) -> None:
    job = job_with(server, tmp_path, "100m", 400)
    run = job.wait()
    assert (run["status"], run["error"]["code"]) == ("Failed", "MemoryLimitExceeded")
    assert "it used more than its memory limit of 100m (RUNSTEAD_MEMORY_LIMIT)" in run["error"]["message"]
    assert "The memory of the job is limited to 100m" in job.log("azureml-logs/60_control_log.txt")
    cgroup = json.loads((job.folder / "memory.json").read_text())["cgroup"]
    wait_until(lambda: not (cgroup and Path(cgroup).exists()), what="the cgroup is gone")


def test_a_script_below_its_memory_limit_runs_as_ever(server: RealServer, tmp_path: Path) -> None:
    job = job_with(server, tmp_path, "400m", 50)
    assert job.wait()["status"] == "Completed"
    assert job.output() == f"taken {50 << 20}\n"


def test_a_failure_below_the_limit_is_not_blamed_on_it(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": "raise ValueError('no')"})
    run = submitted(server, source, variables={"RUNSTEAD_MEMORY_LIMIT": "400m"}).wait()
    assert (run["error"]["code"], "memory" in run["error"]["message"]) == ("UserError", False)


def test_of_several_processes_the_one_over_the_limit_is_named(server: RealServer, tmp_path: Path) -> None:
    job = job_with(server, tmp_path, "200m", 600, ranks=2)
    run = job.wait()
    assert run["error"]["code"] == "MemoryLimitExceeded"
    assert "rank 1 of 2" in run["error"]["message"]
    pids = [json.loads(line)["pid"] for line in job.log("azureml-logs/process_info.json").splitlines()]
    assert not any(is_running(pid) for pid in pids)


def test_a_limit_that_is_no_size_fails_the_run_in_words(server: RealServer, tmp_path: Path) -> None:
    run = job_with(server, tmp_path, "plenty", 1).wait()
    assert run["status"] == "Failed"
    assert "RUNSTEAD_MEMORY_LIMIT is 'plenty'" in run["error"]["message"]


def test_without_a_cgroup_the_last_lines_tell() -> None:
    alone = Confinement("100m", 100 << 20, "")
    assert was_exceeded(alone, "Traceback …\nMemoryError\n")
    assert not was_exceeded(alone, "ValueError: no\n")
    assert "each of its processes" in alone.sentence


def test_a_cgroup_of_either_version_tells(tmp_path: Path) -> None:
    held = Confinement("100m", 100 << 20, str(tmp_path))
    assert not was_exceeded(held, "MemoryError")
    (tmp_path / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    assert was_exceeded(held, "")
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\n")
    assert not was_exceeded(held, "")
