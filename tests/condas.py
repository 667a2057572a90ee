"""A conda channel of our own, and what stands in for conda's programs, which cannot be had where the tests run.

The stand-in takes the command lines that their references document, refuses every other, and really solves and installs
conda packages with py-rattler, conda's own library. What it cannot show is how the real programs behave.
"""

import asyncio
import hashlib
import io
import json
import os
import sys
import tarfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rattler
import yaml
from rattler.exceptions import GatewayError, InstallerError, IoError, SolverError, TransactionError

PLACEHOLDER = "/placeholder" + "_" * 40
VERSION = ".".join(str(part) for part in sys.version_info[:3])
MINOR = ".".join(str(part) for part in sys.version_info[:2])
_PYTHON = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
Files = Mapping[str, bytes | Path]


def a_channel(folder: Path) -> None:
    """With Python, pip, a program that is on no PyPI, and a Python package."""
    library = f"lib/python{MINOR}/site-packages"
    packages = [
        # As a virtual environment has it: what conda's own Python is cannot be had, this machine's is linked to.
        a_package(
            folder,
            "python",
            VERSION,
            {
                f"bin/python{MINOR}": _PYTHON,
                "bin/python": Path(f"python{MINOR}"),
                "pyvenv.cfg": f"home = {_PYTHON.parent}\n".encode(),
                f"{library}/README.txt": b"packages\n",
            },
        ),
        a_package(folder, "pip", "23.1", {f"{library}/pip/__init__.py": b"__version__ = '23.1'\n"}, ["python"]),
        a_package(
            folder,
            "jq",
            "1.6",
            {
                "bin/jq": f"#!/bin/sh\necho {PLACEHOLDER}/lib\n".encode(),
                "etc/conda/activate.d/jq.sh": b'export JQ_HOME="$CONDA_PREFIX/share/jq"\n',
            },
        ),
        *(
            a_package(folder, "cone", version, {f"{library}/cone.py": f"__version__ = {version!r}\n".encode()})
            for version in ("1.0", "2.0")
        ),
        a_package(folder, "bulky", "1.0", {"share/bulky": os.urandom(1 << 20)}),
    ]
    repodata = {"info": {"subdir": "noarch"}, "packages": dict(packages), "packages.conda": {}, "repodata_version": 1}
    (folder / "noarch" / "repodata.json").write_text(json.dumps(repodata))


def a_package(
    folder: Path, name: str, version: str, files: Files, needs: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """A package in the channel: its file's name, and what the channel says of it. A path as content is a link."""
    about: dict[str, Any] = {"name": name, "version": version, "build": "0", "build_number": 0, "depends": [*needs]}
    about |= {"subdir": "noarch", "noarch": "generic"}
    paths = {"paths_version": 1, "paths": [_path_of(path, content) for path, content in files.items()]}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as archive:
        inside = {"info/index.json": json.dumps(about).encode(), "info/paths.json": json.dumps(paths).encode()}
        for path, content in {**files, **inside}.items():
            head = tarfile.TarInfo(path)
            head.mode = 0o755
            if isinstance(content, Path):
                head.type, head.linkname = tarfile.SYMTYPE, str(content)
                archive.addfile(head)
            else:
                head.size = len(content)
                archive.addfile(head, io.BytesIO(content))
    (folder / "noarch").mkdir(parents=True, exist_ok=True)
    file = folder / "noarch" / f"{name}-{version}-0.tar.bz2"
    file.write_bytes(packed.getvalue())
    digests = {word: hashlib.new(word, packed.getvalue()).hexdigest() for word in ("md5", "sha256")}
    return file.name, {**about, **digests, "size": file.stat().st_size}


def a_program(folder: Path, name: str) -> Path:
    """A program of this name that stands in for the real one."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    root = Path(__file__).parents[1]
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        f"from tests.condas import main\nmain({name!r}, sys.argv[1:])\n"
    )
    program.chmod(0o755)
    return program


def main(name: str, arguments: Sequence[str]) -> None:
    """What micromamba, mamba or conda does with these arguments."""
    code = asyncio.run(_create(name, *_understood(name, arguments)))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # py-rattler's threads bring Python down when it ends in the usual way


def _understood(name: str, arguments: Sequence[str]) -> tuple[Path, Mapping[str, Any]]:
    """The prefix, and what is in the file."""
    parser = ArgumentParser(name, allow_abbrev=False)
    if name == "micromamba":
        parser.add_argument("create", choices=["create"])
        parser.add_argument("--yes", action="store_true")
    else:
        parser.add_argument("env", choices=["env"])
        parser.add_argument("create", choices=["create"])
        parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--file", required=True)
    asked = parser.parse_args(arguments)
    family = "CONDA" if name == "conda" else "MAMBA"
    if not getattr(asked, "yes", False) and os.environ.get(f"{family}_ALWAYS_YES") != "true":
        raise SystemExit("Confirm changes: [Y/n] and nobody is there to say it")
    if Path(asked.prefix).exists():
        raise SystemExit(f"CondaValueError: prefix already exists: {asked.prefix}")
    return Path(asked.prefix), yaml.safe_load(Path(asked.file).read_text())


async def _create(name: str, prefix: Path, file: Mapping[str, Any]) -> int:
    channels = [one for one in file["channels"] if one != "nodefaults"]
    cache = Path(os.environ["CONDA_PKGS_DIRS"])
    print(f"Channels: {' '.join(channels)}", flush=True)
    try:
        gateway = rattler.Gateway(cache_dir=cache / "index")
        found = await rattler.solve(
            channels, list(file["dependencies"]), gateway=gateway, platforms=["noarch"], virtual_packages=[]
        )
        for record in found:
            print(f"Linking {record.name.normalized}-{record.version}-{record.build}", flush=True)
        await rattler.install(found, prefix, cache_dir=cache / "packages", show_progress=False)
    except (GatewayError, SolverError, InstallerError, IoError, TransactionError) as error:
        return _told(name, str(error))
    return 0


def _told(name: str, why: str) -> int:
    if name == "conda":
        print(f"\nLibMambaUnsatisfiableError: Encountered problems while solving:\n{why}\n", file=sys.stderr)
    else:
        print(f"error    libmamba Could not solve for environment specs\n    {why}", file=sys.stderr)
        print("critical libmamba Could not solve for environment specs", file=sys.stderr)
    return 1


def _path_of(path: str, content: bytes | Path) -> dict[str, Any]:
    if isinstance(content, Path):
        return {"_path": path, "path_type": "softlink"}
    placeholder = {"prefix_placeholder": PLACEHOLDER, "file_mode": "text"} if PLACEHOLDER.encode() in content else {}
    digest = hashlib.sha256(content).hexdigest()
    return {"_path": path, "path_type": "hardlink", "sha256": digest, "size_in_bytes": len(content), **placeholder}
