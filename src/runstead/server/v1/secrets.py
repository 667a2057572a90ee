"""Secrets of a workspace. A value leaves in one answer only, never to a browser's cookie."""

from dataclasses import dataclass, field

from fastapi import Response

from runstead.domain.errors import Forbidden
from runstead.domain.secrets import Secret, SecretWrite
from runstead.server.auth import CallerIn, UnitIn, needs, router
from runstead.server.v1.shapes import at
from runstead.service import secrets

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class SecretBody:
    """A secret to keep."""

    value: str = field(repr=False)
    content_type: str = ""


@dataclass(frozen=True)
class SecretShape:
    """What is shown of a secret."""

    name: str
    content_type: str
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class SecretsShape:
    """By name."""

    secrets: list[SecretShape]


@dataclass(frozen=True)
class SecretValueShape:
    """A secret with its value."""

    name: str
    content_type: str
    value: str = field(repr=False)


@routes.get(W + "/secrets")
@needs("read")
def list_secrets(ws: str, unit: UnitIn) -> SecretsShape:
    """The names of the workspace's secrets."""
    return SecretsShape([_shape(one) for one in secrets.listed(unit, ws)])


@routes.put(W + "/secrets/{name}")
@needs("write")
def put_secret(ws: str, name: str, unit: UnitIn, body: SecretBody) -> SecretShape:
    """Keep a secret; one of the same name is replaced."""
    return _shape(secrets.put(unit, ws, SecretWrite(name, body.value, body.content_type)))


@routes.get(W + "/secrets/{name}")
@needs("read")
def get_secret(ws: str, name: str, unit: UnitIn, caller: CallerIn, response: Response) -> SecretValueShape:
    """One secret with its value, for whoever holds a token; a page in the browser does not."""
    if caller.by_cookie:
        raise Forbidden("a browser's cookie may not read secrets; send Authorization: Bearer <token>")
    found = secrets.load(unit, ws, name)
    response.headers["Cache-Control"] = "no-store"
    return SecretValueShape(found.name, found.content_type, found.value)


@routes.delete(W + "/secrets/{name}")
@needs("write")
def delete_secret(ws: str, name: str, unit: UnitIn) -> dict[str, str]:
    """Forget a secret."""
    secrets.delete(unit, ws, name)
    return {}


def _shape(secret: Secret) -> SecretShape:
    return SecretShape(secret.name, secret.content_type, at(secret.created_at_ms), at(secret.updated_at_ms))
