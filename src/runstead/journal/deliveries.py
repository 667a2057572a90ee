"""Delivers the journals that ended processes left behind, by whatever way leads to a server's store."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from runstead.domain.errors import Conflict, RunsteadError
from runstead.domain.records import Opening
from runstead.journal import files
from runstead.journal.recoveries import opening_of, recover


@dataclass(frozen=True)
class Store:
    """A way to a store. Both answer the offset up to which it has the journal; they raise RunsteadError."""

    stored: Callable[[Opening], int]
    send: Callable[[Opening, int, bytes], int]  # whole records from an offset on


@dataclass(frozen=True)
class Delivery:
    """What became of one journal.

    state: delivered (and deleted), empty (and deleted), damaged (delivered up to the damage, and set aside), in use
    (left alone), or failed (kept).
    """

    path: str
    state: str
    run_id: str = ""
    bytes_sent: int = 0
    message: str = ""

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


def deliver_all(directory: Path, store: Store, *, workspace: str | None = None) -> list[Delivery]:
    """Deliver every journal in a folder and below whose writer is gone. What fails is told, the others go on.

    workspace: only journals of this one.
    """
    files.remove_unborn(directory)
    return [one for path in files.journals_below(directory) for one in _delivered(path, store, workspace)]


def _delivered(path: Path, store: Store, workspace: str | None) -> Iterator[Delivery]:
    try:
        with files.claimed(path) as is_free:
            opening = opening_of(path) if is_free else None
            if not is_free:
                yield Delivery(str(path), "in use")
            elif opening is None:
                yield _put_away(path)
            elif workspace in (None, opening.workspace):
                yield _deliver(path, opening, store)
    except FileNotFoundError:
        return  # somebody else delivered it meanwhile
    except (RunsteadError, OSError) as error:
        yield Delivery(str(path), "failed", message=str(error))


def _deliver(path: Path, opening: Opening, store: Store) -> Delivery:
    recovery = recover(path, start=store.stored(opening))
    sent = 0
    with files.mapped(path) as view:
        for start, end in recovery.pieces:
            if store.send(opening, start, bytes(view[start:end])) < end:
                raise Conflict(f"the server went back behind byte {end} of {path}; try again")
            sent += end - start
    if recovery.damage is None:
        files.remove(path)
        return Delivery(str(path), "delivered", opening.run_id, sent, recovery.torn or "")
    return Delivery(str(files.set_aside(path)), "damaged", opening.run_id, sent, recovery.damage)


def _put_away(path: Path) -> Delivery:
    """A journal that does not say whose it is."""
    recovery = recover(path)
    if recovery.damage is None and recovery.torn is None:
        files.remove(path)
        return Delivery(str(path), "empty")
    return Delivery(str(files.set_aside(path)), "damaged", message=recovery.damage or recovery.torn or "")
