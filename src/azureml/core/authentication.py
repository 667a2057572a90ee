"""SDK v1 `azureml.core.authentication`: every kind of login ends at our server's own token."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from azureml._errors import speaks_v1
from azureml._later import not_yet
from runstead.client import config, local

FOREVER = timedelta(days=365)


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

    def signed_session(self, session: object = None) -> object:
        raise not_yet("signed_session", instead="Use get_authentication_header().")

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

    def __init__(self, get_token_for_audience: Callable[[str], str], cloud: str | None = None) -> None:
        super().__init__(cloud)
        self._get_token_for_audience = get_token_for_audience

    def get_token(self, audience: str = "Audience.ARM") -> str:  # type: ignore[override]  # as in SDK v1
        return self._get_token_for_audience(audience)
