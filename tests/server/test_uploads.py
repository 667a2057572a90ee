import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Request
from starlette.types import Message

from runstead.blobs.local import AHEAD_BYTES
from runstead.domain.errors import TooLarge, Unavailable
from runstead.domain.limits import Limits
from runstead.server import uploads
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened

PIECE = bytes(range(256)) * 4096  # a megabyte


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    made = opened(Settings(home=tmp_path, limits=Limits(stalled_upload_s=0.05)))
    yield made
    made.close()


def request_of(*bodies: bytes, end: str = "stalls") -> Request:
    """A body of these chunks, which then ends, stalls or breaks off."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    if end == "ends":
        waiting[-1]["more_body"] = False
    if end == "breaks off":
        waiting.append({"type": "http.disconnect"})

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return Request({"type": "http", "method": "PUT", "headers": []}, receive)


def left_over(unit: Unit) -> list[Path]:
    return [path for path in (unit.settings.home / "blobs").rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [1, 100_000, len(PIECE)])
def test_a_body_is_kept_whole_whatever_the_size_of_its_chunks(unit: Unit, size: int) -> None:
    body = PIECE * 3 + b"the rest" if size > 1 else b"few"
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    blob = asyncio.run(uploads.stored(request_of(*chunks, end="ends"), unit))
    assert (blob.size_bytes, blob.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert unit.blobs.open(blob.sha256).read() == body


def test_a_large_body_is_kept_whole_though_the_disk_begins_before_its_end(unit: Unit) -> None:
    count = 2 * AHEAD_BYTES // len(PIECE) + 1
    blob = asyncio.run(uploads.stored(request_of(*[PIECE] * count, end="ends"), unit))
    assert unit.blobs.open(blob.sha256).read() == PIECE * count


@pytest.mark.parametrize(("end", "told"), [("stalls", "nothing came"), ("breaks off", "went away")])
def test_of_a_body_that_does_not_come_to_its_end_nothing_is_kept(unit: Unit, end: str, told: str) -> None:
    with pytest.raises(Unavailable, match=told):
        asyncio.run(uploads.stored(request_of(PIECE, PIECE, b"some", end=end), unit))
    assert left_over(unit) == []


def test_of_a_body_that_becomes_too_large_nothing_is_kept(unit: Unit) -> None:
    small = replace(unit, settings=replace(unit.settings, limits=Limits(upload_bytes=len(PIECE))))
    with pytest.raises(TooLarge, match="more than 1048576 bytes"):
        asyncio.run(uploads.stored(request_of(PIECE, PIECE, end="ends"), small))
    assert left_over(unit) == []


def fail_on_full_disk(piece: bytes) -> None:
    """To fill a real disk takes root."""
    raise TooLarge("a blob cannot be written")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_piece_that_cannot_be_written_ends_the_upload_though_others_come(unit: Unit, count: int) -> None:
    with pytest.raises(TooLarge, match="cannot be written"):
        asyncio.run(uploads.written(request_of(*[PIECE] * count, end="ends"), unit, fail_on_full_disk))
