"""What is packed is what people need: a wheel that serves Studio, also when it was built where no Node.js is."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients import long

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"
# What npm's scripts and uv need of a system, and no node among it.
PROGRAMS = ("sh", "env", "uname", "sed", "dirname", "basename", "cat", "ls", "rm", "mkdir", "cp", "mv", "ln", "tar")


def build(kind: str, tree: Path, out: Path, *options: str, path: Path | None = None) -> Path:
    """Build `kind` (wheel or sdist) of a source tree; `path` is the only folder on PATH."""
    environment = os.environ | ({"PATH": str(path)} if path else {})
    command = [str(UV), "build", "-q", f"--{kind}", "-o", str(out), "-p", sys.executable, *options, str(tree)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(p for p in out.iterdir() if p.name.startswith("runstead"))


def packed(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"), "--no-build-isolation")


@pytest.fixture
def no_node(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    assert shutil.which("node", path=str(folder)) is None
    return folder


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of somebody who installed the wheel into an empty virtual environment."""
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "-q", "-p", sys.executable, venv], check=True)
    locked = ["-c", str(ROOT / "constraints.txt"), "--no-verify-hashes"]
    subprocess.run([UV, "pip", "install", "-q", "-p", venv / "bin/python", *locked, wheel], check=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "PYTHON", "VIRTUAL_ENV"))}
    environment = clean | {"PATH": f"{venv / 'bin'}:{clean['PATH']}", "RUNSTEAD_HOME": str(tmp_path / "home")}
    yield environment
    subprocess.run(["runstead", "down"], env=environment, check=True, capture_output=True)


def test_the_wheel_holds_the_files_that_are_read_beside_the_code(wheel: Path) -> None:
    assert {"azureml/_names.json", "runstead/widget/run_details.js"} <= packed(wheel)


def test_a_wheel_carries_studio_types_and_migrations(wheel: Path) -> None:
    names = packed(wheel)
    assert {"runstead/server/static/index.html", "runstead/py.typed", "azureml/core/__init__.py"} <= names
    assert any(re.fullmatch(r"runstead/store/migrations/versions/\w+\.py", name) for name in names)
    assert not [name for name in names if not name.startswith(("runstead/", "azureml/", "runstead-"))]


def test_an_installed_wheel_starts_a_server_that_shows_studio(installed: dict[str, str]) -> None:
    up = subprocess.run(["runstead", "up", "--port", "0", "--json"], env=installed, capture_output=True, check=True)
    told = json.loads(up.stdout)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(told["link"], timeout=10).read().decode()
    script = re.search(r'<script[^>]+src="([^"]+\.js)"', page)
    assert script, page
    assert browser.open(told["url"] + script[1], timeout=10).headers["Content-Type"].startswith("text/javascript")


@pytest.mark.slow
def test_a_source_distribution_becomes_the_same_wheel_without_node(wheel: Path, tmp_path: Path, no_node: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist", "--no-build-isolation")) as archive:
        archive.extractall(tmp_path)  # our own; Python 3.11.2, Debian's, knows no filter yet
    tree = next(tmp_path.glob("runstead-*"))
    rebuilt = build("wheel", tree, tmp_path / "wheel", "--no-build-isolation", path=no_node)
    assert packed(rebuilt) == packed(wheel)


@long
@pytest.mark.timeout(600)
def test_a_checkout_becomes_a_wheel_on_a_machine_without_node(tmp_path: Path, no_node: Path) -> None:
    """Slow: installs Node.js and Studio's packages from their registries, and builds Studio."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    tree = tmp_path / "checkout"
    for name in filter(None, listing.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    names = packed(build("wheel", tree, tmp_path / "wheel", path=no_node))
    assert "runstead/server/static/index.html" in names
    assert [name for name in names if re.fullmatch(r"runstead/server/static/assets/.+\.js", name)]
