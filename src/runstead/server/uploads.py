"""Bytes on their way in: piece by piece into a blob, never whole in memory."""

import asyncio
from collections.abc import AsyncIterator

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
        async for piece in pieces(request, unit, max_bytes=unit.settings.limits.upload_bytes):
            await run_in_threadpool(writer.write, piece)
        return await run_in_threadpool(writer.commit)


async def whole(request: Request, unit: Unit, *, max_bytes: int) -> bytes:
    """The request's body in memory, where that is bounded."""
    return b"".join([piece async for piece in pieces(request, unit, max_bytes=max_bytes)])


async def pieces(request: Request, unit: Unit, *, max_bytes: int) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte. TooLarge past `max_bytes`, Unavailable if it stalls or breaks off."""
    declared = request.headers.get("content-length")
    if declared is not None and int(declared) > max_bytes:
        raise TooLarge(f"the body has {declared} bytes; at most {max_bytes} are taken here")
    gathered, gathered_bytes, total_bytes = [], 0, 0
    async for chunk in _unstalled(request, unit.settings.limits.stalled_upload_s):
        total_bytes += len(chunk)
        if total_bytes > max_bytes:
            raise TooLarge(f"the body has more than {max_bytes} bytes, which is what is taken here")
        gathered.append(chunk)
        gathered_bytes += len(chunk)
        if gathered_bytes >= PIECE_BYTES:
            yield b"".join(gathered)
            gathered, gathered_bytes = [], 0
    if declared is not None and total_bytes != int(declared):
        raise InvalidArgument(f"the body broke off after {total_bytes} of {declared} bytes")
    if gathered:
        yield b"".join(gathered)


async def _unstalled(request: Request, timeout_s: float) -> AsyncIterator[bytes]:
    chunks = request.stream()
    while True:
        try:
            async with asyncio.timeout(timeout_s):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Unavailable(f"nothing came for {timeout_s:.0f} s; the upload was given up") from error
        except ClientDisconnect as error:
            raise Unavailable("the client went away in the middle of its upload") from error
        yield chunk
