"""Many runs changed at once, on both databases: all that can be, and the others told by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.run_selections import ARCHIVE, CANCEL, DELETE, RESTORE, TAG, Outcome, Step
from runstead.domain.run_tables import TableQuery, filter_of
from runstead.domain.runs import RunDraft
from runstead.service import compactions, experiments, feed, logs, metrics, run_selections, runs, unit, workspaces
from runstead.service.settings import Settings
from runstead.service.unit import Unit
from runstead.store.deletions import KEPT
from runstead.store.schemas import METADATA
from runstead.store.tables import changes
from tests.store.journals import Journal

ALL = TableQuery((), (), None, None, include_children=False, limit=1, offset=0)


@pytest.fixture
def house_unit(tmp_path: Path, database_url: str) -> Iterator[Unit]:
    opened = unit.opened(Settings(home=tmp_path, database_url=database_url))
    workspaces.ensure_default(opened)
    yield opened
    opened.close()


def make(house_unit: Unit, *run_ids: str, status: str = "Completed", parent_id: str | None = None) -> None:
    for run_id in run_ids:
        draft = RunDraft(run_id, "e", status=status, parent_id=parent_id, display_name=f"Run {run_id}")
        runs.create(house_unit, "default", draft)


def furnish(house_unit: Unit, run_id: str) -> None:
    """Give a run something in every table that runs have rows in."""
    journal = Journal(run_id, "w")
    for step in range(2_000):
        journal.log("loss", float(step), step=step)
    end = metrics.ingest(house_unit, "default", run_id, "w", 0, journal.body)
    with house_unit.read() as connection:
        key = runs.located(connection, "default", run_id).key
    compactions.compact(house_unit, key)
    journal.row("xy", {"x": 1, "y": 2})
    metrics.ingest(house_unit, "default", run_id, "w", end, journal.body[end:])
    logs.append(house_unit, "default", run_id, "logs/a.txt", offset=0, content=b"line\n")
    apply(house_unit, Step(TAG, (run_id,), tags={"a": "b"}))


def apply(house_unit: Unit, *steps: Step) -> Outcome:
    return run_selections.apply(house_unit, "default", steps)


def undo(house_unit: Unit, outcome: Outcome) -> Outcome:
    return run_selections.apply(house_unit, "default", outcome.undo)


def tags_of(house_unit: Unit, run_id: str) -> dict[str, str | None]:
    return dict(runs.load(house_unit, "default", run_id).tags)


def archived(house_unit: Unit) -> set[str]:
    with house_unit.read() as connection:
        found = connection.execute(sa.text("SELECT run_id FROM runs WHERE deleted_at_ms IS NOT NULL"))
        return set(found.scalars())


def rows(house_unit: Unit) -> dict[str, int]:
    """Rows of each table that a run may have a part in."""
    tables = [one for one in METADATA.sorted_tables if one not in KEPT and one.name not in ("metric_names", "changes")]
    with house_unit.read() as connection:
        return {
            one.name: int(connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one())
            for one in tables
        }


def test_archived_runs_come_back_by_undo_and_one_that_was_archived_before_stays_so(house_unit: Unit) -> None:
    make(house_unit, "a", "b", "c")
    apply(house_unit, Step(ARCHIVE, ("a",)))
    outcome = apply(house_unit, Step(ARCHIVE, ("a", "b")))
    assert (outcome.done, archived(house_unit)) == (("a", "b"), {"a", "b"})
    undo(house_unit, outcome)
    assert archived(house_unit) == {"a"}
    apply(house_unit, Step(RESTORE, ("a",)))
    assert archived(house_unit) == set()


def test_tags_are_brought_back_as_they_were_in_each_run(house_unit: Unit) -> None:
    make(house_unit, "a", "b", "c")
    apply(house_unit, Step(TAG, ("a",), tags={"stage": "old", "other": "x"}), Step(TAG, ("b",), tags={"stage": None}))
    before = [tags_of(house_unit, run_id) for run_id in "abc"]
    outcome = apply(house_unit, Step(TAG, ("a", "b", "c"), tags={"stage": "new"}, remove_tags=("other",)))
    assert [tags_of(house_unit, run_id) for run_id in "abc"] == [{"stage": "new"}] * 3
    undo(house_unit, outcome)
    assert [tags_of(house_unit, run_id) for run_id in "abc"] == before


def test_all_runs_of_a_filter_are_changed_in_one_request(house_unit: Unit) -> None:
    make(house_unit, "good-1", "good-2", "bad-1")
    wanted = TableQuery((), (), filter_of({"text": "good"}), None, include_children=False, limit=1, offset=0)
    outcome = apply(house_unit, Step(TAG, query=wanted, tags={"kept": "yes"}))
    assert sorted(outcome.done) == ["good-1", "good-2"]
    assert "kept" not in tags_of(house_unit, "bad-1")


def test_a_selection_that_has_grown_meanwhile_is_refused_and_nothing_is_done(house_unit: Unit) -> None:
    make(house_unit, "a", "b")
    with pytest.raises(Conflict, match="2 runs are selected now, not 1"):
        apply(house_unit, Step(TAG, query=ALL, tags={"t": "1"}), Step(DELETE, query=ALL, expected=1))
    assert tags_of(house_unit, "a") == {}


def test_what_cannot_be_canceled_is_told_by_name_and_the_others_are(house_unit: Unit) -> None:
    make(house_unit, "done")
    make(house_unit, "goes-on", status="Running")
    outcome = apply(house_unit, Step(CANCEL, ("done", "goes-on", "nobody")))
    assert outcome.done == ("goes-on",)
    assert runs.load(house_unit, "default", "goes-on").status == "Canceled"
    failed = {one.run_id: one for one in outcome.failed}
    assert (failed["done"].display_name, failed["done"].code) == ("Run done", "conflict")
    assert "Completed already" in failed["done"].message
    assert failed["nobody"].code == "not_found"
    assert outcome.undo == ()


def test_a_run_deleted_for_good_leaves_nothing_and_takes_nothing_of_another(house_unit: Unit) -> None:
    make(house_unit, "stays")
    furnish(house_unit, "stays")
    before = rows(house_unit)
    make(house_unit, "goes")
    make(house_unit, "child", parent_id="goes")
    furnish(house_unit, "goes")
    furnish(house_unit, "child")
    grown = {name for name, count in rows(house_unit).items() if count > before[name]}
    assert {"runs", "run_tags", "metric_series", "metric_chunks", "metric_tails", "metric_summaries"} <= grown

    outcome = apply(house_unit, Step(DELETE, ("goes",)))

    assert (set(outcome.done), outcome.failed) == ({"goes", "child"}, ())
    assert rows(house_unit) == before
    assert [path.name for path in house_unit.settings.logs.iterdir()] == ["stays"]
    assert experiments.load(house_unit, "default", "e").run_count == 1
    with pytest.raises(NotFound):
        runs.load(house_unit, "default", "goes")
    home = workspaces.load(house_unit, "default")
    _, news = feed.after(house_unit, home, 0)
    assert {change.noun for _, change in news if change.run_id == "goes"} == {"run"}


def test_a_deleted_child_is_taken_off_its_parents_count(house_unit: Unit) -> None:
    make(house_unit, "parent")
    make(house_unit, "one", "two", parent_id="parent")
    apply(house_unit, Step(DELETE, ("one",)))
    assert runs.load(house_unit, "default", "parent").child_count == 1


def test_a_run_that_goes_on_is_not_deleted_nor_is_one_with_such_a_child(house_unit: Unit) -> None:
    make(house_unit, "goes-on", status="Running")
    make(house_unit, "parent", "done")
    make(house_unit, "below", parent_id="parent", status="Running")
    outcome = apply(house_unit, Step(DELETE, ("goes-on", "parent", "done")))
    assert outcome.done == ("done",)
    assert {one.run_id: "below" in one.message for one in outcome.failed} == {"goes-on": False, "parent": True}
    assert runs.load(house_unit, "default", "below").status == "Running"


def test_runs_are_deleted_by_any_number_of_slices(house_unit: Unit) -> None:
    names = [f"r{number}" for number in range(run_selections.DELETED_SLICE + 5)]
    make(house_unit, *names)
    make(house_unit, "child", parent_id="r0")
    outcome = apply(house_unit, Step(DELETE, (*names, "child")))
    assert (len(outcome.done), outcome.failed) == (len(names) + 1, ())
    with house_unit.read() as connection:
        left = connection.execute(sa.select(sa.func.count()).select_from(changes).where(changes.c.noun == "log"))
        assert left.scalar_one() == 0
