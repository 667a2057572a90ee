"""Studio's files: the built single-page app, or a page that says what to do."""

import html
import mimetypes
from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from runstead.domain.errors import InvalidArgument, NotFound, Unauthenticated
from runstead.domain.paths import normalised_path
from runstead.server.auth import caller_of, needs, router

STATIC = Path(__file__).parent / "static"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · Runstead</title>
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:20vh auto 0;padding:0 1rem}}
code{{padding:.1em .4em;border:1px solid #8886;border-radius:4px}}</style>
<h1>{title}</h1><p>{text}</p></html>"""

routes = router()


@routes.get("/{path:path}", include_in_schema=False)
@needs("public")
async def get_studio(path: str, request: Request) -> Response:
    """A file of Studio, or its page for every other path."""
    if path.startswith("api/"):
        raise NotFound(f"there is no GET /{path} in this API")
    file = _file(path)
    if file is not None:
        return _sent(file, path, takes_gzip="gzip" in request.headers.get("accept-encoding", ""))
    try:
        caller_of(request)
    except Unauthenticated:
        return _page(401, "Sign in", "Run <code>runstead open</code> in a terminal: it opens Studio signed in.")
    index = STATIC / "index.html"
    if not index.is_file():
        return _page(
            200,
            "Studio is not built",
            "This server runs from a source checkout without a built Studio. Build it with <code>make setup</code>, "
            "then reload this page. The API works without it.",
        )
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _file(path: str) -> Path | None:
    try:
        file = STATIC / normalised_path(path)
    except InvalidArgument:
        return None
    return file if path != "index.html" and file.is_file() and file.resolve().is_relative_to(STATIC.resolve()) else None


def _sent(file: Path, path: str, *, takes_gzip: bool) -> Response:
    headers = {"Cache-Control": _cache_control(path), "Vary": "Accept-Encoding"}
    packed = Path(f"{file}.gz")  # by the build
    if not takes_gzip or not packed.is_file():
        return FileResponse(file, headers=headers)
    return FileResponse(
        packed, media_type=mimetypes.guess_type(file.name)[0], headers=headers | {"Content-Encoding": "gzip"}
    )


def _cache_control(path: str) -> str:
    # Vite names these by their content.
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"


def _page(status: int, title: str, text: str) -> Response:
    return HTMLResponse(PAGE.format(title=html.escape(title), text=text), status)
