from runstead.store import changes
from runstead.store.changes import Change
from runstead.store.engine import Database


def test_an_object_keeps_one_row_with_its_newest_cursor(database: Database) -> None:
    with database.write() as c:
        changes.append(c, 1, [Change("run", "r1"), Change("run", "r2"), Change("run", "r1")])
        assert changes.append(c, 1, [Change("run", "r1")]) == 3
        assert changes.after(c, 1, 0, limit=10) == [(2, Change("run", "r2")), (3, Change("run", "r1"))]
        assert changes.after(c, 1, 2, limit=10) == [(3, Change("run", "r1"))]
        assert changes.newest(c, 1) == 3


def test_workspaces_have_cursors_of_their_own(database: Database) -> None:
    with database.write() as c:
        changes.append(c, 1, [Change("run", "r1")])
        changes.append(c, 2, [Change("experiment", experiment="e")])
        assert changes.after(c, 2, 0, limit=10) == [(1, Change("experiment", experiment="e"))]
        assert changes.newest(c, 3) == 0


def test_objects_that_differ_in_one_part_are_different(database: Database) -> None:
    news = [
        Change("log", "r", key="a"),
        Change("log", "r", key="b"),
        Change("artifact", "r", key="a"),
        Change("run", "r"),
    ]
    with database.write() as c:
        changes.append(c, 1, news)
        assert [change for _, change in changes.after(c, 1, 0, limit=10)] == news
