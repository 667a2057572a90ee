"""How MLflow's client shows our token: a plugin of its own kind, which shows it to our server and to no other.

MLflow loads it through the entry point `mlflow.request_auth_provider` when MLFLOW_TRACKING_AUTH is `runstead`.
"""

from collections.abc import MutableMapping
from typing import Protocol, TypeVar

from runstead.client import config, local
from runstead.client.config import CREDENTIALS, Settings

FACE = "/mlflow/"


class Outgoing(Protocol):
    """A request of the `requests` library that is about to be sent."""

    url: str
    headers: MutableMapping[str, str]


Request = TypeVar("Request", bound=Outgoing)


class Credentials:
    """MLflow's RequestAuthProvider, by shape."""

    def get_name(self) -> str:
        """What MLFLOW_TRACKING_AUTH has to say."""
        return CREDENTIALS

    def get_auth(self) -> "Credentials":
        """What `requests` calls with each request."""
        return self

    def __call__(self, request: Request) -> Request:
        """Add the token, if the request goes to our server."""
        url, token = server_of(config.from_environment())
        if url is not None and token is not None and request.url.startswith(url + FACE):
            request.headers["Authorization"] = f"Bearer {token}"
        return request


def server_of(settings: Settings) -> tuple[str | None, str | None]:
    """Address and token of the server in use: the configured one, or the one of this home if it runs."""
    if settings.url is not None:
        return settings.url, settings.token
    server = local.running(settings.home)
    return (None, None) if server is None else (server.url, local.token_of(settings.home))
