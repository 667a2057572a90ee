"""A registry of images on loopback that lets nobody in without a password: docker-registry, and a tiny image."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runstead.testing.servers import wait_until
from tests.engines import Podman, import_shell_image, podman
from tests.machine import find_docker_registry
from tests.registries import PASSWORD

USER = "me"
_HASHED = "$2b$05$abcdefghijklmnopqrstuuEpHRRKIlpAGo.iP7Bpa.htQEJMAAnRe"  # of PASSWORD, by bcrypt


@dataclass(frozen=True)
class ImageRegistry:
    """Its `address`, and the name of an image that it has, which is a shell and nothing else."""

    address: str
    image: str


@contextmanager
def running_image_registry(engine: Podman, folder: Path) -> Iterator[ImageRegistry]:
    """One with an image in it, that the engine itself does not have any more."""
    folder.mkdir(parents=True)
    (folder / "htpasswd").write_text(f"{USER}:{_HASHED}\n")
    (folder / "registry.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/images}}}}\n"
        f"http: {{addr: '{engine.registry}'}}\nauth: {{htpasswd: {{realm: tests, path: {folder}/htpasswd}}}}\n"
    )
    program = find_docker_registry()
    assert program is not None
    with (
        open(folder / "log", "wb") as said,
        subprocess.Popen([program, "serve", folder / "registry.yml"], stdout=said, stderr=said) as server,
    ):
        try:
            wait_until(lambda: _is_listening(engine.registry), what="the registry listens", timeout_s=60)
            yield ImageRegistry(engine.registry, _pushed(engine, folder))
        finally:
            server.terminate()


def _pushed(engine: Podman, folder: Path) -> str:
    name = f"{engine.registry}/team/shell:1"
    import_shell_image(engine, folder, name)
    podman(engine.variables, "push", "--quiet", f"--creds={USER}:{PASSWORD}", name)
    podman(engine.variables, "rmi", name)
    return name


def _is_listening(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as door:
        return door.connect_ex((host, int(port))) == 0
