"""Short fixed keys for long names."""

import hashlib


def key_of(*parts: str) -> str:
    """32 hexadecimal digits that stand for these parts; no part holds a NUL, so nothing else has the same text."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]
