"""One real server for all jobs of a test file: its start costs more than most jobs."""

from collections.abc import Iterator

import pytest

from runstead.testing.servers import RealServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A real server that the tests of one file share."""
    with running_server(tmp_path_factory.mktemp("home")) as started:
        yield started
