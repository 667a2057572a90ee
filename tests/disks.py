"""Small disks, to fill."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runstead.testing.servers import is_root


@contextmanager
def mounted_disk(path: Path, size: str) -> Iterator[Path]:
    """A disk of its own at `path`; skips the test where nothing can be mounted."""
    if not is_root():
        pytest.skip("needs root to mount a small disk")
    path.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
