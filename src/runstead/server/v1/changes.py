"""The change stream of a workspace."""

import asyncio

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import InvalidArgument
from runstead.server import stream
from runstead.server.auth import UnitIn, needs, router
from runstead.service import workspaces

routes = router()


@routes.get("/api/v1/workspaces/{ws}/events", response_class=Response)
@needs("read")
async def get_events(
    ws: str, request: Request, unit: UnitIn, after: int | None = None, runs: str = ""
) -> StreamingResponse:
    """What changes, as server-sent events."""
    closing: asyncio.Event = request.app.state.closing
    workspace = await run_in_threadpool(workspaces.load, unit, ws)
    resumed = request.headers.get("last-event-id")
    if resumed is not None:
        if not (resumed.isascii() and resumed.isdecimal()):
            raise InvalidArgument(f"{resumed[:40]!r} is no cursor; send back the id of an event of this stream")
        after = int(resumed)
    run_ids = frozenset(run_id for run_id in runs.split(",") if run_id)
    return StreamingResponse(
        stream.events(unit, closing, workspace, after=after, run_ids=run_ids),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        media_type="text/event-stream",
    )
