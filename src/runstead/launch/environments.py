"""Built environments on disk: found, told apart, thrown away. Whole or not there: a build is renamed when it is done.

`<home>/environments/<hash>/`: `venv/`, `environment.json` (what it was built from), `used` (when last), `runstead/`.
"""

import ctypes
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON values

import runstead
from runstead.blobs.disks import told_when_full
from runstead.domain.builds import likeness
from runstead.launch.logs import now

RECORD = "environment.json"
USED = "used"
VENV = "venv"
LINKS = "runstead"
DRAFT = ".building-"
PREFIX = ".prefix-"  # what cannot be moved; the `venv` of its environment is a link to it
LOCK = "lock"  # of a draft
GONE = ".gone-"
IN_USE_S = 60.0  # what was used so shortly ago may be about to be started in
_OURS = ("runstead", "azureml")


@dataclass(frozen=True)
class Environment:
    """One that is there. `record`: inputs, python, name, run_id, built_at, took_s, and image if it is one."""

    key: str
    folder: Path
    record: Mapping[str, Any]

    @property
    def python(self) -> str:
        """The interpreter to run scripts with; in an image, where it is there; empty: the one that the job names."""
        if not self.key:
            return ""
        return self.image["python"] if self.image else str(self.folder / VENV / "bin" / "python")

    @property
    def image(self) -> Mapping[str, Any]:
        """Of an environment that is an image: id, name, python, size_bytes; else empty."""
        return dict(self.record.get("image") or {})

    @property
    def variables(self) -> Mapping[str, str]:
        """What scripts in it get besides, as an activated environment has it."""
        return dict(self.record.get("variables") or {})

    @property
    def used_at(self) -> float:
        """Seconds since 1970."""
        with suppress(FileNotFoundError):
            return (self.folder / USED).stat().st_mtime
        return 0.0

    @property
    def size_bytes(self) -> int:
        """Of all its files; walked each time, for only people who clear up ask."""
        if self.image:
            return int(self.image["size_bytes"])
        tops = [self.folder, *([self.folder / VENV] if (self.folder / VENV).is_symlink() else [])]
        files = (os.path.join(place, name) for top in tops for place, _, names in os.walk(top) for name in names)
        return sum(os.lstat(path).st_size for path in files)


def find(root: Path, key: str) -> Environment | None:
    """The environment of this hash, if it is there and its Python and Runstead still are."""
    found = recorded(root, key)
    return found if found is not None and _is_sound(found) else None


def recorded(root: Path, key: str) -> Environment | None:
    """What was kept under this hash, whatever has become of it."""
    return _load(root / key)


def listed(root: Path) -> list[Environment]:
    """All that are there, the last used first."""
    with suppress(FileNotFoundError):
        found = [_load(folder) for folder in root.iterdir() if not folder.name.startswith(".")]
        return sorted((one for one in found if one is not None), key=lambda one: -one.used_at)
    return []


def nearest(root: Path, inputs: Mapping[str, Any]) -> Environment | None:
    """The earlier one of the same kind that is most like these inputs; of equals the last used."""
    there = [one for one in listed(root) if one.record["inputs"].get("kind") == inputs.get("kind")]
    return max(there, key=lambda one: likeness(one.record["inputs"], inputs)) if there else None


def mark_used(environment: Environment) -> None:
    """Now; pruning goes by it."""
    if not (environment.folder / RECORD).exists():  # an image that is none of ours
        return
    with told_when_full(f"the environment {environment.key}"):
        (environment.folder / USED).touch()


@contextmanager
def drafted(root: Path, key: str) -> Iterator[tuple[Path, int]]:
    """A folder to build in, and a descriptor that a builder inherits: while any copy is open nobody clears it away.

    At the end it is gone, unless `keep` has moved it.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = root / f"{DRAFT}{key}-{secrets.token_hex(4)}"
    with told_when_full(f"the environment {folder}"):
        folder.mkdir(mode=0o700)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder, lock
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def rooted(root: Path, draft: Path) -> Iterator[Path]:
    """A place beside a draft for what cannot be moved, such as conda's environments; the draft's `venv` leads there.

    Nothing is there yet. At the end it is gone, unless the draft was kept. It has the draft's lock.
    """
    place = root / draft.name.replace(DRAFT, PREFIX, 1)
    (draft / VENV).symlink_to(f"../{place.name}", target_is_directory=True)
    try:
        yield place
    finally:
        if not _is_led_to(place):
            shutil.rmtree(place, ignore_errors=True)


def record_of(
    key: str,
    name: str,
    run_id: str,
    inputs: Mapping[str, Any],
    *,
    has_runstead: bool,
    took_s: float,
    **facts: Mapping[str, Any],  # JSON
) -> dict[str, Any]:
    """What is written down of an environment that has just been built; `facts`: what only its kind has."""
    return {
        "key": key,
        "name": name,
        "run_id": run_id,
        "inputs": inputs,
        **facts,
        "runstead": runstead.__version__ if has_runstead else None,
        "built_at": now(),
        "took_s": round(took_s, 1),
        "pid": os.getpid(),
    }


def keep(root: Path, draft: Path, record: Mapping[str, Any]) -> Environment:
    """Makes a finished draft the environment of its hash; a damaged one that stands there goes.

    Everything in it is on disk before it has its name: a loss of power leaves all of it or nothing.
    """
    key = record["key"]
    with told_when_full(f"the environment {key}"):
        (draft / USED).touch()
        with open(draft / RECORD, "w") as file:
            json.dump(record, file, indent=1)
        (draft / LOCK).unlink(missing_ok=True)
        _sync(draft, whole=True)
        remove(root, key)
        draft.rename(root / key)
        _sync(root)
    return Environment(key, root / key, record)


def remove(root: Path, key: str) -> None:
    """Out of sight at once, then deleted."""
    aside = root / f"{GONE}{key}-{secrets.token_hex(4)}"
    with suppress(FileNotFoundError):
        (root / key).rename(aside)
        if (aside / VENV).is_symlink():
            shutil.rmtree((aside / VENV).resolve(), ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def sweep(root: Path) -> None:
    """Clears away what killed builds left, and what was being deleted."""
    for place in root.glob(f"{PREFIX}*"):
        if not is_held(root / place.name.replace(PREFIX, DRAFT, 1) / LOCK) and not _is_led_to(place):
            shutil.rmtree(place, ignore_errors=True)
    for folder in [*root.glob(f"{DRAFT}*"), *root.glob(f"{GONE}*")]:
        if not is_held(folder / LOCK):
            shutil.rmtree(folder, ignore_errors=True)


def prunable(
    root: Path, *, unused_for_s: float | None, keep_bytes: int | None, spared: Collection[str]
) -> list[Environment]:
    """Those unused for so long, and those last used that are too many for so many bytes."""
    now = time.time()
    found = []
    kept_bytes = 0
    for one in listed(root):
        is_spared = one.key in spared or now - one.used_at < IN_USE_S
        is_old = unused_for_s is not None and now - one.used_at >= unused_for_s
        size_bytes = 0 if keep_bytes is None else one.size_bytes
        kept_bytes += size_bytes
        is_too_much = keep_bytes is not None and kept_bytes > keep_bytes
        if (is_old or is_too_much) and not is_spared:
            kept_bytes -= size_bytes
            found.append(one)
    return found


def link_runstead(folder: Path, *, seen_at: Path | None = None) -> None:
    """Lets an environment's Python import the running Runstead, wherever it is: a wheel or a checkout.

    Links to the two packages alone, so that nothing else of the server's site-packages gets in. seen_at: where the
    folder will be, for an environment that is not moved along.
    """
    links = folder / LINKS
    links.mkdir()
    for name in _OURS:
        (links / name).symlink_to(_source(name), target_is_directory=True)
    for packages in (folder / VENV / "lib").glob("python*/site-packages"):
        path = os.path.relpath(links, packages) if seen_at is None else str(seen_at / LINKS)
        (packages / "_runstead.pth").write_text(f"{path}\n")


def _sync(folder: Path, *, whole: bool = False) -> None:
    """Waits until a folder is on disk; `whole`: with all that was ever written to its file system."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not whole:
            os.fsync(opened)
        # One call for the thousands of files of an environment; Python has no name for it.
        elif ctypes.CDLL(None, use_errno=True).syncfs(opened) != 0:
            raise OSError(ctypes.get_errno(), f"syncfs of {folder}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(opened)


def _source(name: str) -> Path:
    return Path(runstead.__file__).parent.parent / name


def _is_led_to(place: Path) -> bool:
    """Whether the environment of its hash uses it."""
    key = place.name.removeprefix(PREFIX).partition("-")[0]
    return os.path.realpath(place.parent / key / VENV) == os.path.realpath(place)


def _load(folder: Path) -> Environment | None:
    with suppress(FileNotFoundError, NotADirectoryError, ValueError):
        return Environment(folder.name, folder, dict(json.loads((folder / RECORD).read_bytes())))
    return None


def _is_sound(environment: Environment) -> bool:
    links = environment.folder / LINKS
    is_linked = not links.exists() or all((links / name).resolve() == _source(name).resolve() for name in _OURS)
    return os.path.exists(environment.python) and is_linked


def is_held(lock: Path) -> bool:
    """Whether the builder of the draft with this lock lives."""
    try:
        opened = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False
