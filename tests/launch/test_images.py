"""Images built by the real podman: once, whole or not at all, whoever is killed and whatever is full."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from runstead.domain.builds import Specification
from runstead.domain.containers import Container
from runstead.domain.errors import TooLarge
from runstead.launch.builds import Builds
from runstead.launch.engines import HOME_LABEL, Rules, opened
from runstead.launch.environments import Environment
from runstead.launch.products import ContextFile, Wish
from runstead.testing.servers import wait_until
from tests.disks import mounted_disk
from tests.engines import BASE_IMAGE, Podman, import_shell_image, is_podman_there, podman_of
from tests.engines import podman as podman_says
from tests.launch.test_builds import Waiter, leftovers
from tests.machine import NO_PODMAN, skip_without
from tests.registries import Registry, running_registry

SHELL = "localhost/shell:1"
_numbers = itertools.count()


@dataclass(frozen=True)
class Gate:
    """A step of a build that says nothing and waits: its shell has stopped itself."""

    name: str

    @property
    def wish(self) -> Wish:
        return Wish("gated", None, Container(dockerfile=f"FROM {SHELL}\nRUN sh -c ': {self.name}; kill -STOP $$'; :\n"))

    def wait(self) -> None:
        """Until a build stands before it."""
        wait_until(lambda: self._stopped() != [], what="the step waits", timeout_s=60)

    def open(self) -> None:
        """Lets the build go on."""
        for pid in self._stopped():
            os.kill(pid, signal.SIGCONT)

    def _stopped(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            with suppress(OSError):
                is_mine = folder.name.isdigit() and f": {self.name};".encode() in (folder / "cmdline").read_bytes()
                if is_mine and (folder / "stat").read_text().rpartition(") ")[2].startswith("T"):
                    found.append(int(folder.name))
        return found


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate(f"gate-{os.getpid()}-{next(_numbers)}")
    yield made
    made.open()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """A podman that nobody else uses, on a small disk, with an image that is a shell."""
    if not is_podman_there():
        skip_without(NO_PODMAN)
    own = tmp_path_factory.mktemp("own")
    with mounted_disk(own / "small", "24m") as disk, podman_of(disk / "podman", own, has_base=False) as found:
        import_shell_image(found, own, SHELL)
        yield found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home" / "environments"


@pytest.fixture
def builds(root: Path, engine: Podman) -> Iterator[Builds]:
    opened = a_builder(root, engine.address)
    yield opened
    opened.stop()


def a_builder(root: Path, address: str) -> Builds:
    return Builds(root, {**os.environ, "UV_HTTP_RETRIES": "0"}, Rules(address=address, base_image=BASE_IMAGE))


@contextmanager
def builder_process(root: Path, engine: Podman, wish: Wish) -> Iterator["subprocess.Popen[bytes]"]:
    """A server's stand-in that builds this wish, to be killed."""
    asked = f"Wish({wish.name!r}, {wish.specification!r}, {wish.container!r})"
    code = f"""
import os, threading
from pathlib import Path
from runstead.domain.builds import Specification
from runstead.domain.containers import Container
from runstead.launch.builds import Asker, Builds
from runstead.launch.engines import Rules
from runstead.launch.products import Wish
rules = Rules(address={engine.address!r}, base_image={BASE_IMAGE!r})
builds = Builds(Path({str(root)!r}), {{**os.environ, "UV_HTTP_RETRIES": "0"}}, rules)
builds.prepare({asked}, Asker("killed", lambda *_: None, lambda: None))
threading.Event().wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_images_of_one_definition_asked_for_at_once_are_built_once(builds: Builds, gate: Gate, root: Path) -> None:
    waiters = [Waiter(builds, gate.wish) for _ in range(3)]
    for waiter in waiters:
        waiter.ask()
    gate.wait()
    late = Waiter(builds, gate.wish)
    late.ask()
    gate.open()

    assert len({waiter.built().image["id"] for waiter in [*waiters, late]}) == 1
    assert len({waiter.log for waiter in [*waiters, late]}) == 1
    assert len(leftovers(root)) == 1


def test_an_image_that_nobody_waits_for_any_more_does_not_hold_others_up_while_its_step_says_nothing(
    builds: Builds, gate: Gate, root: Path, engine: Podman
) -> None:
    waiter = Waiter(builds, gate.wish)
    waiter.ask()
    gate.wait()
    builds.leave(waiter.run_id)
    wait_until(lambda: leftovers(root) == [], what="the draft is gone, while the step still waits", timeout_s=60)
    wait_until(lambda: not listens(), what="the connection is closed, while the step still waits", timeout_s=60)
    gate.open()
    wait_until(engine.builds_nothing, what="the builder has cleared up", timeout_s=60)

    assert builds.explain(gate.wish).environment is None


def listens() -> bool:
    """Whether anybody in this process waits for a builder's next word."""
    return "image-build" in {thread.name for thread in threading.enumerate()}


@pytest.mark.kill
def test_what_a_killed_server_was_building_of_a_dockerfile_is_never_used_and_nothing_of_it_stays(
    builds: Builds, gate: Gate, root: Path, engine: Podman
) -> None:
    with builder_process(root, engine, gate.wish) as server:
        gate.wait()
        server.kill()
        server.wait()
    assert builds.explain(gate.wish).environment is None
    gate.open()
    wait_until(engine.builds_nothing, what="the builder has cleared up", timeout_s=60)

    assert builds.explain(gate.wish).environment is None
    waiter = Waiter(builds, gate.wish)
    waiter.ask()
    gate.wait()
    gate.open()
    environment = waiter.built()
    assert leftovers(root) == [environment.key]


@pytest.mark.kill
def test_the_container_in_which_a_killed_server_was_installing_packages_is_ended_by_the_next_build(
    root: Path, podman: Podman, tmp_path: Path
) -> None:
    builds = a_builder(root, podman.address)
    with running_registry(tmp_path / "wheels") as registry:
        registry.add("tiny", "1.0")
        wish = packed(registry, "tiny==1.0")
        registry.gate.clear()
        with builder_process(root, podman, wish) as server:
            assert registry.waiting.wait(60)
            server.kill()
            server.wait()
        left = containers_of(podman, root.parent)
        registry.gate.set()
        assert builds.explain(wish).environment is None
        environment = Waiter(builds, wish).built()

    assert (len(left), containers_of(podman, root.parent)) == (1, [])
    assert leftovers(root) == [environment.key]


def test_an_image_that_differs_little_begins_with_the_earlier_one_and_holds_what_one_from_nothing_holds(
    root: Path, podman: Podman, tmp_path: Path
) -> None:
    """Three real images: 5 s."""
    with running_registry(tmp_path / "wheels") as registry:
        registry.add("brought", "1.0")
        registry.add("brought", "1.1")
        registry.add("tiny", "1.0", needs=["brought<1.1"])
        registry.add("tiny", "1.1", needs=["brought"])
        registry.add("lone", "1.0")
        first, other = (packed(registry, *pip) for pip in (("tiny==1.0",), ("lone==1.0", "tiny==1.1")))
        builds, elsewhere = (a_builder(place, podman.address) for place in (root, tmp_path / "other/environments"))
        begun = Waiter(builds, first).built()
        stepped, whole = Waiter(builds, other), Waiter(elsewhere, other)
        pair = [contents(podman, waiter.built()) for waiter in (stepped, whole)]

    assert f"Begun with {begun.image['name']}" in stepped.log.decode()
    assert [said in stepped.log.decode() for said in ("- tiny==1.0", "+ tiny==1.1", "pyyaml")] == [True, True, False]
    assert "Begun with" not in whole.log.decode()
    assert pair[0] == pair[1]
    assert {"brought-1.1.dist-info", "lone-1.0.dist-info", "tiny-1.1.dist-info"} <= {
        path.parent.name for path in pair[0]
    }


def packed(registry: Registry, *pip: str) -> Wish:
    return Wish("packed", Specification(("python=3.11",), (registry.option, *pip)), Container(image=BASE_IMAGE))


def contents(engine: Podman, environment: Environment) -> dict[Path, bytes]:
    """Every file of the environment in an image, by its name there."""
    image = environment.image["id"]
    mounted = Path(podman_says(engine.variables, "image", "mount", image))
    venv = (mounted / environment.image["venv"].lstrip("/")).resolve()
    try:
        return {one.relative_to(venv): one.read_bytes() for one in venv.rglob("*") if one.is_file()}
    finally:
        podman_says(engine.variables, "image", "unmount", image)


def containers_of(engine: Podman, home: Path) -> list[str]:
    with opened(engine.engine) as client:
        return [one["Id"] for one in client.api.containers(all=True, filters={"label": f"{HOME_LABEL}={home}"})]


def test_a_disk_that_is_full_while_an_image_is_built_is_told_and_leaves_nothing(
    builds: Builds, root: Path, engine: Podman, tmp_path: Path
) -> None:
    heavy = tmp_path / "heavy"
    heavy.write_bytes(os.urandom(1 << 20) * 32)
    files = [ContextFile("heavy", heavy.stat().st_size, False, lambda: heavy.open("rb"))]
    text = Container(dockerfile=f"FROM {SHELL}\nCOPY heavy /heavy\n")
    failed = Waiter(builds, Wish("heavy", None, text, lambda: files)).failed()

    assert type(failed.error) is TooLarge
    assert failed.error.message == "the disk is full"
    assert "COPY heavy /heavy" in failed.tail
    assert leftovers(root) == []
    small = engine.folder / "small"  # while it is full, podman cannot even list what there is
    wait_until(lambda: shutil.disk_usage(small).free > 8 << 20, what="the builder has cleared up", timeout_s=60)
