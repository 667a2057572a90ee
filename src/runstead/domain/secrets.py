"""A secret of a workspace: a name that is shown, a value that is not."""

import re
from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.domain.limits import Limits
from runstead.domain.names import checked_text

# The rule of Azure's key vaults.
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


@dataclass(frozen=True)
class Secret:
    """What may be shown of a secret."""

    name: str
    content_type: str
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True)
class SecretWrite:
    """A secret to keep."""

    name: str
    value: str = field(repr=False)
    content_type: str = ""


def is_secret_name(name: str) -> bool:
    """Whether people may choose this name; the server's own secrets have others."""
    return _NAME.fullmatch(name) is not None


def checked_secret_name(name: str) -> str:
    """A secret's name: letters, digits and '-'."""
    if not is_secret_name(name):
        raise InvalidArgument(f"{name[:40]!r} is no name of a secret: write 1 to 127 letters, digits and '-'")
    return name


def checked_secret(secret: SecretWrite, limits: Limits) -> SecretWrite:
    """A secret within the limits; no error says its value."""
    checked_secret_name(secret.name)
    checked_text(f"value of secret {secret.name!r}", secret.value, limits.secret_chars)
    checked_text(f"content type of secret {secret.name!r}", secret.content_type, limits.tag_key_chars)
    return secret
