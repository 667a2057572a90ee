"""Environments of conda's own, built from a channel of our own by what stands in for its programs (tests/condas.py)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.domain.builds import Specification
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError, TooLarge, Unavailable
from runstead.launch.builds import Builds
from runstead.launch.condas import AUTO, ONE_AT_A_TIME, Conda, activated, checked_rule, words_of
from runstead.launch.environments import DRAFT, PREFIX
from runstead.launch.products import Wish
from runstead.launch.programs import failure_of
from runstead.testing.servers import wait_until
from tests.condas import MINOR, a_channel, a_program
from tests.disks import mounted_disk
from tests.launch.test_builds import Waiter, is_there, leftovers, processes_in, said_by
from tests.registries import PASSWORD, TOKEN, Registry, running_registry


@pytest.fixture(scope="module")
def shared_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        registry.add("tiny", "1.0")
        a_channel(registry.folder / "channel")
        yield registry


@pytest.fixture
def registry(shared_registry: Registry) -> Registry:
    shared_registry.gate.set()
    shared_registry.asked.clear()
    shared_registry.needs_password = False
    return shared_registry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "environments"


@pytest.fixture
def builds(root: Path, tmp_path: Path) -> Iterator[Builds]:
    opened = a_builder(root, tmp_path, "micromamba")
    yield opened
    opened.stop()


def a_builder(root: Path, tmp_path: Path, *programs: str, rule: str = AUTO) -> Builds:
    """With these programs on PATH, and nothing known from before."""
    for name in programs:
        a_program(tmp_path / "programs", name)
    here = {
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_HTTP_RETRIES": "0",
        "CONDA_PKGS_DIRS": str(tmp_path / "conda"),
        "PATH": f"{tmp_path / 'programs'}:{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    return Builds(root, {**os.environ, **here}, solver=rule)


def wait_for_package(registry: Registry, name: str) -> None:
    """Until a program has asked for it, and waits for the gate. Each test asks for another: one may be killed late."""
    wait_until(lambda: f"{name}-0.tar.bz2" in registry.asked, what=f"{name} is asked for", timeout_s=60)


def a_wish(registry: Registry, *conda: str, pip: tuple[str, ...] = (), channel: str = "", strict: bool = False) -> Wish:
    lines = (registry.option, *pip) if pip else ()
    return Wish("mine", Specification(conda, lines, (channel or registry.channel,), strict=strict))


@pytest.mark.parametrize("program", ["micromamba", "mamba", "conda"])
def test_conda_packages_come_from_their_channel_and_pips_from_the_index(
    root: Path, tmp_path: Path, registry: Registry, program: str
) -> None:
    builds = a_builder(root, tmp_path, program)
    waiter = Waiter(builds, a_wish(registry, f"python={MINOR}", "jq", "cone<2", pip=("tiny==1.0",)))
    environment = waiter.built()

    code = "import cone, tiny, sys; print(cone.__version__, tiny.__version__, sys.prefix)"
    assert said_by(environment, code) == f"1.0 1.0 {environment.folder / 'venv'}"
    prefix = os.path.realpath(environment.folder / "venv")
    assert subprocess.check_output([environment.folder / "venv/bin/jq"], text=True).strip() == f"{prefix}/lib"
    assert environment.variables["JQ_HOME"] == f"{prefix}/share/jq"
    log = waiter.log.decode()
    assert f"solver {program}" in log
    assert f"{program} at {tmp_path / 'programs' / program} asks the channels {registry.channel}" in log
    assert "Linking jq-1.6-0" in log
    assert environment.size_bytes > 0
    assert not list(environment.folder.glob("environment.yml"))


def test_azures_packages_are_answered_by_runstead_in_a_conda_environment_as_well(
    builds: Builds, registry: Registry
) -> None:
    waiter = Waiter(builds, a_wish(registry, "python=3.8", "cone", pip=("azureml-defaults",)))
    if MINOR != "3.11":
        waiter.wish = a_wish(registry, f"python={MINOR}", "cone", pip=("azureml-defaults",))
    environment = waiter.built()

    assert said_by(environment, "import azureml.core as a, cone; print(cone.__version__)") == "2.0"
    real = os.path.realpath(environment.folder / "venv")
    told = subprocess.check_output([f"{real}/bin/python", "-P", "-c", "import azureml.core; print(1)"], env={})
    assert told == b"1\n"
    if MINOR == "3.11":
        assert "WARNING: Python 3.8 was asked for, 3.11 is used: Runstead, which answers" in waiter.log.decode()
    with pytest.raises(NotFound, match=r"no Python 3\.8 .* strict choice"):
        builds.explain(a_wish(registry, "python=3.8", "cone", pip=("azureml-defaults",), strict=True))


def test_it_is_reused_and_what_changed_is_told_by_line(builds: Builds, registry: Registry) -> None:
    first = Waiter(builds, a_wish(registry, f"python={MINOR}", "cone=1.0"))
    environment = first.built()

    again = Waiter(builds, a_wish(registry, f"python={MINOR}", "cone=1.0"))
    assert again.built().folder == environment.folder
    assert builds.explain(again.wish).told[-1].startswith(f"Reused from run {first.run_id}, which built it at 2")
    changed = builds.explain(a_wish(registry, f"python={MINOR}", "cone=2.0")).told[-1]
    assert changed.startswith("Built because conda line 2 changed: cone=1.0 → cone=2.0, against the nearest")
    moved = builds.explain(a_wish(registry, f"python={MINOR}", "cone=1.0", channel="https://c.example.org/c")).told[-1]
    assert moved.startswith(f"Built because channel line 1 changed: {registry.channel} → https://c.example.org/c,")


def test_pips_packages_alone_stay_with_uv_and_that_is_said(builds: Builds, registry: Registry, tmp_path: Path) -> None:
    told = builds.explain(a_wish(registry, f"python={MINOR}", "pip", pip=("tiny",))).told

    assert "solver uv" in told[1]
    assert "micromamba is not asked: uv is faster for pip's packages alone" in told
    asked = a_builder(tmp_path / "e", tmp_path, rule="micromamba")
    assert "solver micromamba" in asked.explain(a_wish(registry, pip=("tiny",))).told[1]


def test_a_python_that_this_machine_lacks_comes_from_conda(builds: Builds, registry: Registry, tmp_path: Path) -> None:
    lacking = a_wish(registry, "python=3.6", pip=("tiny",))

    assert "solver micromamba" in builds.explain(lacking).told[1]
    alone = a_builder(tmp_path / "e", tmp_path / "none")
    with pytest.raises(NotFound, match=r"there is no Python 3\.6"):
        alone.explain(a_wish(registry, "python=3.6", pip=("tiny",), strict=True))
    needs_ours = a_wish(registry, "python=3.6", pip=("tiny", "azureml-core"))
    assert "solver uv" in builds.explain(needs_ours).told[1], "Runstead needs a newer one, whoever installs it"


def test_the_owner_of_the_server_chooses_the_program(root: Path, tmp_path: Path, registry: Registry) -> None:
    wish = a_wish(registry, "cone")

    def solver(rule: str) -> str:
        told = a_builder(root, tmp_path, "mamba", "conda", rule=rule).explain(wish).told[1]
        return told.split("solver ")[1].split(",")[0]

    other = a_program(tmp_path / "elsewhere", "micromamba-2")
    rules = [AUTO, "mamba", "conda", "uv", str(other)]
    assert [solver(rule) for rule in rules] == ["mamba", "mamba", "conda", "uv", "micromamba"]
    with pytest.raises(NotFound, match=r"asks for micromamba, and it is not on the server's PATH.*install it"):
        solver("micromamba")
    with pytest.raises(NotFound, match=r"/nowhere/conda, and no program is there"):
        solver("/nowhere/conda")


@pytest.mark.parametrize("rule", ["poetry", "./micromamba", "/programs/pip", "conda;id"])
def test_a_word_that_names_no_program_is_refused_when_the_server_starts(rule: str) -> None:
    with pytest.raises(InvalidArgument, match="RUNSTEAD_SOLVER must be auto, uv, micromamba, mamba, conda or the abs"):
        checked_rule(rule)
    assert [checked_rule(word) for word in ("", " uv ", "/programs/conda")] == [AUTO, "uv", "/programs/conda"]


def test_the_path_that_a_shells_set_up_left_is_enough(root: Path, tmp_path: Path, registry: Registry) -> None:
    program = a_program(tmp_path / "elsewhere", "micromamba")
    environ = {**os.environ, "PATH": str(Path(sys.executable).parent), "MAMBA_EXE": str(program)}

    assert f"micromamba at {program} asks" in "\n".join(Builds(root, environ).explain(a_wish(registry, "cone")).told)


def test_without_any_of_them_pypi_is_asked_and_what_it_lacks_is_refused_with_what_would_do(
    root: Path, tmp_path: Path, registry: Registry
) -> None:
    builds = a_builder(root, tmp_path)

    told = builds.explain(a_wish(registry, "tiny", pip=("pip",))).told
    assert "there is no micromamba, mamba or conda here, so conda packages are taken from PyPI" in told
    with pytest.raises(InvalidArgument, match=r"'jq' has no equivalent on PyPI.*micromamba, mamba or conda"):
        builds.explain(a_wish(registry, "jq"))


@pytest.mark.parametrize("program", ["micromamba", "conda"])
def test_what_cannot_be_solved_is_told_in_one_sentence_and_leaves_nothing(
    root: Path, tmp_path: Path, registry: Registry, program: str
) -> None:
    failed = Waiter(a_builder(root, tmp_path, program), a_wish(registry, "nosuch")).failed()

    assert type(failed.error) is InvalidArgument
    assert re.match(r"(LibMambaUnsatisfiableError: Enc|Could not solve for env).*nosuch", failed.error.message)
    assert "nosuch" in failed.tail
    assert leftovers(root) == []


def test_a_channel_that_is_away_is_told_as_such(builds: Builds, registry: Registry, root: Path) -> None:
    failed = Waiter(builds, a_wish(registry, "cone", channel="http://127.0.0.1:9/away")).failed()

    assert isinstance(failed.error, Unavailable)
    assert "a conda channel cannot be reached" in failed.error.message
    assert leftovers(root) == []


@pytest.mark.parametrize("kind", ["password", "token"])
def test_a_private_channel_works_and_its_secret_is_nowhere_told(
    builds: Builds, registry: Registry, root: Path, kind: str
) -> None:
    registry.needs_password = True
    with_token = registry.channel.replace("/channel", f"/t/{TOKEN}/channel")
    with_password = registry.channel.replace("://", f"://me:{PASSWORD}@")
    waiter = Waiter(builds, a_wish(registry, "cone", channel=with_token if kind == "token" else with_password))
    environment = waiter.built()

    told = waiter.log.decode() + str(waiter.ask()) + str(environment.record)
    assert not [secret for secret in (PASSWORD, TOKEN) if secret in told]
    assert "****" in told
    assert not [path for path in environment.folder.glob("*.*") if PASSWORD in path.read_text()]


def test_a_build_whose_program_is_killed_fails_and_leaves_nothing(
    builds: Builds, registry: Registry, root: Path
) -> None:
    registry.gate.clear()
    waiter = Waiter(builds, a_wish(registry, "cone"))
    waiter.ask()
    wait_for_package(registry, "cone-2.0")
    (draft,) = root.glob(f"{DRAFT}*")
    for pid in processes_in(draft):
        os.kill(pid, 9)
    failed = waiter.failed()
    registry.gate.set()

    assert failed.error.message == "micromamba was ended by signal 9"
    assert leftovers(root) == []


def test_a_package_cache_is_filled_by_one_build_at_a_time(builds: Builds, registry: Registry) -> None:
    waiter = Waiter(builds, a_wish(registry, "cone"))
    with ONE_AT_A_TIME:
        waiter.ask()
        wait_until(lambda: b"Waiting for another build" in waiter.log, what="it waits and says so", timeout_s=60)
        assert b"Channels:" not in waiter.log

    waiter.built()


def test_a_build_that_nobody_waits_for_any_more_is_ended(builds: Builds, registry: Registry, root: Path) -> None:
    registry.gate.clear()
    waiter = Waiter(builds, a_wish(registry, "jq"))
    waiter.ask()
    wait_for_package(registry, "jq-1.6")
    builds.leave(waiter.run_id)
    wait_until(lambda: leftovers(root) == [], what="draft and prefix are gone", timeout_s=60)
    registry.gate.set()

    Waiter(builds, a_wish(registry, "jq")).built()


def test_what_a_killed_server_left_half_built_is_cleared_away_and_never_used(
    registry: Registry, root: Path, tmp_path: Path
) -> None:
    registry.gate.clear()
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
from tests.launch.test_prefixes import Specification, Waiter, Wish, a_builder
Waiter(a_builder(Path({str(root)!r}), Path({str(tmp_path)!r}), "micromamba"),
       Wish("", Specification(("bulky",), (), ({registry.channel!r},)))).wait()
"""
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as server:
        wait_for_package(registry, "bulky-1.0")
        server.kill()
    (draft,) = root.glob(f"{DRAFT}*")
    orphans = processes_in(draft)
    registry.gate.set()
    wait_until(lambda: not any(map(is_there, orphans)), what="the orphaned program has ended", timeout_s=60)
    assert list(root.glob(f"{PREFIX}*"))

    builds = a_builder(root, tmp_path)
    assert builds.listed() == []
    environment = Waiter(builds, a_wish(registry, "bulky")).built()
    assert (environment.folder / "venv/share/bulky").is_file()
    assert len(leftovers(root)) == 2  # the environment and what it leads to


def test_a_full_disk_is_told_and_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    with mounted_disk(tmp_path / "small", "900k") as disk:
        builds = a_builder(disk / "environments", tmp_path, "micromamba")
        failed = Waiter(builds, a_wish(registry, "bulky")).failed()

        assert isinstance(failed.error, TooLarge)
        assert leftovers(disk / "environments") == []


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        (
            "Collecting package metadata: done\n\nResolvePackageNotFound:\n  - nosuch=1",
            InvalidArgument,
            "Resolve.*nosuch=1",
        ),
        ("PackagesNotFoundError: The following packages are not available:\n\n  - x", InvalidArgument, "Packages.* x"),
        (
            "x\nerror    libmamba Could not solve for environment specs\n└─ x does not exist",
            InvalidArgument,
            "Could not.*x",
        ),
        (
            "critical libmamba Multiple errors occured:\n    Download error (7) Could not connect",
            Unavailable,
            "a conda ch",
        ),
        (
            "CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://c.example.org>",
            Unavailable,
            "cannot be reached",
        ),
        ("NoSpaceLeftError: No space left on devices.", TooLarge, "the disk is full"),
        ("CondaValueError: prefix already exists: /x", InvalidArgument, "CondaValueError: prefix already"),
        ("", InvalidArgument, "conda ended with exit code 1"),
    ],
)
def test_failures_as_the_references_and_issues_of_the_programs_show_them_are_one_sentence(
    said: str, kind: type[RunsteadError], told: str
) -> None:
    error = failure_of(said, 1, words_of(Conda("conda", "/programs/conda")))

    assert (type(error), re.search(told, error.message) is not None) == (kind, True), error.message
    assert "\n" not in error.message


@pytest.mark.parametrize(("script", "said"), [("exit 0", "ends the shell"), ("exit 3", "exit status 3")])
def test_scripts_that_do_not_let_it_be_activated_are_told(tmp_path: Path, script: str, said: str) -> None:
    (tmp_path / "etc/conda/activate.d").mkdir(parents=True)
    (tmp_path / "etc/conda/activate.d/bad.sh").write_text(f"{script}\n")

    with pytest.raises(InvalidArgument, match=rf"cannot be activated.*bad\.sh.*{said}"):
        activated(tmp_path, os.environ)


def test_a_damaged_one_is_built_anew_and_pruning_takes_all_of_it(
    builds: Builds, registry: Registry, root: Path
) -> None:
    wish = a_wish(registry, "cone")
    environment = Waiter(builds, wish).built()
    Path(environment.python).unlink()
    assert "is damaged" in builds.explain(wish).told[-1]
    Waiter(builds, wish).built()
    assert len(leftovers(root)) == 2
    os.utime(environment.folder / "used", (1, 1))

    gone = builds.prune(unused_for_s=60, keep_bytes=None, spared=(), dry=False)
    assert ([one.key for one in gone], leftovers(root)) == ([environment.key], [])
