"""The training side's way to the server; light to import."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runstead.client import pools as pools


def __getattr__(name: str) -> object:
    # `client.pools` is imported by the first request: a script that only logs does not wait for it.
    if name == "pools":
        return import_module("runstead.client.pools")
    raise AttributeError(f"module 'runstead.client' has no attribute {name!r}")
