"""Every kind of login of SDK v1 ends at the token of our server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from azureml.core.authentication import (
    AbstractAuthentication,
    ArmTokenAuthentication,
    Audience,
    AzureCliAuthentication,
    AzureMLTokenAuthentication,
    InteractiveLoginAuthentication,
    MsiAuthentication,
    ServicePrincipalAuthentication,
    TokenAuthentication,
)
from azureml.exceptions import UserErrorException
from runstead.testing.servers import RealServer

MAKERS: list[Callable[[], AbstractAuthentication]] = [
    InteractiveLoginAuthentication,
    AzureCliAuthentication,
    MsiAuthentication,
    lambda: ServicePrincipalAuthentication("tenant", "id", "password"),
    lambda: ArmTokenAuthentication("of-azure"),
    lambda: TokenAuthentication(lambda audience: "given"),
]


@pytest.mark.parametrize("make", MAKERS)
def test_the_header_carries_the_token_of_our_server(
    make: Callable[[], AbstractAuthentication], at_home: RealServer
) -> None:
    assert make().get_authentication_header() == {"Authorization": f"Bearer {at_home.token}"}


def test_a_session_is_signed(at_home: RealServer) -> None:
    session = SimpleNamespace(headers={"X": "y"})

    assert InteractiveLoginAuthentication().signed_session(session) is session

    assert session.headers == {"X": "y", "Authorization": f"Bearer {at_home.token}"}
    with pytest.raises(UserErrorException, match=r"requests\.Session"):
        InteractiveLoginAuthentication().signed_session()


def test_a_token_of_azure_goes_nowhere(at_home: RealServer) -> None:
    login = ArmTokenAuthentication("of-azure")
    login.update_arm_access_token("newer")

    assert login.get_token().token == at_home.token


def test_a_token_function_is_asked_for_its_audience(at_home: RealServer) -> None:
    assert TokenAuthentication(lambda audience: audience.name).get_token(Audience.AZUREML) == "AZUREML"


def test_the_token_of_a_job_is_used_as_it_is(at_home: RealServer) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    login = AzureMLTokenAuthentication.create("of-the-run", ends, "host", "s", "g", "w", "e", "r")

    assert login.get_authentication_header() == {"Authorization": "Bearer of-the-run"}
    assert (login.token, login.expiry_time) == ("of-the-run", ends)
    login.set_token("renewed", None)
    assert login.get_token().token == "renewed"
