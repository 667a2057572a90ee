"""One real server for all tests of the faces, each with a workspace and a folder of its own."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Experiment, Workspace
from runstead.testing.servers import RealServer, running_server

_numbers = itertools.count()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with running_server(tmp_path_factory.mktemp("faces") / "home") as started:
        yield started


@pytest.fixture
def at_home(shared_server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RealServer:
    """The environment says where the server is; the current folder is an empty one."""
    monkeypatch.setenv("RUNSTEAD_HOME", str(shared_server.home))
    monkeypatch.chdir(tmp_path)
    return shared_server


@pytest.fixture
def workspace(at_home: RealServer) -> Workspace:
    return Workspace("a-subscription", "a-group", f"ws{next(_numbers)}")


@pytest.fixture
def experiment(workspace: Workspace) -> Experiment:
    return Experiment(workspace, "an-experiment")
