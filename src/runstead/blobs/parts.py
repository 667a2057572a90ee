"""Large files that come in parts: kept apart from blobs until all are here, then made one."""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from runstead.blobs.disks import told_when_full
from runstead.domain.errors import NotFound

ID = re.compile(r"[0-9a-f]{32}")
ABOUT = "about.json"
PIECE_BYTES = 1 << 20
OLD_S = 24 * 3600.0  # an upload that was begun longer ago is given up when another begins


class Parts:
    """Unfinished files beneath `root`, a folder each. They outlive a server, so that their clients can go on."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def begin(self, about: Mapping[str, object]) -> str:
        """A new upload's id. `about` is kept with it and told by `about`."""
        self._give_up_old()
        upload_id = secrets.token_hex(16)
        folder = self._root / upload_id
        folder.mkdir(parents=True, mode=0o700)
        with told_when_full("a part"):
            (folder / ABOUT).write_text(json.dumps(about))
        return upload_id

    def about(self, upload_id: str) -> dict[str, object]:
        """What was said at its beginning, or NotFound."""
        try:
            told: dict[str, object] = json.loads((self._folder(upload_id) / ABOUT).read_text())
        except FileNotFoundError as error:
            raise _missing(upload_id) from error
        return told

    def writer(self, upload_id: str, number: int) -> "PartWriter":
        """Takes the bytes of one part; one that was sent before is replaced."""
        return PartWriter(self._folder(upload_id), number)

    def pieces(self, upload_id: str, numbers: Sequence[int]) -> Iterator[bytes]:
        """The bytes of these parts, one after the other; NotFound if one has not come."""
        for number in numbers:
            with self._opened(upload_id, number) as part:
                while piece := part.read(PIECE_BYTES):
                    yield piece

    def forget(self, upload_id: str) -> None:
        """Throw its parts away."""
        shutil.rmtree(self._folder(upload_id), ignore_errors=True)

    def _opened(self, upload_id: str, number: int) -> BinaryIO:
        try:
            return (self._folder(upload_id) / str(number)).open("rb")
        except FileNotFoundError as error:
            raise NotFound(f"part {number} of the upload {upload_id} has not come") from error

    def _folder(self, upload_id: str) -> Path:
        if not ID.fullmatch(upload_id):
            raise _missing(upload_id)
        return self._root / upload_id

    def _give_up_old(self) -> None:
        for folder in self._root.glob("*"):
            try:
                is_old = time.time() - (folder / ABOUT).stat().st_mtime > OLD_S
            except FileNotFoundError:  # one that is just begun or forgotten
                continue
            if is_old:
                shutil.rmtree(folder, ignore_errors=True)


class PartWriter:
    """One part on its way; it is there whole, or not at all."""

    def __init__(self, folder: Path, number: int) -> None:
        self._target = folder / str(number)
        self._path = folder / f".{number}-{secrets.token_hex(4)}"
        try:
            self._file = self._path.open("xb")
        except FileNotFoundError as error:
            raise _missing(folder.name) from error

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        with told_when_full("a part"):
            self._file.write(piece)

    def commit(self) -> None:
        """Give it its number."""
        with told_when_full("a part"):
            self._file.flush()
            os.replace(self._path, self._target)


def _missing(upload_id: str) -> NotFound:
    return NotFound(f"there is no upload {upload_id[:40]!r}; it may have been completed, aborted or given up")
