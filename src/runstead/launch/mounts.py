"""What a container sees of this machine: the job's own folders, the data that it reads, and Runstead itself."""

import os
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import runstead
from runstead.domain.plans import DATA, INSIDE, JOURNAL, LOGS, WORK

RUNSTEAD = "/runstead"
# What `runstead` imports in a job, for images that lack it; it comes last on the path (runstead/__init__.py).
NEEDS = "_runstead_needs"
_OURS = ("runstead", "azureml")
_NEEDED = ("urllib3", "pathspec", "yaml")


def mounts_of(folder: Path, home: Path, *, names: Sequence[str] = ()) -> list[str]:
    """Binds for a job in this folder. Under their own paths, for its plan speaks of them; the script's own also as
    `/azureml-run`. names: more folders of it. Nothing else of the home is there: it holds the owner's token.
    """
    cache = home / "cache" / "data"
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (DATA, *names):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
    own = [f"{folder / name}:{folder / name}:rw" for name in (WORK, LOGS, JOURNAL, DATA, *names)]
    return [f"{folder / WORK}:{INSIDE}:rw", *own, f"{cache}:{cache}:ro"]


def runstead_mounts() -> list[str]:
    """Binds that let an image's Python import the running Runstead."""
    root = Path(runstead.__file__).parent.parent
    ours = [f"{os.path.realpath(root / name)}:{RUNSTEAD}/{name}:ro" for name in _OURS]
    return [*ours, *(f"{path}:{RUNSTEAD}/{NEEDS}/{name}:ro" for name, path in _needed())]


def _needed() -> Iterator[tuple[str, str]]:
    for name in _NEEDED:
        found = find_spec(name)
        for path in (found.submodule_search_locations or ()) if found else ():
            yield name, os.path.realpath(path)
