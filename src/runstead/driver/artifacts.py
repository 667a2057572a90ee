"""Collects what the script left in ./outputs, whole and once, also when the script failed."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from runstead.client.artifacts import put_file
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, RunsteadError, Unavailable
from runstead.driver.connections import Link


class Collected(NamedTuple):
    """How much was sent, and one sentence for each file that was not."""

    file_count: int
    size_bytes: int
    left_out: list[str]


def collect_outputs(link: Link, folder: Path, *, prefix: str, within: Path, until: float) -> Collected:
    """Sends every file below `folder`. Sending again what is there is fine, so that this can be repeated.

    A link is followed to a file inside `within` and nowhere else. Raises Unavailable after `until`.
    """
    file_count = size_bytes = 0
    left_out: list[str] = []
    inside = within.resolve()
    for path in _paths_below(folder):
        name = f"{prefix}/{path.relative_to(folder).as_posix()}"
        try:
            real = path.resolve(strict=True)
            if not real.is_relative_to(inside):
                left_out.append(f"{name} is a link that leaves the job's folder: it points to {real}")
                continue
            if not S_ISREG(real.stat().st_mode):
                left_out.append(f"{name} is no regular file")
                continue
            link.insist(partial(_put, run_id=link.run_id, name=name, file=real), until=until)
            file_count += 1
            size_bytes += real.stat().st_size
        except Unavailable:
            raise
        except Conflict:
            left_out.append(f"{name} was uploaded before with other content, which stays")
        except RunsteadError as error:
            left_out.append(f"{name}: {error.message}")
        except (OSError, RuntimeError) as error:  # RuntimeError: links that point at each other
            left_out.append(f"{name} cannot be read: {error}")
    return Collected(file_count, size_bytes, left_out)


def _put(workspace: Workspace, *, run_id: str, name: str, file: Path) -> None:
    put_file(workspace, run_id, path=name, file=file)


def _paths_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        # os.walk does not enter links to folders and names them among the folders.
        yield from (Path(place, name) for name in sorted(names))
        yield from (Path(place, name) for name in folders if Path(place, name).is_symlink())
