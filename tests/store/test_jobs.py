"""Whose a job is, on both databases."""

import pytest

from runstead.domain.jobs import ENDED, JobSpec
from runstead.domain.runs import RunDraft
from runstead.service import runs, workspaces
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.store import jobs

SPEC = JobSpec("s1", "/src", "/usr/bin/python3", script="train.py", environment_variables={"A": "ä"})


@pytest.fixture
def unit(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Unit:
    return opened(Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url))


def a_job(unit: Unit, run_id: str = "r1") -> int:
    workspaces.ensure_default(unit)
    run = runs.create(unit, "default", RunDraft(run_id, "e", kind="script"))
    with unit.write() as tx:
        assert jobs.insert(tx.connection, run.key, SPEC, at_ms=tx.at_ms)
        assert not jobs.insert(tx.connection, run.key, SPEC, at_ms=tx.at_ms)
    return run.key


def test_a_job_is_kept_as_it_was_and_its_first_owner_keeps_it(unit: Unit) -> None:
    key = a_job(unit)
    with unit.write() as tx:
        assert [jobs.claim(tx.connection, key, owner) for owner in ("a", "b", "a")] == [True, False, True]
        assert not jobs.update(tx.connection, key, "b", {"phase": ENDED})
        assert jobs.update(tx.connection, key, "a", {"phase": "started", "native_id": "1:2", "starts": 1})
    with unit.read() as connection:
        assert jobs.opened(connection, "b") == []
        (job,) = jobs.opened(connection, "a")
    assert (job.run_id, job.workspace, job.spec, job.native_id, job.starts) == ("r1", "default", SPEC, "1:2", 1)


def test_an_ended_job_is_looked_after_no_more(unit: Unit) -> None:
    first, second = a_job(unit, "r1"), a_job(unit, "r2")
    with unit.write() as tx:
        jobs.claim(tx.connection, first, "a")
        jobs.update(tx.connection, first, "a", {"phase": ENDED})
    with unit.read() as connection:
        assert [job.key for job in jobs.opened(connection, "a")] == [second]
