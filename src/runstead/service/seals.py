"""Seals values with a key that is never in the database: AES-256-GCM, bound to where the value belongs."""

import base64
import binascii
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runstead.domain.errors import Conflict, InvalidArgument
from runstead.service.settings import Settings

KEY_BYTES, NONCE_BYTES = 32, 12
FORMAT = b"\x01"


def sealed(settings: Settings, value: bytes, *, place: str) -> bytes:
    """The value, readable with the key alone, and only for the same place: format, nonce, ciphertext with tag."""
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + AESGCM(key_of(settings)).encrypt(nonce, value, place.encode())


def unsealed(settings: Settings, content: bytes, *, place: str) -> bytes:
    """The value. Conflict if it was sealed with another key, for another place, or was changed."""
    nonce, ciphertext = content[1 : 1 + NONCE_BYTES], content[1 + NONCE_BYTES :]
    try:
        if content[:1] != FORMAT:
            raise InvalidTag
        return AESGCM(key_of(settings)).decrypt(nonce, ciphertext, place.encode())
    except InvalidTag as error:
        raise Conflict(
            f"the secret {place.rpartition('/')[2]!r} cannot be read with the key of this server "
            f"({told(settings)}): give back the key that it was kept with, or set the secret anew"
        ) from error


def key_of(settings: Settings) -> bytes:
    """The server's key: of its settings, or of the file in its home, which is made when it is first needed."""
    if settings.secrets_key:
        return decoded_key(settings.secrets_key)
    path = key_file(settings)
    if not path.exists():
        _make_key(path)
    return decoded_key(path.read_text())


def key_file(settings: Settings) -> Path:
    """Where the key lies if the settings hold none."""
    return settings.home / "secrets.key"


def decoded_key(text: str) -> bytes:
    """32 bytes in base64; InvalidArgument, which does not say the text, if it is something else."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidArgument(
            "the key of the secrets is not 32 bytes in base64; make one with: openssl rand -base64 32"
        )
    return key


def told(settings: Settings) -> str:
    """Where the key comes from."""
    return "RUNSTEAD_SECRETS_KEY" if settings.secrets_key else str(key_file(settings))


def _make_key(path: Path) -> None:
    """Whole or not at all; of two that make it at once, one wins and both use it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another was faster
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
