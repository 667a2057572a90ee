"""What every service function works with: transactions, the clock, new ids, the settings."""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa

from runstead.blobs.contracts import Blobs
from runstead.blobs.local import LocalBlobs
from runstead.blobs.parts import Parts
from runstead.service.commits import Commits
from runstead.service.settings import Settings
from runstead.service.wakeups import Wakeups
from runstead.store import changes, migrations
from runstead.store.changes import Change
from runstead.store.engine import Database

Result = TypeVar("Result")


@dataclass(frozen=True)
class Tx:
    """One write transaction. What is published in it gets its cursors as its last act, and wakes readers after it."""

    connection: sa.Connection
    at_ms: int
    news: defaultdict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))

    def publish(self, workspace_key: int, change: Change) -> None:
        """Say that something changed; `feed.publish` is the usual way."""
        self.news[workspace_key].append(change)


@dataclass(frozen=True)
class Unit:
    """Everything that a service function needs, passed in."""

    settings: Settings
    database: Database
    blobs: Blobs
    parts: Parts
    wakeups: Wakeups = field(default_factory=Wakeups)
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    commits: Commits[Tx] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "commits", Commits(self.write, lambda tx: tx.connection.begin_nested()))

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view."""
        with self.database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction; when the block has ended, it is on disk and waiting readers have been told."""
        with self.database.write() as connection:
            tx = Tx(connection, self.now_ms())
            yield tx
            for workspace_key in sorted(tx.news):
                changes.append(connection, workspace_key, tx.news[workspace_key])
        for workspace_key, news in tx.news.items():
            self.wakeups.wake(workspace_key, news)

    def write_together(self, work: Callable[[Tx], Result]) -> Result:
        """Like `write`, but what other threads bring at the same time is in the same transaction.

        `work` may be called again after a failure; what it publishes, it publishes last.
        """
        return self.commits.do(work)

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def opened(settings: Settings) -> Unit:
    """The unit of one server: makes the home, brings the database up to date."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    migrations.upgrade(database)
    blobs = LocalBlobs(settings.home / "blobs")
    blobs.clean()
    return Unit(settings, database, blobs, Parts(settings.home / "parts"))
