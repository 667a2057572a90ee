import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from runstead.domain.errors import Conflict, InvalidArgument, NotFound, Unavailable
from runstead.store import counters, tables, workspaces
from runstead.store.engine import Database
from runstead.store.tables import experiments


def add_workspace(connection: sa.Connection, name: str) -> bool:
    return workspaces.add(
        connection, name, subscription_id="s", resource_group="g", location="l", workspace_id="i", created_at_ms=1
    )


def test_a_transaction_that_fails_keeps_nothing(database: Database) -> None:
    def fail(connection: sa.Connection) -> None:
        add_workspace(connection, "a")
        raise RuntimeError

    with pytest.raises(RuntimeError), database.write() as connection:
        fail(connection)
    with database.read() as connection:
        assert workspaces.listed(connection) == []


def test_a_name_is_given_once(database: Database) -> None:
    with database.write() as connection:
        assert [add_workspace(connection, "a"), add_workspace(connection, "a")] == [True, False]


def test_numbers_taken_by_many_threads_are_all_different_and_without_gaps(database: Database) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(20):
            with database.write() as connection:
                taken.append(counters.take(connection, 1, "run"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 161))


def test_a_reader_sees_one_moment_while_others_write(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE t (n INTEGER)"))
    with database.read() as reader:
        before = reader.execute(sa.text("SELECT count(*) FROM t")).scalar_one()
        with database.write() as connection:
            connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        assert reader.execute(sa.text("SELECT count(*) FROM t")).scalar_one() == before == 0
    database.close()


def test_sqlite_keeps_what_it_acknowledged_through_power_loss(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://u@h/d", "not an address"])
def test_another_kind_of_database_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(InvalidArgument, match=r"postgresql\+psycopg://"):
        Database(url)


def test_a_database_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable), database.read():
        pass


def raced(
    database: Database, first: Callable[[sa.Connection], object], second: Callable[[sa.Connection], object]
) -> BaseException | None:
    """How `second` ends, which another thread does while `first` is done and not yet committed."""
    ended: list[BaseException | None] = []
    begins = threading.Event()

    def do_second() -> None:
        begins.set()
        try:
            with database.write() as connection:
                second(connection)
        except Exception as error:  # noqa: BLE001  the test says which it must be
            ended.append(error)
        else:
            ended.append(None)

    thread = threading.Thread(target=do_second)
    with database.write() as connection:
        first(connection)
        thread.start()
        assert begins.wait(60)
    thread.join(60)
    return ended[0]


def in_workspace(key: int, name: str) -> sa.Insert:
    values = {"workspace_key": key, "name": name, "experiment_id": name, "description": "", "tags": {}}
    return sa.insert(experiments).values(**values, archived=False, created_at_ms=1, run_count=0)


@pytest.fixture
def workspace_key(database: Database) -> int:
    with database.write() as connection:
        add_workspace(connection, "a")
        return int(connection.execute(sa.select(tables.workspaces.c.workspace_key)).scalar_one())


def test_what_is_added_to_something_that_is_deleted_at_that_moment_is_not_found(
    database: Database, workspace_key: int
) -> None:
    gone = sa.delete(tables.workspaces).where(tables.workspaces.c.workspace_key == workspace_key)
    ended = raced(database, lambda c: c.execute(gone), lambda c: c.execute(in_workspace(workspace_key, "x")))
    assert isinstance(ended, NotFound)
    assert "was deleted at the same moment" in ended.message


def test_what_is_deleted_while_something_is_added_to_it_stays(database: Database, workspace_key: int) -> None:
    gone = sa.delete(tables.workspaces).where(tables.workspaces.c.workspace_key == workspace_key)
    ended = raced(database, lambda c: c.execute(in_workspace(workspace_key, "x")), lambda c: c.execute(gone))
    assert isinstance(ended, Conflict)
    assert "delete it again" in ended.message


def test_what_two_make_at_once_one_has_made(database: Database, workspace_key: int) -> None:
    make = in_workspace(workspace_key, "x")
    ended = raced(database, lambda c: c.execute(make), lambda c: c.execute(make))
    assert isinstance(ended, Conflict)
    assert "at the same moment" in ended.message


def test_a_row_that_is_wrong_in_itself_is_a_fault_of_ours_and_no_race(database: Database, workspace_key: int) -> None:
    wrong = in_workspace(workspace_key, "x").values(description=None)
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        connection.execute(wrong)
