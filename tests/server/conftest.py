"""What attacks are tried on."""

from collections.abc import Iterator

import pytest

from tests.server.grounds import Grounds, laid_out


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """One running server for the attacks of a file."""
    with laid_out(tmp_path_factory.mktemp("grounds")) as laid:
        yield laid
