"""What a launcher must do: turn a staged job folder into a running driver, and tell whether it lives."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

GROUP = "runstead.launchers"


class Launcher(Protocol):
    """One way to run jobs. It is found by the name of its entry point, which is the compute target's."""

    def start(self, folder: Path) -> str:
        """Start a driver for the staged job; answers the native id. A second driver for one job ends at once.

        Raises Unavailable or InvalidArgument with the reason if no driver can be started.
        """
        ...

    def attach(self, folder: Path) -> str | None:
        """The native id of the driver that lives for this job, whoever started it; None if none does."""
        ...

    def living(self, native_ids: Iterable[str]) -> set[str]:
        """Those whose driver lives, asked for all at once."""
        ...

    def cancel(self, folder: Path) -> None:
        """Ask the driver to end the job; asking again is fine."""
        ...


@cache
def installed_launchers() -> Mapping[str, Launcher]:
    """Every launcher that is installed, by name; the built-in one comes through the same door. One of each."""
    return {point.name: point.load()() for point in entry_points(group=GROUP)}
