"""Fixtures that every room's tests use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from runstead.service.settings import Settings
from runstead.store.engine import sqlite_url
from runstead.testing.postgres import postgres_server, programs
from runstead.testing.servers import House, RealServer, house_of, running_server
from tests.engines import Podman, is_podman_there, podman_of
from tests.machine import NO_PODMAN, NO_POSTGRES, skip_without

# Some machines forbid Python to keep compiled files; every server that a test starts would then take seconds longer.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Nor may a test meet a container engine of the machine: those that want one say which.
os.environ["RUNSTEAD_ENGINE"] = "none"
os.environ["RUNSTEAD_SOLVER"] = "uv"  # nor a conda


# A shell that runs `make test` in the background has it ignore Ctrl-C, and every process that a test starts, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long an example takes says more about the machine's other work than about the code. What is released is decided on
# the same examples every time; `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", settings.get_profile("explore"), derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, started once for the session."""
    folder = programs()
    if folder is None:
        skip_without(NO_POSTGRES)
    with postgres_server(folder) as url:
        yield url


@pytest.fixture
def fresh_postgres(postgres_url: str) -> str:
    """An empty database on it."""
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        number = connection.execute(sa.text("SELECT count(*) FROM pg_database")).scalar_one()
        connection.execute(sa.text(f"CREATE DATABASE fresh{number}"))
    engine.dispose()
    return sa.make_url(postgres_url).set(database=f"fresh{number}").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, one test each."""
    if request.param == "sqlite":
        return sqlite_url(str(tmp_path / "runstead.db"))
    url: str = request.getfixturevalue("fresh_postgres")
    return url


@pytest.fixture(scope="session")
def podman(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Podman]:
    """A real podman with an image that has a Python; its storage is shared by the session's workers."""
    if not is_podman_there():
        skip_without(NO_PODMAN)
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "podman"
    with podman_of(shared, tmp_path_factory.mktemp("pod")) as found:
        yield found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The app in this process, over SQLite."""
    with house_of(Settings(home=tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A real server in a process of its own."""
    with running_server(tmp_path / "home") as started:
        yield started


@pytest.fixture(scope="module")
def common_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One for the tests of a file."""
    with running_server(tmp_path_factory.mktemp("common") / "home") as started:
        yield started
