"""Logs of a run: appended by offset, followed by waiting."""

import asyncio
import time
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import NotFound
from runstead.server import uploads
from runstead.server.auth import UnitIn, needs, router
from runstead.server.stream import LOOK_S, waking
from runstead.service import logs
from runstead.service.logs import Piece
from runstead.service.unit import Unit

routes = router()
LOG = "/api/v1/workspaces/{ws}/runs/{run_id}/logs/{path:path}"
MAX_WAIT_S = 30.0
DEFAULT_BYTES = 1 << 20
MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class OffsetShape:
    """The log's size."""

    offset: int


@routes.post(LOG)
@needs("run", body="stream")
async def post_log(ws: str, run_id: str, path: str, request: Request, unit: UnitIn, offset: int) -> OffsetShape:
    """Append; the body is the bytes from `offset`."""
    content = await uploads.whole(request, unit, max_bytes=unit.settings.limits.log_append_bytes)
    return OffsetShape(await run_in_threadpool(logs.append, unit, ws, run_id, path, offset=offset, content=content))


@routes.get(LOG, response_class=Response)
@needs("read")
async def get_log(
    ws: str,
    run_id: str,
    path: str,
    request: Request,
    unit: UnitIn,
    offset: int = 0,
    limit: int = DEFAULT_BYTES,
    wait_s: float = 0.0,
) -> Response:
    """Bytes from `offset`; waits a while for new ones."""
    closing: asyncio.Event = request.app.state.closing
    limit = max(0, min(limit, MAX_BYTES))
    deadline = time.monotonic() + min(max(wait_s, 0.0), MAX_WAIT_S)
    with waking(unit, closing, run_id=run_id) as waker:
        while True:
            piece = await run_in_threadpool(_piece, unit, ws, run_id, path, offset, limit, patient=wait_s > 0)
            left_s = deadline - time.monotonic()
            if piece is not None and (piece.content or piece.final or left_s <= 0 or waker.closing):
                return _answer(piece)
            if piece is None and (left_s <= 0 or waker.closing):
                raise NotFound(f"run {run_id} has no log {path!r} yet")
            if piece is not None:
                offset = piece.offset  # a negative offset is counted from the end once
            await waker.wait(min(left_s, LOOK_S) if unit.database.is_shared else left_s)


def _piece(unit: Unit, ws: str, run_id: str, path: str, offset: int, limit: int, *, patient: bool) -> Piece | None:
    """None: the log is not there yet, and may still come."""
    try:
        return logs.read(unit, ws, run_id, path, offset=offset, limit=limit)
    except NotFound:
        if patient and logs.may_appear(unit, ws, run_id):
            return None
        raise


def _answer(piece: Piece) -> Response:
    headers = {
        "X-Runstead-Offset": str(piece.offset),
        "X-Runstead-Size": str(piece.size_bytes),
        "X-Runstead-Final": "1" if piece.final else "0",
        "Content-Disposition": "attachment",
        "Cache-Control": "no-store",
    }
    return Response(piece.content, headers=headers, media_type="application/octet-stream")
