"""Ships the journals that ended processes left behind."""

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from runstead import journal
from runstead.client.connection import Connection
from runstead.client.uploader import metrics_path, send_piece
from runstead.domain.errors import Conflict, RunsteadError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """What became of one journal. `state`: delivered, in use, damaged (delivered up to the damage), empty or failed."""

    path: str
    state: str
    run_id: str = ""
    bytes_sent: int = 0
    message: str = ""

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


def left_behind(directory: Path) -> list[Path]:
    """The journals in a folder and below, those of one writer in their order."""
    return sorted(directory.rglob("*" + journal.SUFFIX)) if directory.is_dir() else []


def sync_directory(directory: Path, connection: Connection, workspace: str | None = None) -> list[Delivery]:
    """Ship every journal below `directory` whose writer is gone, and delete what has arrived.

    workspace: only journals of this one. What goes wrong with one journal is in its Delivery; the others go on.
    """
    return [delivery for path in left_behind(directory) for delivery in _sync(path, connection, workspace)]


def _sync(path: Path, connection: Connection, workspace: str | None) -> Iterator[Delivery]:
    try:
        with journal.claimed(path) as is_mine:
            if not is_mine:
                yield Delivery(str(path), "in use")
                return
            delivery = _deliver(path, connection, workspace)
    except FileNotFoundError:
        return  # somebody else delivered it meanwhile
    except (RunsteadError, OSError) as error:
        log.warning("%s could not be delivered: %s", path, error)
        yield Delivery(str(path), "failed", message=str(error))
        return
    if delivery:
        yield delivery


def _deliver(path: Path, connection: Connection, workspace: str | None) -> Delivery | None:
    opening = journal.opening_of(path)
    if opening is None:
        return _without_opening(path)
    if workspace not in (None, opening.workspace):
        return None
    address = metrics_path(opening.workspace, opening.run_id)
    acked = int(connection.call("GET", f"{address}/offset", query={"writer": opening.writer_id})["offset"])
    recovery = journal.recover(path, start=acked)
    sent = 0
    with journal.mapped(path) as view:
        for start, end in recovery.pieces:
            acked = send_piece(connection, address, opening.writer_id, start, bytes(view[start:end]))
            if acked < end:
                raise Conflict(f"the server went back to byte {acked} of {path}; try again")
            sent += end - start
    if recovery.damage is None:
        journal.remove(path)
        return Delivery(str(path), "delivered", opening.run_id, sent, recovery.torn or "")
    aside = journal.set_aside(path)
    log.warning("%s is damaged: %s; what lies before is delivered", aside, recovery.damage)
    return Delivery(str(aside), "damaged", opening.run_id, sent, recovery.damage)


def _without_opening(path: Path) -> Delivery:
    recovery = journal.recover(path)
    if recovery.damage is None and recovery.torn is None:
        journal.remove(path)
        return Delivery(str(path), "empty")
    aside = journal.set_aside(path)
    return Delivery(str(aside), "damaged", message=recovery.damage or recovery.torn or "")
