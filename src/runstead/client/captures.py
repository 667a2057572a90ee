"""What a with-block prints, shown as always and copied into a file."""

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TextIO

_capturing = threading.Lock()


class _Copying(io.TextIOBase):
    """Writes to the screen and to the file; anything else is the screen's business."""

    def __init__(self, screen: TextIO, file: TextIO) -> None:
        self._screen, self._file = screen, file

    def write(self, text: str) -> int:
        if not self._file.closed:  # somebody kept sys.stdout beyond the block
            self._file.write(text)
        return self._screen.write(text)

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()
        self._screen.flush()

    def fileno(self) -> int:
        return self._screen.fileno()

    def isatty(self) -> bool:
        return self._screen.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute here
        return self._screen.encoding


@contextmanager
def captured_stdout(file: Path) -> Iterator[bool]:
    """Copy stdout into `file` meanwhile. Blocks within one another share the outermost's file; they get False."""
    if not _capturing.acquire(blocking=False):
        yield False
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as copy, redirect_stdout(_Copying(sys.stdout, copy)):
            yield True
    finally:
        _capturing.release()
