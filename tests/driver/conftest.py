"""One real server for all jobs of a test file: its start costs more than most jobs."""

import pytest

from runstead.testing.servers import RealServer


@pytest.fixture(scope="module")
def server(common_server: RealServer) -> RealServer:
    return common_server
