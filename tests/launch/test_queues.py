"""At most so many jobs at once, the first submitted first: the rule alone, and with real jobs."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from runstead.client.runs import cancel_run
from runstead.domain.jobs import ENDED, STARTED, WAITING, Job, JobSpec
from runstead.launch.queues import queued_jobs, usual_at_once
from runstead.testing.servers import RealServer, running_server, wait_until
from tests.submissions import Submitted, a_source, submitted

CONTROL_LOG = "azureml-logs/60_control_log.txt"
UNTIL_TOLD = """
    import os, time
    while not os.path.exists("go"):
        time.sleep(0.01)
"""


def a_job(key: int, phase: str = WAITING, *, parent_id: str | None = None, target: str = "local") -> Job:
    spec = JobSpec("s", "/src", "/bin/python", script="a.py", target=target)
    return Job(key, f"r{key}", "Queued", "ws", spec, phase, None, 0, parent_id)


def queued(*jobs: Job, at_once: int = 2, begun: tuple[str, ...] = ()) -> list[str]:
    return list(queued_jobs(jobs, {"local": at_once}, lambda job: job.run_id in begun))


def test_the_first_submitted_come_first_and_the_others_wait() -> None:
    assert queued(a_job(1), a_job(2), a_job(3), a_job(4)) == ["r3", "r4"]
    assert queued(a_job(1, STARTED), a_job(2), a_job(3)) == ["r3"]
    assert queued(a_job(1, ENDED), a_job(2), a_job(3)) == []


def test_a_job_whose_environment_is_built_has_its_place() -> None:
    assert queued(a_job(1), a_job(2), a_job(3), begun=("r3",)) == ["r2"]


def test_a_job_that_waits_for_its_children_leaves_them_its_place() -> None:
    parents = [a_job(1, STARTED), a_job(2, STARTED)]
    children = [a_job(3, parent_id="r1"), a_job(4, parent_id="r2"), a_job(5, parent_id="r2")]
    assert queued(*parents, *children) == ["r5"]


def test_a_target_without_a_limit_starts_everything() -> None:
    assert queued(*(a_job(n, target="cluster") for n in range(9))) == []


def test_a_small_machine_runs_sixteen_jobs_at_once_and_a_large_one_four_for_each_core() -> None:
    assert [usual_at_once(n) for n in (1, 2, 4, 64)] == [16, 16, 16, 256]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that runs one job at a time."""
    with running_server(tmp_path_factory.mktemp("home"), "--local-jobs", "1") as started:
        yield started


def says_that_it_waits(job: Submitted) -> bool:
    return "Queued: as many jobs run" in job.log(CONTROL_LOG)


def go(job: Submitted) -> None:
    (job.folder / "work" / "go").touch()


def test_jobs_beyond_the_limit_wait_in_line_and_say_so(narrow: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": UNTIL_TOLD})
    first, second, third = (submitted(narrow, source) for _ in range(3))
    first.wait("Running")
    for job in (second, third):
        wait_until(partial(says_that_it_waits, job), what="it says that it waits")
    assert (second.run()["status"], third.run()["status"]) == ("Queued", "Queued")
    go(first)
    second.wait("Running")
    assert third.run()["status"] == "Queued"
    go(second)
    third.wait("Running")
    go(third)
    assert [job.wait()["status"] for job in (first, second, third)] == ["Completed"] * 3
    assert second.log(CONTROL_LOG) == (second.folder / "logs" / CONTROL_LOG).read_text()
    assert "Queued" not in first.log(CONTROL_LOG)


def test_a_job_that_waits_in_line_can_be_cancelled(narrow: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": UNTIL_TOLD})
    first, second = (submitted(narrow, source) for _ in range(2))
    first.wait("Running")
    cancel_run(second.workspace, second.run_id)
    assert second.wait()["status"] == "Canceled"
    assert not (second.folder / "work").exists()
    go(first)
    assert first.wait()["status"] == "Completed"


def test_the_rule_names_the_limit() -> None:
    (why,) = queued_jobs([replace(a_job(1), phase=STARTED), a_job(2)], {"local": 1}, lambda _: False).values()
    assert "on 'local' as this server allows at once (1)" in why
