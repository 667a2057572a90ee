"""An empty, migrated database of each kind."""

from collections.abc import Iterator

import pytest

from runstead.store import migrations
from runstead.store.engine import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    migrations.upgrade(opened)
    yield opened
    opened.close()
