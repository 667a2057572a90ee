import threading

import pytest

from runstead.domain.runs import RunDraft
from runstead.service import feed, runs, workspaces
from runstead.service import unit as units
from runstead.service.unit import Unit
from runstead.store.changes import Change


def test_what_was_rolled_back_was_not_published(unit: Unit) -> None:
    workspace = workspaces.load(unit, "default")
    woken: list[int] = []
    feed.listen(unit, lambda: woken.append(1))

    def fail() -> None:
        with unit.write() as tx:
            feed.publish_experiment(tx, workspace, "e")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (feed.newest(unit, workspace), woken) == (0, [])


def test_a_listener_hears_of_its_run_alone_until_it_stops(unit: Unit) -> None:
    heard: list[str] = []
    forget = feed.listen(unit, lambda: heard.append("r1"), run_id="r1")
    runs.create(unit, "default", RunDraft("r2", "e"))
    assert heard == []
    runs.create(unit, "default", RunDraft("r1", "e"))
    assert heard == ["r1"]
    forget()
    runs.cancel(unit, "default", "r1")
    assert heard == ["r1"]


def test_a_listener_that_fails_harms_nobody(unit: Unit) -> None:
    def fail() -> None:
        raise RuntimeError("a broken listener")

    heard: list[int] = []
    feed.listen(unit, fail)
    feed.listen(unit, lambda: heard.append(1))
    runs.create(unit, "default", RunDraft("r1", "e"))
    assert heard == [1]


def test_a_reader_that_follows_the_cursor_misses_nothing_while_two_servers_write(unit: Unit) -> None:
    """Cursors must become visible in their order, else a reader steps over one that commits later."""
    workspace = workspaces.load(unit, "default")
    second = units.opened(unit.settings)
    writers = [
        threading.Thread(target=make_runs, args=(house, name))
        for name, house in (("a", unit), ("b", second), ("c", unit), ("d", second))
    ]
    for writer in writers:
        writer.start()
    cursor, seen = 0, set[str | None]()
    while any(writer.is_alive() for writer in writers):
        cursor = follow(unit, cursor, seen)
    follow(unit, cursor, seen)
    second.close()
    assert feed.newest(unit, workspace) >= 100
    assert {f"{name}{n}" for name in "abcd" for n in range(25)} <= seen


def make_runs(unit: Unit, name: str) -> None:
    for number in range(25):
        runs.create(unit, "default", RunDraft(f"{name}{number}", "e"))


def follow(unit: Unit, cursor: int, seen: set[str | None]) -> int:
    cursor, found = feed.after(unit, workspaces.load(unit, "default"), cursor)
    seen.update(change.run_id for _, change in found)
    return cursor


def test_a_page_of_changes_goes_on_where_it_ended(unit: Unit) -> None:
    workspace = workspaces.load(unit, "default")
    with unit.write() as tx:
        for number in range(feed.PAGE + 10):
            tx.publish(workspace.key, Change("run", f"r{number}"))
    cursor, first = feed.after(unit, workspace, 0)
    last_cursor, rest = feed.after(unit, workspace, cursor)
    assert (len(first), len(rest), last_cursor) == (feed.PAGE, 10, feed.PAGE + 10)
