import numpy as np

from runstead.domain.run_selections import DELETE, Step
from runstead.domain.runs import RunDraft
from runstead.service import batches, histories, run_selections, runs
from runstead.service.batches import Batch
from runstead.service.metrics import Point
from runstead.service.unit import Unit
from runstead.service.verifications import verify
from runstead.store import compactions
from runstead.store.compactions import Compaction


def a_logged_run(unit: Unit, run_id: str, values: list[float]) -> int:
    runs.create(unit, "default", RunDraft(run_id, "e", status="Completed"))
    points = [Point("loss", value, step, step) for step, value in enumerate(values)]
    batches.log(unit, "default", run_id, Batch(points))
    with unit.read() as connection:
        return runs.located(connection, "default", run_id).key


def prepared(unit: Unit, run_key: int) -> Compaction:
    with unit.read() as connection:
        ready = compactions.prepare(connection, run_key, most_bytes=1 << 20)
    assert ready is not None
    return ready


def applied(unit: Unit, ready: Compaction) -> bool:
    with unit.write() as tx:
        return compactions.apply(tx.connection, ready, at_ms=tx.at_ms)


def deleted(unit: Unit, run_id: str) -> None:
    assert run_selections.apply(unit, "default", [Step(DELETE, (run_id,))]).done == (run_id,)


def test_a_compaction_of_a_run_that_is_deleted_meanwhile_writes_nothing(unit: Unit) -> None:
    ready = prepared(unit, a_logged_run(unit, "gone", [1.0, 2.0]))
    deleted(unit, "gone")
    assert not applied(unit, ready)


def test_a_compaction_of_a_deleted_run_leaves_the_run_that_got_its_key_alone(unit: Unit) -> None:
    key = a_logged_run(unit, "gone", [1.0, 2.0])
    ready = prepared(unit, key)
    deleted(unit, "gone")
    later = a_logged_run(unit, "later", [3.0, 4.0, 5.0])
    assert later == key or unit.database.is_shared
    assert not applied(unit, ready)
    assert applied(unit, prepared(unit, later))
    found = histories.history(unit, "default", "later", "loss", start=0, limit=10)
    assert np.array_equal(found.values, [3.0, 4.0, 5.0])
    assert [one.problems for one in verify(unit)] == [[]]
