"""Takes in the journals that ended processes left in this server's home."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from runstead.domain.errors import RunsteadError
from runstead.domain.plans import JOURNAL, SHIPPED
from runstead.domain.records import Opening
from runstead.journal import processes
from runstead.journal.deliveries import Delivery, Store, deliver_all
from runstead.service import metrics, runs
from runstead.service.unit import Unit

SWEEP_S = 5.0
log = logging.getLogger(__name__)


def sweep(unit: Unit) -> list[Delivery]:
    """Take in what is left behind now; one Delivery for each journal that was found."""
    store = _store(unit)
    return [delivery for folder in _folders(unit) for delivery in deliver_all(folder, store)]


def give_up_abandoned(unit: Unit, deliveries: list[Delivery]) -> None:
    """Fail interactive runs of this machine whose process is gone. deliveries: of a sweep just now."""
    here = processes.machine()
    if here is None:
        return
    written = {Path(one.path).parent.name for one in deliveries if one.state == "in use"}
    for run_id in runs.give_up_abandoned(unit, here, is_alive=processes.is_alive, written=written):
        log.info("run %s has failed: its process is gone", run_id)


class Sweeper:
    """The thread that sweeps, at the start of the server and then every few seconds."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._told: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="runstead-sweeper", daemon=True)

    def start(self) -> None:
        """Begin, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the journal that is at work."""
        self._stopping.set()
        self._thread.join()

    def tell(self, deliveries: list[Delivery]) -> None:
        """Log what was done; of each journal that could not be taken in, once."""
        for one in deliveries:
            if one.state == "delivered" and one.bytes_sent:
                log.info("run %s: %d bytes of metrics were left in %s", one.run_id, one.bytes_sent, one.path)
            elif one.state in ("failed", "damaged") and one.path not in self._told:
                self._told.add(one.path)
                log.warning("%s is %s: %s", one.path, one.state, one.message)

    def _run(self) -> None:
        while True:
            try:
                deliveries = sweep(self._unit)
                self.tell(deliveries)
                give_up_abandoned(self._unit, deliveries)
            except (OSError, RunsteadError):
                log.exception("what was left behind could not be looked for; it is tried again")
            if self._stopping.wait(SWEEP_S):
                return


def _folders(unit: Unit) -> Iterator[Path]:
    yield unit.settings.home / JOURNAL
    for job in sorted(unit.settings.jobs.glob("*")):
        if not (job / SHIPPED).exists():
            yield job / JOURNAL


def _store(unit: Unit) -> Store:
    def stored(opening: Opening) -> int:
        return metrics.offset_of(unit, opening.workspace, opening.run_id, opening.writer_id)

    def send(opening: Opening, offset: int, piece: bytes) -> int:
        return metrics.ingest(unit, opening.workspace, opening.run_id, opening.writer_id, offset, piece)

    return Store(stored, send)
