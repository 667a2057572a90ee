"""The files of a source folder that belong to its snapshot: ignore files, links, and what is no file at all."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pathspec import GitIgnoreSpec

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.paths import normalised_path

IGNORE_FILES = (".amlignore", ".gitignore")  # the first that is there is read, no other
ALWAYS_IGNORED = (".git/", "__pycache__/")  # an ignore file may bring them back: `!.git/`


class Version(NamedTuple):
    """What tells one state of a file from another without reading it."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int
    ctime_ns: int


class SourceFile(NamedTuple):
    """One file to be taken: `path` as it will be called, `real` where its bytes are."""

    path: str
    real: Path
    version: Version
    executable: bool


@dataclass
class Walk:
    """A walk through one source folder; `left_out` says what was passed over although no ignore file named it."""

    source: Path
    skip: frozenset[Path]
    max_files: int
    left_out: list[str] = field(default_factory=list)

    def files(self) -> list[SourceFile]:
        """Every file that belongs to the snapshot, by path; stops when there are far too many."""
        found: list[SourceFile] = []
        spec = ignore_spec(self.source)
        for file in self._below(self.source, "", spec, within=(self.source,)):
            found.append(file)
            if len(found) > 20 * self.max_files:
                break
        return sorted(found)

    def _below(
        self, folder: Path, prefix: str, spec: GitIgnoreSpec, *, within: tuple[Path, ...]
    ) -> Iterator[SourceFile]:
        with os.scandir(folder) as entries:
            listed = list(entries)
        for entry in listed:
            path = prefix + entry.name
            if spec.match_file(path) or (real := self._real(entry, path)) is None:
                continue
            if not real.is_dir():
                yield from self._file(real, path)
            elif real in within:
                self.left_out.append(f"{path} is a link to a folder above it")
            elif real not in self.skip and not spec.match_file(f"{path}/"):
                yield from self._below(real, f"{path}/", spec, within=(*within, real))

    def _real(self, entry: os.DirEntry[str], path: str) -> Path | None:
        """Where an entry is, links followed; None for a link that leaves the source folder or leads nowhere."""
        place = Path(entry.path)
        if not entry.is_symlink():
            return place
        try:
            real = place.resolve(strict=True)
        except (OSError, RuntimeError):  # RuntimeError: links that point at each other
            self.left_out.append(f"{path} is a link that leads nowhere")
            return None
        if real.is_relative_to(self.source):
            return real
        self.left_out.append(f"{path} is a link out of the source folder, to {real}")
        return None

    def _file(self, real: Path, path: str) -> Iterator[SourceFile]:
        try:
            told = real.lstat()
        except FileNotFoundError:  # deleted since the folder was read
            return
        if stat.S_ISREG(told.st_mode):
            yield SourceFile(checked_name(path), real, version_of(told), bool(told.st_mode & stat.S_IXUSR))
        else:
            self.left_out.append(f"{path} is neither a file nor a folder")


def version_of(told: os.stat_result) -> Version:
    """The state of a file, from its stat."""
    return Version(told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns)


def ignore_spec(source: Path) -> GitIgnoreSpec:
    """What to leave out: `.amlignore` wins over `.gitignore`; only one of the two is read."""
    return GitIgnoreSpec.from_lines([*ALWAYS_IGNORED, *_ignore_lines(source)])


def checked_source(source: Path) -> Path:
    """The resolved source folder; NotFound or InvalidArgument says what is wrong with it."""
    if not source.exists():
        raise NotFound(f"the source_directory {source} does not exist")
    if not source.is_dir():
        raise InvalidArgument(f"the source_directory {source} is no folder; give the folder that holds the script")
    return source.resolve()


def checked_name(path: str) -> str:
    """`path` if a snapshot can hold such a name."""
    if normalised_path(path) != path:
        raise InvalidArgument(
            f"the file name {path!r} cannot be kept in a snapshot; rename it or name it in .amlignore"
        )
    return path


def _ignore_lines(source: Path) -> Sequence[str]:
    for name in IGNORE_FILES:
        if (source / name).is_file():
            return (source / name).read_text(encoding="utf-8-sig", errors="surrogateescape").splitlines()
    return ()
