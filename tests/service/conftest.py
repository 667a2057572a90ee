"""A unit over each kind of database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runstead.service import unit as units
from runstead.service.settings import Settings
from runstead.service.unit import Unit
from runstead.service.workspaces import ensure_default
from runstead.testing.clocks import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def unit(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[Unit]:
    opened = replace(units.opened(Settings(home=tmp_path / "home", database_url=database_url)), now_ms=clock.now_ms)
    ensure_default(opened)
    yield opened
    opened.close()
