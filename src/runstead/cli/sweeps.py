"""The server's own sync: journals that dead processes left in the state folder are delivered without being asked."""

import logging
import threading
from pathlib import Path

from runstead.client import local
from runstead.client.connection import Connection
from runstead.client.sync import sync_directory
from runstead.domain.errors import RunsteadError

FIRST_S = 1.0
EVERY_S = 5.0
SLOWEST_S = 600.0
log = logging.getLogger(__name__)


class JournalSweep:
    """A thread that looks for journals whose writers are gone; where one cannot be delivered, it looks less often."""

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        self._url = url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="journal-sweep")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the journal in hand."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        pause_s = FIRST_S
        while not self._ended.wait(pause_s):
            pause_s = EVERY_S if self._sweep() else min(max(pause_s, EVERY_S) * 2, SLOWEST_S)

    def _sweep(self) -> bool:
        try:
            connection = Connection(self._url, local.token_of(self._home))
            folders = [self._home / "journal", *sorted(self._home.glob("jobs/*/journal"))]
            delivered = [delivery for folder in folders for delivery in sync_directory(folder, connection)]
        except (RunsteadError, OSError):
            log.exception("the sweep of journals failed; the next one tries again")
            return False
        for delivery in delivered:
            if delivery.state != "in use":
                log.info("journal %s: %s, %d bytes", delivery.path, delivery.state, delivery.bytes_sent)
        return all(delivery.state != "failed" for delivery in delivered)
