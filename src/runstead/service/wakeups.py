"""Tells waiting readers of this process that something changed. A lost wake-up costs latency, never data."""

import logging
import threading
from collections.abc import Callable, Sequence

from runstead.store.changes import Change

Listener = Callable[[int, Sequence[Change]], None]  # workspace key, what changed; called by the thread that committed
log = logging.getLogger(__name__)


class Wakeups:
    """Listeners of one process; safe for threads."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._lock = threading.Lock()
        self._next = 0

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after every commit that changed something, until the returned function is called."""
        with self._lock:
            self._next += 1
            number = self._next
            self._listeners[number] = listener
        return lambda: self._forget(number)

    def wake(self, workspace_key: int, news: Sequence[Change]) -> None:
        """Tell everybody. A listener only passes the word on; one that fails must not harm the writer."""
        for listener in list(self._listeners.values()):
            try:
                listener(workspace_key, news)
            except Exception:
                log.exception("a listener of changes failed")

    def _forget(self, number: int) -> None:
        with self._lock:
            self._listeners.pop(number, None)
