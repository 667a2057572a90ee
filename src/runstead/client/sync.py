"""Ships the journals that ended processes left behind to a server."""

from pathlib import Path

from runstead.client.connection import Connection
from runstead.client.uploader import metrics_path, send_piece
from runstead.domain.records import Opening
from runstead.journal.deliveries import Delivery, Store, deliver_all


def sync_directory(directory: Path, connection: Connection, workspace: str | None = None) -> list[Delivery]:
    """Ship every journal below `directory` whose writer is gone, and delete what has arrived.

    workspace: only journals of this one. What goes wrong with one journal is in its Delivery; the others go on.
    """
    return deliver_all(directory, _store(connection), workspace=workspace)


def _store(connection: Connection) -> Store:
    def stored(opening: Opening) -> int:
        path = metrics_path(opening.workspace, opening.run_id)
        return int(connection.call("GET", f"{path}/offset", query={"writer": opening.writer_id})["offset"])

    def send(opening: Opening, offset: int, piece: bytes) -> int:
        path = metrics_path(opening.workspace, opening.run_id)
        return send_piece(connection, path, opening.writer_id, offset, piece)

    return Store(stored, send)
