"""A podman of the tests' own: its storage, settings and socket in the session's folder, and nothing of it left behind.

Workers of one session share the storage and the base image, which is made of the distribution's packages without any
registry. Each has a service of its own.
"""

import fcntl
import os
import re
import resource
import shutil
import socket
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from runstead.launch.engines import Engine, find_engine
from runstead.testing.servers import is_root, wait_until
from tests.machine import BASE_IMAGE as BASE_TAR
from tests.machine import CONTAINER_PROGRAMS, OPEN_MPI, make_base_image

BASE_IMAGE = "localhost/runstead-tests:python"


@dataclass(frozen=True)
class Podman:
    """One that answers at `address`; `variables` are what a server needs to find it.

    registry: an address of this machine that it would pull from without TLS; nobody else gets its port.
    """

    folder: Path
    address: str
    variables: Mapping[str, str]
    registry: str

    @property
    def engine(self) -> Engine:
        return find_engine(self.address, self.variables)

    def builds_nothing(self) -> bool:
        """Whether the builder of images works in no container. No as well while one goes away under the listing."""
        listed = run_podman(self.variables, "ps", "--all", "--external", "--quiet")
        return listed.returncode == 0 and not listed.stdout.strip()

    def has_container(self, name: str) -> bool:
        """Whether it is there, running or not. Nothing else is looked at: others' come and go meanwhile."""
        return run_podman(self.variables, "container", "exists", name).returncode == 0

    def has_image(self, name: str) -> bool:
        """The same of an image."""
        return run_podman(self.variables, "image", "exists", name).returncode == 0


def is_podman_there() -> bool:
    """Whether containers can be run: programs, root, and the docker client."""
    return is_root() and all(map(shutil.which, CONTAINER_PROGRAMS)) and find_spec("docker") is not None


@contextmanager
def podman_of(shared: Path, own: Path, *, has_base: bool = True) -> Iterator[Podman]:
    """A service over the storage in `shared`, which the last one who uses it clears away."""
    shared.mkdir(parents=True, exist_ok=True)
    with open(shared / "users.lock", "w") as users, _held_port() as port:
        registry = f"127.0.0.1:{port}"
        (own / "registries.conf").write_text(f'[[registry]]\nlocation = "{registry}"\ninsecure = true\n')
        variables = {**_settings(shared), "CONTAINERS_REGISTRIES_CONF": str(own / "registries.conf")}
        fcntl.flock(users, fcntl.LOCK_SH)
        environment = {**os.environ, **variables}
        with open(shared / "base.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if has_base:
                _make_base_image(shared, environment)
        address = f"unix://{own}/podman.sock"
        with open(own / "podman.log", "wb") as said:
            service = subprocess.Popen(
                ["podman", "system", "service", "--time=0", address],
                cwd=own,  # where its monitors leave word of a container that ran out of memory
                env=environment,
                stdout=said,
                stderr=said,
            )
        try:
            wait_until((own / "podman.sock").exists, what="podman's service answers", timeout_s=60)
            found = {"RUNSTEAD_ENGINE": "", "DOCKER_HOST": address, "RUNSTEAD_BASE_IMAGE": BASE_IMAGE}
            yield Podman(own, address, {**variables, **found}, registry)
        finally:
            service.terminate()
            service.wait(timeout=60)
            _clear_away_if_last(shared, users, environment)


def podman(environment: Mapping[str, str], *words: str) -> str:
    """What the program says."""
    done = run_podman(environment, *words)
    assert done.returncode == 0, f"podman {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()


def run_podman(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """The same, whether it succeeds or not."""
    return subprocess.run(
        ["podman", *words], env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


@contextmanager
def _held_port() -> Iterator[int]:
    """A free port of loopback that is given to nobody, and that one who reuses addresses can listen on all the same."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def import_shell_image(engine: Podman, folder: Path, name: str) -> None:
    """Gives the engine an image of 2 MB that is this machine's shell with what it needs to start."""
    needed = subprocess.run(["ldd", "/bin/sh"], capture_output=True, text=True, check=True).stdout
    with tarfile.open(folder / "shell.tar", "w", dereference=True) as archive:
        for path in ("/bin/sh", *re.findall(r"(?m)(/\S+) \(0x", needed)):
            archive.add(path)
    podman(engine.variables, "import", "--quiet", str(folder / "shell.tar"), name)


def build_mpi_image(engine: Podman, name: str) -> None:
    """Gives the engine the base image with the Open MPI that `make test` has installed, if it does not have it."""
    if engine.has_image(name):
        return
    copied = "".join(f"COPY {part} /usr/local/openmpi/{part}\n" for part in ("bin", "etc", "lib", "share"))
    text = f"FROM {BASE_IMAGE}\n{copied}ENV PATH=/usr/local/openmpi/bin:/usr/bin:/bin\n"
    file = engine.folder / "mpi.Dockerfile"
    file.write_text(text)
    podman(engine.variables, "build", "--quiet", "--layers=false", f"--tag={name}", f"--file={file}", str(OPEN_MPI))


def _settings(shared: Path) -> dict[str, str]:
    """Most machines need none of them; those where nobody may raise a limit, or with old cgroups, do."""
    files = min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    processes = min(32768, resource.getrlimit(resource.RLIMIT_NPROC)[1])
    limits = f'default_ulimits = ["nofile={files}:{files}","nproc={processes}:{processes}"]'
    engine = 'runtime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
    (shared / "containers.conf").write_text(f"[containers]\n{limits}\n[engine]\n{engine}")
    places = f'runroot = "{shared}/run"\ngraphroot = "{shared}/graph"\n'
    (shared / "storage.conf").write_text(f'[storage]\ndriver = "overlay"\n{places}')
    return {
        "CONTAINERS_CONF": str(shared / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(shared / "storage.conf"),
    }


def _make_base_image(shared: Path, environment: Mapping[str, str]) -> None:
    there = subprocess.run(["podman", "image", "exists", BASE_IMAGE], env=environment, check=False, timeout=60)
    if there.returncode == 0:
        return
    make_base_image()
    podman(environment, "import", str(BASE_TAR), BASE_IMAGE)


def _clear_away_if_last(shared: Path, users: IO[str], environment: Mapping[str, str]) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    subprocess.run(["podman", "rm", "--all", "--force", "--time=0"], env=environment, check=False, capture_output=True)
    for mount in sorted(_mounts_below(shared), reverse=True):
        subprocess.run(["umount", "-l", mount], check=False, capture_output=True)
    shutil.rmtree(shared, ignore_errors=True)


def _mounts_below(folder: Path) -> list[str]:
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [place for place in mounted if place.startswith(f"{folder}/")]
