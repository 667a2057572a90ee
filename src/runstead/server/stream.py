"""Waiting without holding a thread: wake-ups from committing threads reach the event loop; server-sent events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool

from runstead.domain.workspaces import Workspace
from runstead.service import feed
from runstead.service.unit import Unit
from runstead.store.changes import Change

KEEP_OPEN_S = 15.0
PACE_S = 0.04  # changes that come in a burst go out together
LOOK_S = 1.0  # where another server may have written, nobody wakes us


class Waker:
    """Woken by changes, and by the server's end."""

    def __init__(self, closing: asyncio.Event) -> None:
        self._closing = closing
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        """Safe from any thread."""
        self._loop.call_soon_threadsafe(self._woken.set)

    @property
    def closing(self) -> bool:
        """Whether the server is about to end."""
        return self._closing.is_set()

    async def wait(self, timeout_s: float) -> bool:
        """Until something changed since the last call (True), or the time is over or the server ends (False)."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._woken, self._closing)]
        try:
            await asyncio.wait(waits, timeout=max(0.0, timeout_s), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        woken = self._woken.is_set()
        self._woken.clear()
        return woken


@contextmanager
def waking(
    unit: Unit, closing: asyncio.Event, *, workspace: Workspace | None = None, run_id: str = ""
) -> Iterator[Waker]:
    """A waker that changes of this workspace, or this run, wake; begin it before you look, or you miss one."""
    waker = Waker(closing)
    forget = feed.listen(unit, waker.wake, workspace=workspace, run_id=run_id)
    try:
        yield waker
    finally:
        forget()


async def events(
    unit: Unit, closing: asyncio.Event, workspace: Workspace, *, after: int | None, run_ids: Collection[str]
) -> AsyncIterator[str]:
    """The change stream of one page, as server-sent events; ends when the server does."""
    with waking(unit, closing, workspace=workspace) as waker:
        newest = await run_in_threadpool(feed.newest, unit, workspace)
        cursor = newest if after is None or after > newest else after
        yield _event("hello", {"cursor": cursor}, cursor)
        quiet_since = time.monotonic()
        while not waker.closing:
            cursor, found = await run_in_threadpool(feed.after, unit, workspace, cursor, run_ids=run_ids)
            if found:
                yield "".join(_event("change", _told(change), at) for at, change in found)
                quiet_since = time.monotonic()
                await asyncio.sleep(PACE_S)
                continue
            if time.monotonic() - quiet_since >= KEEP_OPEN_S:
                yield ": still here\n\n"
                quiet_since = time.monotonic()
            await waker.wait(LOOK_S if unit.database.is_shared else KEEP_OPEN_S)


def _told(change: Change) -> dict[str, str | None]:
    return {
        "noun": change.noun,
        "run_id": change.run_id,
        "experiment": change.experiment,
        "parent_id": change.parent_id,
        "key": change.key,
    }


def _event(kind: str, content: Mapping[str, object], cursor: int) -> str:
    return f"id: {cursor}\nevent: {kind}\ndata: {json.dumps(content)}\n\n"
