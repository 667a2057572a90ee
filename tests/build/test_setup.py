"""What a machine lacks is said in one line that names what to install."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import find_chromium

ROOT = Path(__file__).parents[2]
PROGRAMS = ("bash", "env", "dirname", "id", "cat")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with a shell and little else: no apt-get, no sudo, no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def set_up(tmp_path: Path, programs: Path) -> "subprocess.CompletedProcess[str]":
    """Run scripts/setup of a bare checkout."""
    shutil.copytree(ROOT / "scripts", tmp_path / "checkout/scripts")
    return subprocess.run(
        [tmp_path / "checkout/scripts/setup"], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def a_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_machine_without_a_new_python_is_told_which_it_needs(tmp_path: Path, programs: Path) -> None:
    a_program(programs / "python3", "exit 1")
    done = set_up(tmp_path, programs)
    assert done.returncode == 1
    assert "no Python 3.11 or newer" in done.stderr.splitlines()[-1]


def test_a_python_that_makes_no_virtual_environments_is_told_the_package(tmp_path: Path, programs: Path) -> None:
    """Debian and Ubuntu keep ensurepip in a package of its own."""
    real = sys.executable
    a_program(programs / "python3", f'if [ "$1 $2" = "-m venv" ]; then exit 1; fi\nexec {real} "$@"')
    done = set_up(tmp_path, programs)
    assert done.returncode == 1
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"install {package} (sudo apt-get install {package})" in done.stderr.splitlines()[-1]


def test_ubuntus_door_to_snap_is_no_browser(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_program(programs / "chromium-browser", 'echo "requires the chromium snap to be installed" >&2; exit 1')
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("RUNSTEAD_CHROMIUM", raising=False)
    assert find_chromium() is None
    a_program(programs / "google-chrome", 'echo "Google Chrome 156.0.7000.1"')
    assert find_chromium() == str(programs / "google-chrome")
