"""Logins of image registries: who may pull private images. A password is sealed wherever it is kept."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any  # JSON values

from runstead.domain.environments import section
from runstead.domain.errors import InvalidArgument
from runstead.domain.images import DOCKER_HUB, registry_of

_ADDRESS = re.compile(r"(?:https?://)?[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:/[\w./-]*)?")
_SPELLINGS = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")  # of Docker Hub


@dataclass(frozen=True)
class Login:
    """A registry and who may read it; without an address it is Docker Hub."""

    address: str = ""
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """What the names of its images begin with; empty without an address."""
        bare = re.sub(r"^https?://", "", self.address).rstrip("/")
        host, slash, path = bare.partition("/")
        return DOCKER_HUB if host in _SPELLINGS else f"{host.lower()}{slash}{path}"

    @property
    def secret(self) -> str:
        """The name under which a workspace keeps the password: no name of a key vault's secret has a slash."""
        whose = f"{self.place or DOCKER_HUB}\0{self.username}"
        return f"registry/{hashlib.sha256(whose.encode()).hexdigest()[:32]}"

    def is_for(self, image: str) -> bool:
        """Whether the image is of this registry: no other one is shown the login."""
        if not self.username:
            return False
        return image.startswith(f"{self.place}/") if self.place else registry_of(image) == DOCKER_HUB


def login_of(given: object) -> Login:
    """The checked login of a JSON object; no error says a password."""
    if not isinstance(given, Mapping) or set(given) - {"address", "username", "password"}:
        raise InvalidArgument("an image registry has an address, a username and a password, and nothing else")
    if not all(isinstance(value, str) and len(value) < 20_000 and "\0" not in value for value in given.values()):
        raise InvalidArgument("an image registry's address, username and password must be texts")
    login = Login(**given)
    if login.address and not _ADDRESS.fullmatch(login.address):
        raise InvalidArgument(
            f"{login.address[:80]!r} is no address of an image registry; write it as registry.example.org:5000"
        )
    return login


def login_in(definition: Mapping[str, Any]) -> Login | None:
    """The login of an environment's definition, as SDK v1 writes it; None if it names no registry."""
    registry = section(section(definition, "docker"), "baseImageRegistry")
    if not (registry.get("address") or registry.get("username")):
        return None
    return login_of({name: registry.get(name) or "" for name in ("address", "username", "password")})


def without_password(definition: Mapping[str, Any]) -> dict[str, Any]:
    """An environment's definition as it may be kept and shown: the password is nobody's but its owner's."""
    docker = section(definition, "docker")
    registry = section(docker, "baseImageRegistry")
    if not registry.get("password"):
        return dict(definition)
    return {**definition, "docker": {**docker, "baseImageRegistry": {**registry, "password": None}}}
