"""SDK v1 `azureml.core.authentication`: every kind of login ends at our server's own token."""

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from azureml._errors import speaks_v1
from azureml.exceptions import UserErrorException
from runstead.client import config, local

FOREVER = timedelta(days=365)


class Audience(Enum):
    """SDK v1 `Audience`: whom a token is for; with us they are one."""

    ARM = "ARM"
    AZUREML = "AZUREML"


class Session(Protocol):
    """What can be signed: a session of requests, or anything with headers."""

    headers: MutableMapping[str, str]


class AccessToken(NamedTuple):
    """A token and when it ends, in seconds since 1970."""

    token: str
    expires_on: int


@speaks_v1
class AbstractAuthentication:
    """SDK v1 `AbstractAuthentication`; the header is what notebooks pass to REST calls of our server."""

    def __init__(self, cloud: str | None = None) -> None:
        self._cloud = cloud

    def get_authentication_header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token()}"}

    def get_token(self, *scopes: str, **kwargs: object) -> AccessToken:
        return AccessToken(self._token(), int((datetime.now(UTC) + FOREVER).timestamp()))

    def signed_session(self, session: Session | None = None) -> Session:
        """The session with our token among its headers."""
        if session is None:
            raise UserErrorException(
                "signed_session needs a session to sign, such as requests.Session(); get_authentication_header() gives "
                "the header alone"
            )
        session.headers.update(self.get_authentication_header())
        return session

    def _token(self) -> str:
        return local.connect(config.from_environment()).token


class InteractiveLoginAuthentication(AbstractAuthentication):
    """SDK v1 `InteractiveLoginAuthentication`; nobody is asked anything."""

    def __init__(self, force: bool = False, tenant_id: str | None = None, cloud: str | None = None) -> None:
        super().__init__(cloud)


class ServicePrincipalAuthentication(AbstractAuthentication):
    """SDK v1 `ServicePrincipalAuthentication`; what it is given goes nowhere."""

    def __init__(
        self,
        tenant_id: str,
        service_principal_id: str,
        service_principal_password: str,
        cloud: str = "AzureCloud",
    ) -> None:
        super().__init__(cloud)


class MsiAuthentication(AbstractAuthentication):
    """SDK v1 `MsiAuthentication`."""

    def __init__(self, cloud: str | None = None, **kwargs: object) -> None:
        super().__init__(cloud)


class AzureCliAuthentication(AbstractAuthentication):
    """SDK v1 `AzureCliAuthentication`."""

    def __init__(self, cloud: str | None = None) -> None:
        super().__init__(cloud)


class TokenAuthentication(AbstractAuthentication):
    """SDK v1 `TokenAuthentication`; a token of our server is what the function must give."""

    def __init__(self, get_token_for_audience: Callable[[Audience], str], cloud: str | None = None) -> None:
        super().__init__(cloud)
        self._get_token_for_audience = get_token_for_audience

    def get_token(self, audience: Audience = Audience.ARM) -> str:  # type: ignore[override]  # as in SDK v1
        return self._get_token_for_audience(audience)


class ArmTokenAuthentication(AbstractAuthentication):
    """SDK v1 `ArmTokenAuthentication`; the token of Azure that it is given goes nowhere."""

    def __init__(self, arm_access_token: str, cloud: str | None = None) -> None:
        super().__init__(cloud)

    def update_arm_access_token(self, new_arm_access_token: str) -> None:
        """Accepted and without effect: there is nothing at Azure to log in to."""


@speaks_v1
class AzureMLTokenAuthentication(AbstractAuthentication):
    """SDK v1 `AzureMLTokenAuthentication`: the token of a job, which is one of our server."""

    EXPIRATION_THRESHOLD_IN_SECONDS = 95
    REFRESH_INTERVAL_IN_SECONDS = 30

    def __init__(
        self,
        azureml_access_token: str,
        expiry_time: datetime | None = None,
        host: str | None = None,
        subscription_id: str | None = None,
        resource_group_name: str | None = None,
        workspace_name: str | None = None,
        experiment_name: str | None = None,
        run_id: str | None = None,
        user_email: str | None = None,
        experiment_id: str | None = None,
        cloud: str = "AzureCloud",
    ) -> None:
        super().__init__(cloud)
        self.set_token(azureml_access_token, expiry_time)

    @classmethod
    def create(
        cls,
        azureml_access_token: str,
        expiry_time: datetime | None,
        host: str | None,
        subscription_id: str | None,
        resource_group_name: str | None,
        workspace_name: str | None,
        experiment_name: str | None,
        run_id: str | None,
        user_email: str | None = None,
        experiment_id: str | None = None,
    ) -> "AzureMLTokenAuthentication":
        return cls(azureml_access_token, expiry_time)

    def set_token(self, token: str, expiry_time: datetime | None) -> None:
        self._given, self._expiry_time = token, expiry_time

    @property
    def token(self) -> str:
        return self._given

    @property
    def expiry_time(self) -> datetime | None:
        return self._expiry_time

    def _token(self) -> str:
        return self._given
