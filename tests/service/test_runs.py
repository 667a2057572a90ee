from concurrent.futures import ThreadPoolExecutor

import pytest

from runstead.domain.errors import Conflict, InvalidArgument, NotFound, TooLarge
from runstead.domain.runs import RunDraft, RunEdit, RunFilter
from runstead.service import experiments, runs, workspaces
from runstead.service.unit import Unit
from runstead.testing.clocks import FakeClock


def a_run(unit: Unit, run_id: str = "r1", *, experiment: str = "e", **more: str) -> None:
    runs.create(unit, "default", RunDraft(run_id, experiment, **more))  # type: ignore[arg-type]  # fields are texts here


def test_times_are_those_of_the_clock(unit: Unit, clock: FakeClock) -> None:
    begun = clock.at_ms
    a_run(unit, kind="script")
    clock.move(seconds=2)
    runs.set_status(unit, "default", "r1", "Running")
    clock.move(seconds=3)
    run = runs.set_status(unit, "default", "r1", "Failed", error={"code": "UserError", "message": "no"})
    assert (run.created_at_ms, run.started_at_ms, run.ended_at_ms) == (begun, begun + 2000, begun + 5000)
    assert run.error == {"code": "UserError", "message": "no"}


def test_a_repeated_end_keeps_the_first_time_and_error(unit: Unit, clock: FakeClock) -> None:
    a_run(unit)
    first = runs.set_status(unit, "default", "r1", "Failed", error={"code": "A"})
    clock.move(seconds=9)
    assert runs.set_status(unit, "default", "r1", "Failed", error={"code": "B"}) == first


def test_children_know_their_parent_and_root_and_are_counted(unit: Unit) -> None:
    a_run(unit, "top")
    a_run(unit, "child", parent_id="top")
    a_run(unit, "grandchild", parent_id="child")
    grandchild = runs.load(unit, "default", "grandchild")
    assert (grandchild.parent_id, grandchild.root_id) == ("child", "top")
    assert [runs.load(unit, "default", run_id).child_count for run_id in ("top", "child")] == [1, 1]
    assert runs.is_within(unit, "grandchild", "top")
    assert not runs.is_within(unit, "top", "child")


def test_a_run_needs_its_parent(unit: Unit) -> None:
    with pytest.raises(NotFound, match="there is no run 'nobody'"):
        a_run(unit, parent_id="nobody")
    with pytest.raises(NotFound):
        runs.load(unit, "default", "r1")


def test_one_id_is_one_run_in_the_whole_server(unit: Unit) -> None:
    workspaces.ensure(unit, "other")
    a_run(unit)
    with pytest.raises(Conflict, match="taken"):
        runs.create(unit, "other", RunDraft("r1", "e"))
    with pytest.raises(Conflict, match="choose another id"):
        a_run(unit, experiment="f")
    with pytest.raises(NotFound):
        runs.load(unit, "other", "r1")


def test_many_who_make_the_same_run_at_once_get_one_run(unit: Unit) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: runs.create(unit, "default", RunDraft("r1", "e")), range(16)))
    assert len({(run.key, run.number) for run in made}) == 1
    assert experiments.load(unit, "default", "e").run_count == 1


def test_runs_made_at_once_get_numbers_of_their_own(unit: Unit) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: runs.create(unit, "default", RunDraft(f"r{n}", "e")), range(40)))
    assert len({run.number for run in made}) == 40
    assert experiments.load(unit, "default", "e").run_count == 40


def test_two_ends_that_race_leave_one_of_them(unit: Unit) -> None:
    a_run(unit)

    def end(status: str) -> str:
        try:
            return runs.set_status(unit, "default", "r1", status).status
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(end, ["Completed", "Failed"] * 8))
    final = runs.load(unit, "default", "r1").status
    assert set(told) == {final, "refused"}


def test_two_who_write_one_property_leave_one_value(unit: Unit) -> None:
    a_run(unit)

    def write(value: str) -> str:
        try:
            return runs.edit(unit, "default", "r1", RunEdit(properties={"p": value})).properties["p"]
        except Conflict:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(write, [str(n % 4) for n in range(16)]))
    assert set(told) == {runs.load(unit, "default", "r1").properties["p"], "refused"}


@pytest.mark.parametrize(
    "draft",
    [
        RunDraft("../r", "e"),
        RunDraft("", "e"),
        RunDraft("r" * 300, "e"),
        RunDraft("r\n", "e"),
        RunDraft("r", "e x"),
        RunDraft("r", ""),
        RunDraft("r", "e", kind="a b"),
        RunDraft("r", "e", status="Done"),
        RunDraft("r", "e", display_name="a\x00b"),
        RunDraft("r", "e", tags={"a\x00": "b"}),
    ],
    ids=repr,
)
def test_a_draft_that_makes_no_sense_makes_nothing(unit: Unit, draft: RunDraft) -> None:
    with pytest.raises(InvalidArgument):
        runs.create(unit, "default", draft)
    assert runs.listed(unit, "default", RunFilter()) == ([], None)
    assert experiments.listed(unit, "default") == []


def test_too_many_or_too_long_tags_are_too_large(unit: Unit) -> None:
    limits = unit.settings.limits
    with pytest.raises(TooLarge):
        runs.create(unit, "default", RunDraft("r", "e", tags={"k" * (limits.tag_key_chars + 1): "v"}))
    with pytest.raises(TooLarge):
        runs.create(unit, "default", RunDraft("r", "e", tags={"k": "v" * (limits.tag_value_chars + 1)}))
    with pytest.raises(TooLarge):
        runs.create(unit, "default", RunDraft("r", "e", tags={str(n): None for n in range(limits.tags_per_noun + 1)}))


def test_an_unknown_workspace_is_named_with_those_there_are(unit: Unit) -> None:
    with pytest.raises(NotFound, match="there is no workspace 'nowhere'; this server has default"):
        runs.load(unit, "nowhere", "r1")


def test_everything_below_a_run_is_found_at_any_depth_and_nothing_beside_it(unit: Unit) -> None:
    for run_id, parent in [("top", None), ("a", "top"), ("b", "top"), ("a1", "a"), ("a11", "a1"), ("other", None)]:
        a_run(unit, run_id, **({"parent_id": parent} if parent else {}))
    a_run(unit, "stranger", parent_id="other")

    def below(parent_id: str) -> list[str]:
        wanted = RunFilter(parent_id=parent_id, recursive=True)
        return [run.run_id for run in runs.listed(unit, "default", wanted)[0]]

    assert below("top") == ["a11", "a1", "b", "a"]
    assert below("a") == ["a11", "a1"]
    assert below("a11") == []


def test_several_runs_are_made_all_or_none(unit: Unit) -> None:
    drafts = [RunDraft(f"r{number}", "e") for number in range(3)]
    assert [run.run_id for run in runs.create_many(unit, "default", drafts)] == ["r0", "r1", "r2"]
    assert [run.number for run in runs.create_many(unit, "default", drafts)] == [1, 2, 3]
    with pytest.raises(NotFound):
        runs.create_many(unit, "default", [RunDraft("fresh", "e"), RunDraft("orphan", "e", parent_id="nobody")])
    with pytest.raises(NotFound):
        runs.load(unit, "default", "fresh")
    with pytest.raises(TooLarge):
        runs.create_many(unit, "default", [RunDraft(f"m{number}", "e") for number in range(1_001)])


def give_up(unit: Unit, *, alive: bool = False, written: tuple[str, ...] = ()) -> list[str]:
    return runs.give_up_abandoned(unit, "boot/1", is_alive=lambda node, pid: alive, written=written)


def test_a_run_fails_when_its_process_is_gone_and_nobody_writes_to_it(unit: Unit) -> None:
    a_run(unit, "gone", node="boot/1/77", pid=5)  # type: ignore[arg-type]  # pid is a number
    a_run(unit, "elsewhere", node="boot/12/77", pid=5)  # type: ignore[arg-type]  # pid is a number
    a_run(unit, "unknown")
    a_run(unit, "job", kind="script", status="Running", node="boot/1/77", pid=5)  # type: ignore[arg-type]  # pid is a number

    assert give_up(unit, alive=True) == give_up(unit, written=("gone",)) == []
    assert give_up(unit) == ["gone"]

    run = runs.load(unit, "default", "gone")
    assert run.status == "Failed"
    assert run.error is not None
    assert run.error["code"] == "WriterGone"
    assert give_up(unit) == []


@pytest.mark.parametrize("status", ["Running", "Completed", "Canceled"])
def test_who_carries_a_run_on_that_was_given_up_says_how_it_ended(unit: Unit, status: str) -> None:
    a_run(unit, "gone", node="boot/1/77", pid=5)  # type: ignore[arg-type]  # pid is a number
    give_up(unit)

    run = runs.set_status(unit, "default", "gone", status)

    assert (run.status, run.error, run.ended_at_ms is None) == (status, None, status == "Running")
    if status != "Running":
        with pytest.raises(Conflict):
            runs.set_status(unit, "default", "gone", "Failed")


def test_a_run_shows_when_it_reached_each_stage_as_its_node_tells(unit: Unit, clock: FakeClock) -> None:
    runs.create(unit, "default", RunDraft("staged", "exp", kind="script", status="Queued"))
    began = clock.now_ms()
    clock.move(seconds=1)
    runs.set_status(unit, "default", "staged", "Preparing")
    clock.move(seconds=10)
    runs.set_status(unit, "default", "staged", "Running", reached_at_ms=began + 3_000)
    runs.set_status(unit, "default", "staged", "Running")
    clock.move(seconds=1)
    runs.set_status(unit, "default", "staged", "Completed")

    told = runs.load_whole(unit, "default", "staged")

    assert told.stages is not None
    assert [(s.name, s.began_at_ms - began, (s.ended_at_ms or 0) - began) for s in told.stages] == [
        ("Queued", 0, 1_000),
        ("Preparing", 1_000, 3_000),
        ("Running", 3_000, 12_000),
    ]
    assert told.started_at_ms == began + 3_000
