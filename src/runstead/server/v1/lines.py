"""Lines of a run's logs and files: where they are, when they came, which of them hold something."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO

from fastapi import Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from runstead.domain.errors import InvalidArgument
from runstead.server.auth import UnitIn, needs, router
from runstead.service import arrivals, lines, searches
from runstead.service.lines import Place
from runstead.service.searches import Finder

routes = router()
RUN = "/api/v1/workspaces/{ws}/runs/{run_id}"
MOST_BYTES = 1 << 62


@dataclass(frozen=True)
class PlaceShape:
    """The line, counted from 1, and the byte at which it begins."""

    line: int
    offset: int
    size_bytes: int


@dataclass(frozen=True)
class ArrivalsShape:
    """From each of these bytes on, what follows came at the time beside it (Unix milliseconds)."""

    offsets: list[int]
    times_ms: list[int]


Number = Annotated[int | None, Query(ge=-MOST_BYTES, le=MOST_BYTES)]


@routes.get(RUN + "/lines/{path:path}")
@needs("read")
def get_place(
    ws: str, run_id: str, path: str, unit: UnitIn, line: Number = None, offset: Number = None, time_ms: Number = None
) -> PlaceShape:
    """Where a line is, or the line of a byte, or the one that came at a time; ask for one of them."""
    if [line, offset, time_ms].count(None) != 2:
        raise InvalidArgument("give one of line, offset and time_ms")
    if line is not None:
        return PlaceShape(*lines.place_of_line(unit, ws, run_id, path, line))
    if time_ms is not None:
        offset = arrivals.offset_at(unit, ws, run_id, path, at_ms=time_ms)
    return PlaceShape(*lines.place_of_byte(unit, ws, run_id, path, offset or 0))


@routes.get(RUN + "/arrivals/{path:path}")
@needs("read")
def get_arrivals(
    ws: str, run_id: str, path: str, unit: UnitIn, start: Number = None, end: Number = None
) -> ArrivalsShape:
    """When the bytes of a log came in."""
    found = arrivals.between(unit, ws, run_id, path, start=start or 0, end=MOST_BYTES if end is None else end)
    return ArrivalsShape([one.offset for one in found], [one.at_ms for one in found])


@routes.get(RUN + "/search/{path:path}", response_class=StreamingResponse)
@needs("read")
async def get_search(
    ws: str,
    run_id: str,
    path: str,
    unit: UnitIn,
    text: str = "",
    *,
    regex: bool = False,
    match_case: bool = False,
    errors: bool = False,
    start: Number = None,
) -> StreamingResponse:
    """Every line that holds something: a JSON line for each part that was read. It ends when the asker goes away."""
    finder = searches.finder_of(text, regex=regex, match_case=match_case, errors=errors)
    first = await run_in_threadpool(lines.place_of_byte, unit, ws, run_id, path, start or 0)
    file = await run_in_threadpool(searches.opened, unit, ws, run_id, path)
    return StreamingResponse(
        _told(file, finder, first), media_type="application/x-ndjson", headers={"Cache-Control": "no-store"}
    )


async def _told(file: BinaryIO, finder: Finder, first: Place) -> AsyncIterator[str]:
    with file:
        async for text in iterate_in_threadpool(_texts(file, finder, first)):
            yield text


def _texts(file: BinaryIO, finder: Finder, first: Place) -> Iterator[str]:
    for found in searches.search(file, finder, line=first.line, offset=first.offset):
        told = {
            "matches": found.matches,
            "count": found.count,
            "read_bytes": found.read_bytes,
            "size_bytes": found.size_bytes,
        }
        yield json.dumps(told) + "\n"
