"""Pictures that are logged: from a file, checked by content, or from a matplotlib figure."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runstead.domain.errors import InvalidArgument

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")
WEBP_AT = 8
LONGEST_MAGIC = 12


class Plot(Protocol):
    """A matplotlib figure, or the pyplot module."""

    savefig: Callable[..., object]


def image_bytes(file: Path) -> bytes:
    """The file's content; InvalidArgument if it is no PNG, JPEG, GIF, BMP, TIFF or WebP."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidArgument(f"the image {file} cannot be read: {error.strerror}") from error
    if not is_image(content):
        raise InvalidArgument(
            f"{file} is not an image: its content begins with {content[:8]!r}; "
            "PNG, JPEG, GIF, BMP, TIFF and WebP can be logged"
        )
    return content


def path_in_run(path: str) -> str:
    """The path that the user gave, as the run's file names have it."""
    plain = os.path.normpath(path)
    return (os.path.abspath(path) if plain.startswith("..") else plain).lstrip("/")


def is_image(content: bytes) -> bool:
    """By its first bytes, whatever its name says."""
    start = content[:LONGEST_MAGIC]
    return start.startswith(MAGIC) or (start.startswith(b"RIFF") and start[WEBP_AT:] == b"WEBP")


def plot_bytes(plot: Plot) -> bytes:
    """The plot as PNG."""
    if not hasattr(plot, "savefig"):
        raise InvalidArgument(f"a {type(plot).__name__} is no plot: give a matplotlib figure, or the pyplot module")
    drawn = io.BytesIO()
    plot.savefig(drawn, format="png")
    return drawn.getvalue()
