"""Group commit: work that threads bring at the same time shares one transaction, and so one wait for the disk."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from runstead.domain.errors import RunsteadError

Result = TypeVar("Result")
Transaction = TypeVar("Transaction")
MOST_TOGETHER = 64


@dataclass
class _Job(Generic[Transaction]):
    work: Callable[[Transaction], Any]  # Any: whatever its caller waits for
    result: Any = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Commits(Generic[Transaction]):
    """One queue of work. There is no thread: whoever finds nobody at work does all that waits, for the others too."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Transaction]],
        step: Callable[[Transaction], AbstractContextManager[object]],
    ) -> None:
        """`begin` opens a transaction; `step` a savepoint in it, so that work that is refused leaves the rest alone."""
        self._begin = begin
        self._step = step
        self._waiting: list[_Job[Transaction]] = []
        self._queue = threading.Lock()
        self._leading = threading.Lock()

    def do(self, work: Callable[[Transaction], Result]) -> Result:
        """What `work` returns, once it is on disk, or what it raises. It may be called again, in any of the threads."""
        job = _Job(work)
        with self._queue:
            self._waiting.append(job)
        while not job.done.is_set():
            with self._leading:
                if not job.done.is_set():
                    self._lead()
        if job.error is not None:
            raise job.error
        result: Result = job.result
        return result

    def _lead(self) -> None:
        with self._queue:
            jobs = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
        try:
            if len(jobs) == 1 or not self._done_together(jobs):
                for job in jobs:
                    self._do_alone(job)
        except BaseException as error:
            for job in jobs:
                job.error = error
            raise
        finally:
            for job in jobs:
                job.done.set()

    def _done_together(self, jobs: Sequence[_Job[Transaction]]) -> bool:
        try:
            self._do(jobs)
        except Exception:  # noqa: BLE001  each is done again alone, so that only those fail that cannot be done
            return False
        return True

    def _do_alone(self, job: _Job[Transaction]) -> None:
        job.result = job.error = None
        try:
            with self._begin() as transaction:  # no savepoint: what is refused leaves nothing of the transaction
                job.result = job.work(transaction)
        except Exception as error:  # noqa: BLE001  raised again in the thread that brought the work
            job.error = error

    def _do(self, jobs: Sequence[_Job[Transaction]]) -> None:
        with self._begin() as transaction:
            for job in jobs:
                job.result = job.error = None
                try:
                    with self._step(transaction):
                        job.result = job.work(transaction)
                except RunsteadError as error:
                    job.error = error
