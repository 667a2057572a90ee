import socket
from pathlib import Path

import pytest

from runstead.domain.addresses import is_loopback
from runstead.server.hosts import is_our_host
from runstead.service.settings import Settings
from runstead.testing.servers import House

LOCAL = Settings(home=Path("/nowhere"), port=7373)
OPEN = Settings(home=Path("/nowhere"), port=7373, host="0.0.0.0")
BEHIND_PROXY = Settings(home=Path("/nowhere"), port=7373, public_url="https://runs.example.org")
NAMED = Settings(home=Path("/nowhere"), port=7373, allowed_hosts=("box:9000",))


@pytest.mark.parametrize(
    ("settings", "host", "ours"),
    [
        (LOCAL, "127.0.0.1:7373", True),
        (LOCAL, "localhost:7373", True),
        (LOCAL, "[::1]:7373", True),
        (LOCAL, "localhost:7374", False),
        (LOCAL, "localhost", False),
        (LOCAL, "192.168.0.7:7373", False),
        (LOCAL, f"{socket.gethostname().lower()}:7373", False),
        (OPEN, "192.168.0.7:7373", True),
        (OPEN, "192.168.0.7:80", False),
        (OPEN, f"{socket.gethostname().lower()}:7373", True),
        (OPEN, "evil.test:7373", False),
        (BEHIND_PROXY, "runs.example.org", True),
        (BEHIND_PROXY, "runs.example.org:7373", False),
        (NAMED, "box:9000", True),
        (NAMED, "box:7373", False),
    ],
)
def test_a_host_is_ours_with_its_port_or_not_at_all(settings: Settings, host: str, *, ours: bool) -> None:
    assert is_our_host(settings, host) == ours


def test_the_refusal_of_a_host_says_what_to_do(house: House) -> None:
    answer = house.http.get("/health", headers={"Host": "box.lan:7373"})
    assert answer.status_code == 403
    assert "runstead up --allowed-host box.lan:7373" in answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1", "[::1]"])
def test_loopback_is_known_in_all_its_forms(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "box"])
def test_everything_else_is_the_network(host: str) -> None:
    assert not is_loopback(host)
