from runstead.store import artifacts
from runstead.store.artifacts import Artifact
from runstead.store.engine import Database
from tests.store.test_runs import Seed


def a_file(path: str, *, size_bytes: int = 1, is_log: bool = False) -> Artifact:
    return Artifact(path, size_bytes, None if is_log else "0" * 64, is_log, 1)


def test_a_path_is_named_once_even_a_very_long_one(database: Database) -> None:
    key = Seed(database).run("r1")
    path = "/".join(["d" * 200] * 24)
    with database.write() as c:
        assert [artifacts.add(c, key, a_file(path)), artifacts.add(c, key, a_file(path))] == [True, False]
        artifacts.replace(c, key, a_file(path, size_bytes=7))
        found = artifacts.find(c, key, path)
    assert found is not None
    assert found.size_bytes == 7


def test_a_log_never_shrinks_and_an_artifact_does_not_grow(database: Database) -> None:
    key = Seed(database).run("r1")
    with database.write() as c:
        artifacts.add(c, key, a_file("log", size_bytes=5, is_log=True))
        artifacts.add(c, key, a_file("file"))
        assert artifacts.set_size(c, key, "log", 3)
        assert not artifacts.set_size(c, key, "file", 9)
        assert [(a.path, a.size_bytes) for a in artifacts.listed(c, key)] == [("file", 1), ("log", 5)]


def test_the_list_is_in_the_order_of_code_points_on_every_database(database: Database) -> None:
    key = Seed(database).run("r1")
    with database.write() as c:
        for path in ("b", "B", "a/é", "a-b", "a/b", "%x", "_x"):
            artifacts.add(c, key, a_file(path))
        assert [a.path for a in artifacts.listed(c, key)] == sorted(("b", "B", "a/é", "a-b", "a/b", "%x", "_x"))
        assert [a.path for a in artifacts.listed(c, key, prefix="a/")] == ["a/b", "a/é"]
