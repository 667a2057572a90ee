"""One real server for all tests of the faces, each with a workspace and a folder of its own."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from azureml.core import Experiment, Workspace
from runstead.testing.servers import RealServer, running_server
from tests.engines import Podman

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


@pytest.fixture(scope="session")
def contained_server(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that finds podman's socket in its environment; no other server that is started later does."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in podman.variables.items():
                patch.setenv(name, value)
            started = stack.enter_context(running_server(tmp_path_factory.mktemp("contained") / "home"))
        yield started


@pytest.fixture
def boxed(contained_server: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """An experiment whose jobs may run in containers."""
    monkeypatch.setenv("RUNSTEAD_HOME", str(contained_server.home))
    monkeypatch.chdir(tmp_path)
    return Experiment(Workspace("a-subscription", "a-group", f"boxes{next(_numbers)}"), "contained")
