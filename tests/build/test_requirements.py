"""The locked packages are those of pyproject.toml, and the lock names no place."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "constraints.txt").read_text()


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_a_locked_version_that_satisfies_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    locked: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        locked.setdefault(normalised(name), set()).add(version)
    unmet = [
        text
        for text in wanted
        if (need := Requirement(text)).name != "runstead"
        and not any(need.specifier.contains(v) for v in locked.get(normalised(need.name), ()))
    ]
    assert unmet == [], "run `make lock`"


def test_every_locked_package_is_pinned_by_hash_and_none_by_address() -> None:
    blocks = re.split(r"\n(?=\w)", LOCK.strip())
    assert [b.splitlines()[0] for b in blocks if "--hash=sha256:" not in b] == []
    assert re.findall(r"\w+://\S+|^-", LOCK, re.MULTILINE) == []
