"""Bytes on their way in: piece by piece into a blob, never whole in memory."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from runstead.blobs.contracts import Blob
from runstead.domain.errors import InvalidArgument, TooLarge, Unavailable
from runstead.service.unit import Unit

PIECE_BYTES = 1 << 20  # one hop to a thread per piece


async def stored(request: Request, unit: Unit) -> Blob:
    """The request's body as a blob; nothing is kept of a body that breaks off, stalls or is too large."""
    with await run_in_threadpool(unit.blobs.writer) as writer:
        await written(request, unit, writer.write)
        return await run_in_threadpool(writer.commit)


async def written(request: Request, unit: Unit, write: Callable[[bytes], None]) -> None:
    """Give the request's body away, piece by piece: one is written while the next comes in."""
    writing = asyncio.ensure_future(asyncio.sleep(0))
    try:
        async for piece in pieces(request, unit, max_bytes=unit.settings.limits.upload_bytes):
            await writing
            writing = asyncio.ensure_future(run_in_threadpool(write, piece))
        await writing
    finally:
        await asyncio.wait([writing])  # its thread has done with the file, whatever went wrong here


async def whole(request: Request, unit: Unit, *, max_bytes: int) -> bytes:
    """The request's body in memory, where that is bounded."""
    return b"".join([piece async for piece in pieces(request, unit, max_bytes=max_bytes)])


async def pieces(request: Request, unit: Unit, *, max_bytes: int) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte. TooLarge past `max_bytes`, Unavailable if it stalls or breaks off."""
    declared = request.headers.get("content-length")
    if declared is not None and int(declared) > max_bytes:
        raise TooLarge(f"the body has {declared} bytes; at most {max_bytes} are taken here")
    total_bytes = 0
    chunks = request.stream()
    while piece := await _gathered(chunks, unit.settings.limits.stalled_upload_s):
        total_bytes += len(piece)
        if total_bytes > max_bytes:
            raise TooLarge(f"the body has more than {max_bytes} bytes, which is what is taken here")
        yield piece
    if declared is not None and total_bytes != int(declared):
        raise InvalidArgument(f"the body broke off after {total_bytes} of {declared} bytes")


async def _gathered(chunks: AsyncGenerator[bytes, None], stalled_s: float) -> bytes:
    """About a megabyte of what comes, or what is left; nothing at the end."""
    gathered, gathered_bytes = [], 0
    now_s = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(stalled_s) as patience:
            renewed_s = now_s()
            async for chunk in chunks:
                gathered.append(chunk)
                gathered_bytes += len(chunk)
                if gathered_bytes >= PIECE_BYTES:
                    break
                # Not at each chunk: to set a timer costs more than to take a chunk.
                if (at_s := now_s()) > renewed_s + stalled_s / 10:
                    renewed_s = at_s
                    patience.reschedule(at_s + stalled_s)
    except TimeoutError as error:
        raise Unavailable(f"nothing came for {stalled_s:.0f} s; the upload was given up") from error
    except ClientDisconnect as error:
        raise Unavailable("the client went away in the middle of its upload") from error
    return b"".join(gathered)
