"""The one thread per process that ships journals to the server, and never makes training wait."""

import atexit
import json
import logging
import os
import queue
import random
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from runstead.client.connection import Connection, quoted
from runstead.domain.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RunsteadError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from runstead.journal.writers import Writer

POLL_S = 0.1  # how old a point may get before it is shipped; a syscall per point would cost more than the point
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 20.0
LONGEST_FLUSH_PAUSE_S = 1.0  # while somebody waits
PATIENCE_S = 30.0  # of a caller of flush with a server that is away: long enough for it to be started again
EXIT_TIMEOUT_S = 10.0
FINAL = (Forbidden, NotFound)
# A cut body, a token about to be renewed, a full disk over there: tried again, but nobody waits for it to come right.
NOT_SOON = (InvalidArgument, TooLarge, Unauthenticated, Conflict)
NOT_SOON_TRIES = 3
TRIES_BEFORE_TOLD = 5
log = logging.getLogger(__name__)


class Shipper:
    """Sends pieces of journals to one workspace.

    connect: gives a connection; called in the uploader's thread at first use and again after a failure or a fork, so it
    may look for the server anew.
    """

    def __init__(self, workspace: str, connect: Callable[[], Connection]) -> None:
        self.workspace = workspace
        self._connect = connect
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """The connection in use."""
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def forget_connection(self) -> None:
        """Look for the server anew next time."""
        self._connection = None

    def send(self, run_id: str, writer_id: str, offset: int, piece: bytes) -> int:
        """Ship one piece of whole records; returns the offset that the server acknowledged."""
        return send_piece(self.connection(), metrics_path(self.workspace, run_id), writer_id, offset, piece)


def metrics_path(workspace: str, run_id: str) -> str:
    """The address of a run's metrics."""
    return f"/api/v1/workspaces/{quoted(workspace)}/runs/{quoted(run_id)}/metrics"


def send_piece(connection: Connection, path: str, writer_id: str, offset: int, piece: bytes) -> int:
    """Ship whole records to `path`; returns the acknowledged offset, also where the server asks for another one."""
    query = {"writer": writer_id, "offset": offset}
    headers = {"Content-Type": "application/octet-stream", "X-Runstead-CRC32": str(zlib.crc32(piece))}
    try:
        answer = connection.send("POST", f"{path}/ingest", piece, query=query, headers=headers)
    except Conflict as conflict:
        if isinstance(wanted := conflict.details.get("offset"), int) and wanted != offset:
            return wanted
        raise
    return int(json.loads(answer.body)["offset"])


class Shipment:
    """The journals of one session, in order, and how far the first of them got. The uploader's thread changes it."""

    def __init__(self, shipper: Shipper) -> None:
        self.shipper = shipper
        self.writers: deque[Writer] = deque()
        self.acked = 0
        self.failure: RunsteadError | None = None  # final
        self.trouble: RunsteadError | None = None  # the last try's, to be tried again
        self.troubled_at = 0.0  # since when there is
        self.tries = 0  # failed ones in a row
        self.retry_at = 0.0
        self.released = False  # nobody will log any more: close what cannot be shipped

    def has_arrived(self, writer: Writer, offset: int) -> bool:
        """Whether the server has all of `writer` before `offset`; a sealed journal must also be gone."""
        self.raise_failure()
        if writer not in self.writers:
            return True
        return writer is self.writers[0] and self.acked >= offset and not writer.is_sealed

    def raise_failure(self) -> None:
        """Raise the error that ended the shipping for good, if there is one."""
        if self.failure:
            raise type(self.failure)(self.failure.message, **self.failure.details)

    def is_stuck(self, *, patience_s: float) -> bool:
        """Whether to give up waiting: tries have failed for so long, or in a way that more of them will not mend."""
        if self.trouble is None:
            return False
        hopeless = isinstance(self.trouble, NOT_SOON) and self.tries >= NOT_SOON_TRIES
        return hopeless or time.monotonic() - self.troubled_at >= patience_s


class Uploader:
    """Ships what sessions have written; started by the first of them, one for the process."""

    def __init__(self) -> None:
        self._shipments: list[Shipment] = []
        self._progress = threading.Condition()  # guards the shipments; told after every change
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()  # re-entrant, unlike an Event: signal handlers log
        self._waiting = 0  # callers of flush
        self._thread: threading.Thread | None = None

    def add(self, shipment: Shipment, writer: Writer) -> None:
        """Ship this journal as well, after those that the shipment has."""
        with self._progress:
            shipment.writers.append(writer)
            if shipment not in self._shipments:
                self._shipments.append(shipment)
            if self._thread is None:
                self._start_thread()
        self._wake.put(None)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="runstead-uploader", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the interpreter is ending, or the machine has no threads left
            log.warning("metrics are not sent from here, they wait in their journals: %s", error)
            return
        self._thread = thread
        at_exit(finish)

    def flush(self, shipment: Shipment, *, timeout_s: float, patience_s: float = PATIENCE_S) -> None:
        """Wait until the server has all that is written by now.

        Raises the error that ended the shipping for good, or Unavailable: after `timeout_s`, after `patience_s` in
        which every try failed, or after some tries that were refused for a reason that does not go away by itself.
        """
        with self._progress:
            shipment.raise_failure()
            if not shipment.writers:
                return
            writer = shipment.writers[-1]
            offset = writer.written
            deadline = time.monotonic() + timeout_s
            shipment.retry_at, shipment.trouble = 0.0, None
            self._waiting += 1
            self._wake.put(None)
            try:
                while not shipment.has_arrived(writer, offset):
                    left_s = deadline - time.monotonic()
                    if left_s <= 0 or self._thread is None or shipment.is_stuck(patience_s=patience_s):
                        raise _not_arrived(writer, shipment.trouble, timeout_s)
                    self._progress.wait(left_s)
            finally:
                self._waiting -= 1

    def release(self, shipment: Shipment) -> None:
        """Nobody logs to these journals any more: go on shipping them, and let go of each when it has arrived."""
        with self._progress:
            shipment.released = True
        self._wake.put(None)

    def finish(self) -> None:
        """At a normal end of the process: ship what can be shipped in a short time, and say what could not."""
        deadline = time.monotonic() + EXIT_TIMEOUT_S
        for shipment in list(self._shipments):
            for writer in list(shipment.writers):
                writer.seal()
            try:
                self.flush(shipment, timeout_s=max(0.0, deadline - time.monotonic()), patience_s=0.0)
            except RunsteadError as error:
                log.warning("%s", error.message)

    def _run(self) -> None:
        while True:
            with suppress(queue.Empty):
                self._wake.get(timeout=POLL_S if self._shipments else None)
            while sum(map(self._advance, list(self._shipments))):  # a piece of each in turn
                pass

    def _advance(self, shipment: Shipment) -> bool:
        """Ship one piece, or let go of a journal that has arrived. False: nothing more to do for now."""
        if not shipment.writers or shipment.failure:
            self._let_go(shipment)
            return False
        if time.monotonic() < shipment.retry_at:
            return False
        writer = shipment.writers[0]
        was_sealed = writer.is_sealed  # asked before the end is: nothing comes after
        end = writer.piece_end(shipment.acked)
        if end > shipment.acked:
            return self._ship(shipment, writer, end)
        if was_sealed:
            writer.remove()
            with self._progress:
                shipment.writers.popleft()
                shipment.acked = 0
                self._progress.notify_all()
        return was_sealed

    def _ship(self, shipment: Shipment, writer: Writer, end: int) -> bool:
        opening = writer.opening
        try:
            piece = writer.read(shipment.acked, end)
            acked = shipment.shipper.send(opening.run_id, opening.writer_id, shipment.acked, piece)
            if not 0 <= acked <= writer.written:
                raise Conflict(f"the server has {acked} bytes of {writer.path}, which holds {writer.written}")
        except RunsteadError as error:
            self._note(shipment, error)
            return False
        except Exception as error:  # noqa: BLE001  an edge of the house: counted, told, and flush raises it
            self._note(shipment, RunsteadError(f"{writer.path} could not be shipped: {error!r}"))
            return False
        writer.acknowledge(acked)
        with self._progress:
            shipment.acked, shipment.tries, shipment.trouble = acked, 0, None
            self._progress.notify_all()
            # A few large requests a second, not many small ones: each takes the interpreter from training some times.
            return (
                self._waiting > 0 or shipment.released or writer.is_sealed or writer.piece_end(acked) < writer.written
            )

    def _note(self, shipment: Shipment, error: RunsteadError) -> None:
        shipment.shipper.forget_connection()
        writer = shipment.writers[0]
        with self._progress:
            shipment.tries += 1
            shipment.failure = error if isinstance(error, FINAL) else None
            longest_s = LONGEST_FLUSH_PAUSE_S if self._waiting else LONGEST_PAUSE_S
            pause_s = min(longest_s, FIRST_PAUSE_S * 2 ** min(shipment.tries, 30)) * _jitter.uniform(0.5, 1.0)
            now = time.monotonic()
            if shipment.trouble is None:
                shipment.troubled_at = now
            shipment.trouble, shipment.retry_at = error, now + pause_s
            self._progress.notify_all()
        if shipment.failure:
            log.warning(
                "metrics of run %s are no longer sent: %s. They stay in %s",
                writer.opening.run_id,
                error.message,
                writer.path.parent,
            )
        elif shipment.tries == TRIES_BEFORE_TOLD:
            log.warning("metrics of run %s wait in %s: %s", writer.opening.run_id, writer.path.parent, error.message)

    def _let_go(self, shipment: Shipment) -> None:
        if not shipment.released:
            return
        with self._progress:
            for writer in shipment.writers:
                writer.close()
            shipment.writers.clear()
            self._shipments.remove(shipment)
            self._progress.notify_all()


def _not_arrived(writer: Writer, trouble: RunsteadError | None, timeout_s: float) -> Unavailable:
    reason = trouble.message if trouble else f"no answer within {timeout_s:g} s"
    return Unavailable(
        f"metrics of run {writer.opening.run_id} have not all reached the server: {reason}. "
        f"They are kept in {writer.path.parent}; `runstead sync` delivers them"
    )


def uploader() -> Uploader:
    """This process's uploader."""
    return _uploader


def at_exit(act: Callable[[], None]) -> None:
    """Have this done at the normal end of this process."""
    atexit.register(act)
    # A forked child of multiprocessing ends without atexit, but with the finalisers of its own.
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:
        multiprocessing.Finalize(None, act, exitpriority=0)


def finish() -> None:
    """Ship what this process can in a short time, as it does at its end."""
    _uploader.finish()


def _start_anew() -> None:
    global _uploader
    _uploader = Uploader()


_jitter = random.Random()  # not the user's: training with a fixed seed must stay as it is
_uploader = Uploader()
os.register_at_fork(after_in_child=_start_anew)
