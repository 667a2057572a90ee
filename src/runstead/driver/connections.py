"""The driver's way to its server: found again when it moved, patient while it is down."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from runstead.client.connection import Connection
from runstead.client.local import address_of
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Unavailable
from runstead.domain.plans import Plan

Value = TypeVar("Value")
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


class Link:
    """One run's server. Thread-safe; the threads share one renewed token."""

    def __init__(self, plan: Plan) -> None:
        home = None if plan.home is None else Path(plan.home)
        found = None if home is None else lambda: address_of(home)
        self._workspace = Workspace(Connection(plan.url, plan.token, found=found), plan.workspace)
        self.run_id = plan.run_id

    def ask(self, act: Callable[[Workspace], Value]) -> Value:
        """What `act` answers. Raises Unavailable if the server is not there."""
        return act(self._workspace)

    def insist(self, act: Callable[[Workspace], Value], *, until: float) -> Value:
        """What `act` answers, asked again until the monotonic time `until` while the server is unavailable."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return act(self._workspace)
            except Unavailable:
                if time.monotonic() + pause_s > until:
                    raise
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def connection(self) -> Connection:
        """The one that all threads share."""
        return self._workspace.connection

    def renew(self, token: str) -> None:
        """Shows this token from now on."""
        self._workspace.connection.token = token
