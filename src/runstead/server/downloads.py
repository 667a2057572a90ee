"""Files on their way out: safe headers, byte ranges, zips that are made while they are sent."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from runstead.domain.errors import InvalidArgument

CHUNK_BYTES = 1 << 20  # one hop to a thread per chunk
SNIFF_BYTES = 4096
TOKEN = re.compile(r"[\w.+-]+", re.ASCII)  # a name that needs no quotes
# What a browser may show inside our pages: told by the bytes themselves, never by the name.
IMAGES = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
SANDBOX = "default-src 'none'; sandbox"
# A page that a run made: an origin of its own that is nobody's, so without our cookie, and no request to anywhere.
PAGES = {".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".svg": "image/svg+xml"}
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
)
PAGE_SCRIPTS = " allow-scripts; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:"


@dataclass(frozen=True)
class ZipEntry:
    """One file of a zip; `open` is called when its turn comes. At most `size_bytes` are taken, as it may grow."""

    name: str
    size_bytes: int
    changed_at_ms: int
    open: Callable[[], BinaryIO]
    executable: bool = False


def file_answer(
    file: BinaryIO,
    name: str,
    *,
    etag: str | None,
    inline: bool,
    range_header: str | None,
    if_range: str | None,
    media_type: str = "application/octet-stream",
) -> Response:
    """`file` (closed at the end) as a download, or the one range of it that was asked for.

    `inline`: shown instead of saved, if its bytes are those of a harmless image or plain text.
    """
    size_bytes = file.seek(0, io.SEEK_END)
    file.seek(0)
    shown = _shown_as(file.read(SNIFF_BYTES)) if inline else None
    headers = {
        "Content-Disposition": _disposition("attachment" if shown is None else "inline", name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        **({} if etag is None else {"ETag": f'"{etag}"'}),
    }
    span = _span(range_header, size_bytes) if if_range in (None, headers.get("ETag")) else (0, size_bytes)
    if span is None:
        file.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size_bytes}"})
    start, end = span
    headers["Content-Length"] = str(end - start)
    partial = range_header is not None and (start, end) != (0, size_bytes)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size_bytes}"
    return StreamingResponse(_bytes_of(file, start, end), 206 if partial else 200, headers, shown or media_type)


def page_answer(file: BinaryIO, name: str, *, scripts: bool) -> Response:
    """An HTML or SVG `file` (closed at the end) to be shown in a frame of Studio, where it can reach nothing.

    InvalidArgument for other kinds of files. `scripts`: its own scripts run, in there.
    """
    media_type = PAGES.get(PurePosixPath(name).suffix.lower())
    if media_type is None:
        file.close()
        raise InvalidArgument(f"{name!r} is not shown as a page; only files that end in {', '.join(PAGES)} are")
    size_bytes = file.seek(0, io.SEEK_END)
    headers = {
        "Content-Disposition": _disposition("inline", name),
        "Content-Length": str(size_bytes),
        "Content-Security-Policy": PAGE_POLICY + (PAGE_SCRIPTS if scripts else ""),
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "X-DNS-Prefetch-Control": "off",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache",
    }
    return StreamingResponse(_bytes_of(file, 0, size_bytes), headers=headers, media_type=media_type)


def zip_answer(entries: Iterable[ZipEntry], name: str) -> Response:
    """A zip of these files, made while it is sent."""
    headers = {"Content-Disposition": _disposition("attachment", name), "Cache-Control": "no-store"}
    return StreamingResponse(zipped(entries), headers=headers, media_type="application/zip")


def zipped(entries: Iterable[ZipEntry]) -> Iterator[bytes]:
    """The bytes of a zip, piece by piece; memory does not grow with the files."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in entries:
            with entry.open() as source, archive.open(_zip_info(entry), "w", force_zip64=_is_huge(entry)) as target:
                for piece in _bytes_of(source, 0, entry.size_bytes):
                    target.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where zipfile writes to; it cannot seek, so zipfile needs no second look at what was sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # narrower than Buffer
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def _is_huge(entry: ZipEntry) -> bool:
    return entry.size_bytes > zipfile.ZIP64_LIMIT // 2


def _zip_info(entry: ZipEntry) -> zipfile.ZipInfo:
    changed = datetime.fromtimestamp(entry.changed_at_ms / 1000, UTC)
    entry_info = zipfile.ZipInfo(entry.name, changed.timetuple()[:6])
    entry_info.compress_type = zipfile.ZIP_DEFLATED
    entry_info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
    return entry_info


def _bytes_of(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece


def _shown_as(head: bytes) -> str | None:
    for mark, place, media_type in IMAGES:
        if head[place : place + len(mark)] == mark:
            return media_type
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return None
        text = head[: error.start].decode()  # the head ends within a character
    return None if "\x00" in text else "text/plain; charset=utf-8"


def _disposition(kind: str, name: str) -> str:
    if TOKEN.fullmatch(name):
        return f"{kind}; filename={name}"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _span(header: str | None, size_bytes: int) -> tuple[int, int] | None:
    """(first, after the last) byte to send; the whole file where no single range is asked for; None: out of it."""
    unit, _, wanted = (header or "").partition("=")
    first, dash, last = wanted.strip().partition("-")
    numbers = [part for part in (first, last) if part]
    if unit.strip().lower() != "bytes" or not dash or not numbers or not all(_is_number(part) for part in numbers):
        return 0, size_bytes
    if not first:
        return (max(0, size_bytes - int(last)), size_bytes) if int(last) and size_bytes else None
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    if last and int(last) < int(first):
        return 0, size_bytes
    return (int(first), end) if int(first) < size_bytes else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20
