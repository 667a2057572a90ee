import multiprocessing
from multiprocessing.queues import Queue

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from runstead.domain.errors import Conflict
from runstead.store import migrations
from runstead.store.engine import Database
from runstead.store.schemas import METADATA


def test_the_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_upgraded_database_is_left_as_it_is(database: Database) -> None:
    migrations.upgrade(database)
    with database.read() as connection:
        assert sa.inspect(connection).has_table("runs")


def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(Conflict, match="later version"):
        migrations.upgrade(database)


def upgrade_at_once(url: str, told: "Queue[str]") -> None:
    database = Database(url)
    try:
        migrations.upgrade(database)
        told.put("fine")
    except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
        told.put(repr(error))
    finally:
        database.close()


def test_servers_that_race_to_migrate_all_find_a_whole_schema(database_url: str) -> None:
    """Slow: starts four processes."""
    context = multiprocessing.get_context("spawn")
    told: Queue[str] = context.Queue()
    racers = [context.Process(target=upgrade_at_once, args=(database_url, told)) for _ in range(4)]
    for racer in racers:
        racer.start()
    assert [told.get(timeout=60) for _ in racers] == ["fine"] * 4
    for racer in racers:
        racer.join(10)
