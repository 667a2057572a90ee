"""Files that are logged (images, charts) are sent in the background, in order, so that training does not wait."""

import logging
import os
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from runstead.client.artifacts import put_distinct
from runstead.client.uploader import (
    EXIT_TIMEOUT_S,
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    PATIENCE_S,
    Shipper,
    at_exit,
    finish,
)
from runstead.client.values import tell_once
from runstead.client.workspaces import Workspace
from runstead.domain.errors import RunsteadError, TooLarge, Unauthenticated, Unavailable

MOST_BYTES = 64 << 20  # held in memory; beyond that log_image waits, and drops when the server is away
AGAIN = (Unavailable, Unauthenticated)  # a server that is away, a token about to be renewed: it may come right
LOOK_AGAIN_S = 1.0
log = logging.getLogger(__name__)


class File(NamedTuple):
    """A file to be sent; `sent` is told the path under which it is kept."""

    path: str
    content: bytes
    sent: Callable[[str], None]


class Outbox:
    """The files of one run that this process still has to send. Its thread starts with the first of them."""

    def __init__(self, run_id: str, shipper: Shipper) -> None:
        self._run_id, self._shipper = run_id, shipper
        self._files: deque[File] = deque()
        self._changed = threading.Condition()  # re-entrant: signal handlers may log
        self._thread: threading.Thread | None = None
        self._failure: RunsteadError | None = None  # of a file that was given up; flush raises it, once
        self._trouble: RunsteadError | None = None  # of the last try
        self._troubled_at = 0.0
        self._hurry = False
        _outboxes.add(self)

    def put(self, file: File) -> None:
        """Send this file after those that wait; returns at once unless too many bytes wait."""
        with self._changed:
            while self._files and self._held_bytes() + len(file.content) > MOST_BYTES:
                if self._trouble is not None:
                    self._give_up(file, TooLarge("the server is away, and no more files are held in memory"))
                    return
                self._changed.wait(LOOK_AGAIN_S)
            self._files.append(file)
            if self._thread is None:
                self._start_thread()
            self._changed.notify_all()

    def wait(self, timeout_s: float, *, patience_s: float = PATIENCE_S) -> None:
        """Until all that was put before has been sent.

        Raises what made a file be given up; Unavailable after `timeout_s`, or `patience_s` of tries that failed.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            if self._files:
                self._hurry, self._trouble = True, None
                self._changed.notify_all()
                last = self._files[-1]
                self._changed.wait_for(
                    lambda: not self._holds(last) or self._is_stuck(patience_s), max(0.0, deadline - time.monotonic())
                )
                self._hurry = False
                if self._holds(last):
                    raise self._not_sent(timeout_s)
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._run, name="runstead-files", daemon=True)
        self._thread.start()
        at_exit(finish_all)

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._files)
                file = self._files[0]
            try:
                place = Workspace(self._shipper.connection(), self._shipper.workspace)
                file.sent(put_distinct(place, self._run_id, path=file.path, content=file.content))
            except AGAIN as error:
                self._note_trouble(error, pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            except RunsteadError as error:
                with self._changed:
                    self._give_up(file, error)
            except Exception as error:  # noqa: BLE001  an edge of the house: told, and flush raises it
                with self._changed:
                    self._give_up(file, RunsteadError(f"it could not be sent: {error!r}"))
            pause_s = FIRST_PAUSE_S
            with self._changed:
                self._files.popleft()
                self._trouble = None
                self._changed.notify_all()

    def _note_trouble(self, error: RunsteadError, pause_s: float) -> None:
        self._shipper.forget_connection()
        with self._changed:
            if self._trouble is None:
                self._troubled_at = time.monotonic()
            self._trouble = error
            self._changed.notify_all()
            longest_s = LOOK_AGAIN_S if self._hurry else LONGEST_PAUSE_S
            self._changed.wait(min(pause_s, longest_s) * _jitter.uniform(0.5, 1.0))

    def _give_up(self, file: File, error: RunsteadError) -> None:
        told = f"{file.path!r} of run {self._run_id} is not kept: {error.message}"
        self._failure = type(error)(told)
        tell_once(f"file {type(error).__name__}", told)

    def _not_sent(self, timeout_s: float) -> Unavailable:
        reason = self._trouble.message if self._trouble else f"no answer within {timeout_s:g} s"
        return Unavailable(f"{len(self._files)} files of run {self._run_id} have not reached the server: {reason}")

    def _is_stuck(self, patience_s: float) -> bool:
        return self._trouble is not None and time.monotonic() - self._troubled_at >= patience_s

    def _holds(self, file: File) -> bool:
        return any(one is file for one in self._files)

    def _held_bytes(self) -> int:
        return sum(len(file.content) for file in self._files)


def finish_all() -> None:
    """At a normal end of the process: send what can be sent in a short time, and say what could not."""
    deadline = time.monotonic() + EXIT_TIMEOUT_S
    for outbox in list(_outboxes):
        try:
            outbox.wait(max(0.0, deadline - time.monotonic()), patience_s=0.0)
        except RunsteadError as error:
            log.warning("%s", error.message)
    finish()  # what was sent has a metric that says so, and it may be younger than the uploader's own end


def _forget_parents() -> None:
    _outboxes.clear()


_jitter = random.Random()  # not the user's
_outboxes: "weakref.WeakSet[Outbox]" = weakref.WeakSet()
os.register_at_fork(after_in_child=_forget_parents)
