"""Delivers the points that the script's processes logged and could not send any more."""

import time
from pathlib import Path

from runstead.client.runs import load_run
from runstead.client.sync import sync_directory
from runstead.driver.connections import Link
from runstead.journal.deliveries import Delivery
from runstead.journal.files import journals_below

_ATTEMPTS = 5
_PAUSE_S = 0.2


def ship_journals(link: Link, folder: Path, *, until: float) -> list[str]:
    """Ships what is left in the journals below `folder`; answers one sentence for each that could not be.

    Raises Unavailable if the server is not there until the monotonic time `until`.
    """
    if not journals_below(folder):
        return []
    failed: list[Delivery] = []
    for _ in range(_ATTEMPTS):
        link.insist(lambda w: load_run(w, link.run_id), until=until)
        failed = [
            d for d in link.ask(lambda w: sync_directory(folder, w.connection)) if d.state in ("failed", "in use")
        ]
        if not failed:
            return []
        time.sleep(_PAUSE_S)
    return [f"{one.path} was not delivered: {one.message or one.state}; try: runstead sync {folder}" for one in failed]
