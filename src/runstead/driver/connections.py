"""The driver's way to its server: found again when the server moved, patient while it is down."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from runstead.client.connection import Connection
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Unavailable
from runstead.domain.plans import Plan

Value = TypeVar("Value")
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


class Link:
    """One run's server. Thread-safe; the threads share one renewed token."""

    def __init__(self, plan: Plan) -> None:
        self._server_file = None if plan.server_file is None else Path(plan.server_file)
        self._workspace = Workspace(Connection(plan.url, plan.token), plan.workspace)
        self.run_id = plan.run_id

    def ask(self, act: Callable[[Workspace], Value]) -> Value:
        """What `act` answers. Raises Unavailable if the server is not there; the next call looks for it again."""
        try:
            return act(self._workspace)
        except Unavailable:
            self._look_again()
            raise

    def insist(self, act: Callable[[Workspace], Value], *, until: float) -> Value:
        """What `act` answers, asked again until the monotonic time `until` while the server is unavailable."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return self.ask(act)
            except Unavailable:
                if time.monotonic() + pause_s > until:
                    raise
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def renew(self, token: str) -> None:
        """Shows this token from now on."""
        self._workspace.connection.token = token

    def _look_again(self) -> None:
        if self._server_file is None:
            return
        with suppress(FileNotFoundError, ValueError, KeyError):  # no server yet, or its file is just being written
            url = json.loads(self._server_file.read_bytes())["url"].rstrip("/")
            if url != self._workspace.connection.url:
                self._workspace = Workspace(Connection(url, self._workspace.connection.token), self._workspace.name)
