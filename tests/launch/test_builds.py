"""Environments built by the real uv from an index of our own: once, whole or not at all, and explained."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import runstead
from runstead.domain.builds import Specification
from runstead.domain.errors import InvalidArgument, NotFound, TooLarge, Unavailable
from runstead.launch.builds import Answer, Asker, Builds, Failed
from runstead.launch.environments import DRAFT, Environment
from runstead.launch.products import Wish
from runstead.testing.servers import wait_until
from tests.disks import mounted_disk
from tests.registries import PASSWORD, Registry, running_registry

NAMES = iter(range(10_000))


@pytest.fixture(scope="module")
def shared_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        for version in ("1.0", "1.1"):
            registry.add("tiny", version)
        registry.add("azurely", "1.0", needs=["azureml-core>=1.0", "tiny"])
        yield registry


@pytest.fixture
def registry(shared_registry: Registry) -> Registry:
    shared_registry.asked.clear()
    shared_registry.waiting.clear()
    shared_registry.needs_password = False
    return shared_registry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "environments"


@pytest.fixture
def builds(root: Path, tmp_path: Path) -> Iterator[Builds]:
    opened = a_builder(root, tmp_path)
    yield opened
    opened.stop()


def a_builder(root: Path, tmp_path: Path) -> Builds:
    """With uv's cache in the test's folder, so that nothing is known from before, and only the Python of the tests."""
    here = {"UV_CACHE_DIR": str(tmp_path / "cache"), "UV_HTTP_RETRIES": "0", "PATH": str(Path(sys.executable).parent)}
    return Builds(root, {**os.environ, **here})


class Waiter:
    """Somebody who asks for an environment and keeps the log."""

    def __init__(self, builds: Builds, wish: Wish) -> None:
        self.builds, self.wish = builds, wish
        self.run_id = f"run{next(NAMES)}"
        self.log = b""
        self.woken = threading.Event()

    def ask(self) -> Answer | Failed:
        return self.builds.prepare(self.wish, Asker(self.run_id, self.say, self.woken.set))

    def say(self, _name: str, piece: bytes) -> None:
        self.log += piece

    def wait(self) -> Answer | Failed:
        """What it is in the end."""
        answer = self.ask()
        if isinstance(answer, Answer) and answer.environment is None:
            assert self.woken.wait(60), self.log.decode()
            answer = self.ask()
        return answer

    def built(self) -> Environment:
        answer = self.wait()
        assert isinstance(answer, Answer), answer
        assert answer.environment is not None
        return answer.environment

    def failed(self) -> Failed:
        answer = self.wait()
        assert isinstance(answer, Failed), answer
        return answer


def a_wish(registry: Registry, *pip: str, conda: tuple[str, ...] = (), strict: bool = False) -> Wish:
    return Wish("mine", Specification(conda, (registry.option, *pip), strict=strict))


def said_by(environment: Environment, code: str) -> str:
    told = subprocess.run([environment.python, "-P", "-c", code], capture_output=True, text=True, check=True, env={})
    return told.stdout.strip()


def leftovers(root: Path) -> list[str]:
    return sorted(one.name for one in root.iterdir()) if root.exists() else []


def test_an_environment_holds_what_was_asked_for_and_nothing_of_the_servers(builds: Builds, registry: Registry) -> None:
    environment = Waiter(builds, a_wish(registry, "tiny==1.0")).built()

    assert said_by(environment, "import tiny; print(tiny.__version__)") == "1.0"
    code = (
        "import importlib.util as u; print([n for n in ('runstead', 'azureml', 'numpy', 'fastapi') if u.find_spec(n)])"
    )
    assert said_by(environment, code) == "[]"


def test_azures_packages_are_answered_by_the_running_runstead(builds: Builds, registry: Registry) -> None:
    wish = a_wish(registry, "azureml-defaults~=1.61", "azureml-core==1.20", "azurely")
    waiter = Waiter(builds, wish)
    environment = waiter.built()

    places = said_by(environment, "import runstead, azureml.core as a, os; print(os.path.realpath(runstead.__file__))")
    assert Path(places) == Path(runstead.__file__).resolve()
    assert "azureml-defaults~=1.61: answered by Runstead" in waiter.log.decode()
    assert not [name for name in registry.asked if name.startswith("azureml")]
    code = "import importlib.util as u; print([n for n in ('fastapi', 'sqlalchemy', 'numpy') if u.find_spec(n)])"
    assert said_by(environment, code) == "[]"


def test_the_second_run_reuses_it_and_is_told_whose_it_was(builds: Builds, registry: Registry) -> None:
    first = Waiter(builds, a_wish(registry, "tiny==1.0"))
    environment = first.built()
    second = Waiter(builds, a_wish(registry, "tiny==1.0"))
    answer = second.ask()

    assert isinstance(answer, Answer)
    assert answer.environment is not None
    assert answer.environment.folder == environment.folder
    assert answer.told[-1].startswith(f"Reused from run {first.run_id}, which built it at 2")
    assert (second.log, len(first.log) > 0) == (b"", True)


def test_what_changed_is_told_by_line_against_the_nearest_earlier_one(builds: Builds, registry: Registry) -> None:
    first = Waiter(builds, a_wish(registry, "tiny==1.0"))
    first.built()

    second = Waiter(builds, a_wish(registry, "tiny==1.1"))
    told = builds.explain(second.wish).told[-1]

    assert told == (
        "Built because pip line 2 changed: tiny==1.0 → tiny==1.1, against the nearest earlier environment, "
        f"mine of run {first.run_id}"
    )
    second.built()
    assert told in second.log.decode()


def test_explaining_builds_nothing(builds: Builds, registry: Registry, root: Path) -> None:
    answer = builds.explain(a_wish(registry, "tiny"))

    assert answer.environment is None
    assert answer.told[-1] == "Built because there is no earlier environment"
    assert leftovers(root) == []


def test_builds_of_one_definition_asked_for_at_once_happen_once_and_all_see_the_log(
    builds: Builds, registry: Registry, root: Path
) -> None:
    registry.gate.clear()
    waiters = [Waiter(builds, a_wish(registry, "tiny==1.0")) for _ in range(4)]
    for waiter in waiters:
        waiter.ask()
    assert registry.waiting.wait(20)
    late = Waiter(builds, a_wish(registry, "tiny==1.0"))
    late.ask()
    registry.gate.set()

    assert len({waiter.built().folder for waiter in [*waiters, late]}) == 1
    assert len({waiter.log for waiter in [*waiters, late]}) == 1
    assert registry.asked.count("tiny-1.0-py3-none-any.whl") == 1
    assert len(leftovers(root)) == 1


def test_the_log_is_told_while_the_build_goes_on(builds: Builds, registry: Registry) -> None:
    registry.gate.clear()
    waiter = Waiter(builds, a_wish(registry, "tiny==1.0"))
    waiter.ask()

    assert registry.waiting.wait(20)
    wait_until(lambda: b"Resolved" in waiter.log, what="uv's first line is told")
    assert b"Installed" not in waiter.log
    registry.gate.set()
    waiter.built()
    assert re.search(rb"Built environment \w{32} in [\d.]+ s", waiter.log)


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("nosuchpackage", InvalidArgument, "nosuchpackage was not found"),
        ("tiny==9.9", InvalidArgument, "no version of tiny==9.9"),
        ("-e .", InvalidArgument, "editable"),
        ("tiny --index-url http://evil.example.org", InvalidArgument, "options as lines of their own"),
        ("tiny @ file:///etc/passwd", InvalidArgument, "names a file"),
        ("$(touch owned)", InvalidArgument, "no requirement"),
    ],
)
def test_what_cannot_be_built_is_told_in_one_sentence_and_leaves_nothing(
    builds: Builds, registry: Registry, root: Path, line: str, kind: type[Exception], said: str
) -> None:
    wish = a_wish(registry, line)
    try:
        error = Waiter(builds, wish).failed().error
    except InvalidArgument as refused:
        error = refused

    assert type(error) is kind
    assert said in error.message
    assert "\n" not in error.message
    assert leftovers(root) == []


def test_a_failed_build_is_tried_again_by_the_next_run(builds: Builds, registry: Registry) -> None:
    assert "late-1.0" not in str(list(registry.folder.iterdir()))
    wish = a_wish(registry, "late")
    failed = Waiter(builds, wish).failed()
    assert "late was not found" in failed.tail
    registry.add("late", "1.0")

    Waiter(builds, wish._replace(specification=Specification((), (registry.option, "late==1.0")))).built()


def test_an_index_that_is_away_is_told_as_such(builds: Builds, root: Path) -> None:
    failed = Waiter(builds, Wish("", Specification((), ("--index-url http://127.0.0.1:9/simple", "tiny")))).failed()

    assert isinstance(failed.error, Unavailable)
    assert "cannot be reached" in failed.error.message
    assert leftovers(root) == []


def test_a_private_index_works_and_its_password_is_nowhere(builds: Builds, registry: Registry, root: Path) -> None:
    registry.needs_password = True
    wish = Wish("private", Specification((), (registry.option_with_password, "tiny==1.0")))
    waiter = Waiter(builds, wish)
    environment = waiter.built()

    assert said_by(environment, "import tiny; print(tiny.__version__)") == "1.0"
    assert PASSWORD not in waiter.log.decode() + str(waiter.ask()) + str(environment.record)
    kept = [path for path in root.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    assert kept == []
    refused = Waiter(builds, wish._replace(specification=Specification((), (registry.option, "tiny==1.1")))).failed()
    assert "tiny was not found" in refused.error.message


def test_a_build_whose_uv_is_killed_fails_and_leaves_nothing(builds: Builds, registry: Registry, root: Path) -> None:
    registry.gate.clear()
    waiter = Waiter(builds, a_wish(registry, "tiny==1.0"))
    waiter.ask()
    assert registry.waiting.wait(20)
    (draft,) = root.glob(f"{DRAFT}*")
    for pid in processes_in(draft):
        os.kill(pid, 9)
    failed = waiter.failed()
    registry.gate.set()

    assert failed.error.message == "uv was ended by signal 9"
    assert leftovers(root) == []


def test_a_build_that_nobody_waits_for_any_more_is_ended(builds: Builds, registry: Registry, root: Path) -> None:
    registry.gate.clear()
    waiters = [Waiter(builds, a_wish(registry, "tiny==1.0")) for _ in range(2)]
    for waiter in waiters:
        waiter.ask()
    assert registry.waiting.wait(20)
    builds.leave(waiters[0].run_id)
    assert leftovers(root) != []
    builds.leave(waiters[1].run_id)
    wait_until(lambda: leftovers(root) == [], what="the draft is gone")
    registry.gate.set()

    Waiter(builds, a_wish(registry, "tiny==1.0")).built()


def test_what_a_killed_server_left_half_built_is_cleared_away_and_never_used(
    registry: Registry, root: Path, tmp_path: Path
) -> None:
    registry.gate.clear()
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from tests.launch.test_builds import Specification, Waiter, Wish, a_builder
Waiter(a_builder(Path({str(root)!r}), Path({str(tmp_path)!r})),
       Wish("", Specification((), ({registry.option!r}, "tiny==1.0")))).wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as server:
        assert registry.waiting.wait(30)
        server.kill()
    (draft,) = root.glob(f"{DRAFT}*")
    orphans = processes_in(draft)
    registry.gate.set()
    wait_until(lambda: not any(map(is_there, orphans)), what="the orphaned uv has ended")

    builds = a_builder(root, tmp_path)
    assert builds.listed() == []
    environment = Waiter(builds, a_wish(registry, "tiny==1.0")).built()
    assert said_by(environment, "import tiny; print(tiny.__version__)") == "1.0"
    assert leftovers(root) == [environment.key]


def test_a_full_disk_during_a_build_is_told_and_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    registry.add("heavy", "1.0", size_bytes=8 << 20)
    with mounted_disk(tmp_path / "small", "4m") as disk:
        builds = a_builder(disk / "environments", tmp_path)
        failed = Waiter(builds, a_wish(registry, "heavy")).failed()

        assert isinstance(failed.error, TooLarge)
        assert failed.error.message == "the disk is full"
        assert leftovers(disk / "environments") == []


def test_a_damaged_environment_is_built_again_and_said_so(builds: Builds, registry: Registry) -> None:
    wish = a_wish(registry, "tiny==1.0")
    environment = Waiter(builds, wish).built()
    (Path(environment.python)).unlink()

    answer = builds.explain(wish)

    assert "is damaged" in answer.told[-1]
    assert said_by(Waiter(builds, wish).built(), "import tiny; print(tiny.__version__)") == "1.0"


def test_another_python_than_asked_for_is_said_loudly_and_refused_when_strict(
    builds: Builds, registry: Registry
) -> None:
    absent = f"python={sys.version_info.major}.99"
    told = builds.explain(a_wish(registry, conda=(absent,))).told

    assert any(line.startswith("WARNING: Python 3.99 was asked for") for line in told)
    with pytest.raises(NotFound, match=r"no Python 3\.99"):
        builds.explain(a_wish(registry, conda=(absent,), strict=True))


def test_pruning_throws_away_what_is_old_or_too_much_and_spares_what_is_used(
    builds: Builds, registry: Registry, root: Path
) -> None:
    made = [Waiter(builds, a_wish(registry, "tiny==1.0", *more)).built() for more in ((), ("azurely",), ("pyyaml",))]
    for age, environment in zip((300, 200, 100), made, strict=True):
        at = (root / environment.key / "used").stat().st_mtime - age
        os.utime(root / environment.key / "used", (at, at))
    size = made[0].size_bytes

    def prune(unused_for_s: float | None = None, keep_bytes: int | None = None, spared: str = "") -> list[str]:
        return [
            one.key for one in builds.prune(unused_for_s=unused_for_s, keep_bytes=keep_bytes, spared=[spared], dry=True)
        ]

    assert prune(unused_for_s=250) == [made[0].key]
    assert prune(unused_for_s=150, spared=made[0].key) == [made[1].key]
    assert prune(keep_bytes=size + 100_000_000) == []
    assert prune(keep_bytes=0) == [made[2].key, made[1].key, made[0].key]
    assert len(builds.listed()) == 3
    builds.prune(unused_for_s=150, keep_bytes=None, spared=(), dry=False)
    assert leftovers(root) == [made[2].key]


def processes_in(folder: Path) -> list[int]:
    """Those whose current folder it is."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                is_here = os.readlink(entry / "cwd") == str(folder)
            except OSError:
                continue
            if is_here:
                found.append(int(entry.name))
    return found


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
