"""Registered environments on either database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.service import builds, environments
from runstead.service.unit import Unit

WS = "default"


def a_definition(**more: object) -> dict[str, object]:
    return {"python": {"condaDependencies": {"dependencies": ["python=3.10"]}}, "docker": {}, **more}


def test_versions_count_only_changes(unit: Unit) -> None:
    one, two = a_definition(), a_definition(environmentVariables={"A": "1"})

    registered = [environments.register(unit, WS, "mine", each).version for each in (one, one, two, two, one)]

    assert registered == [1, 1, 2, 2, 3]
    assert [one.version for one in environments.versions(unit, WS, "mine")] == [3, 2, 1]
    assert environments.load(unit, WS, "mine").definition["version"] == "3"
    assert list(environments.load(unit, WS, "mine", version="1").definition) == ["python", "docker", "name", "version"]


def test_many_that_register_at_once_get_a_version_each(unit: Unit) -> None:
    def register(number: int) -> int:
        return environments.register(unit, WS, "mine", a_definition(environmentVariables={"N": str(number)})).version

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(register, range(16))) == list(range(1, 17))


def test_a_list_has_the_newest_of_every_name_with_its_labels(unit: Unit) -> None:
    environments.register(unit, WS, "b", a_definition())
    environments.register(unit, WS, "a", a_definition())
    environments.register(unit, WS, "a", a_definition(r={}))
    environments.label(unit, WS, "a", version=2, labels=["good", "good", "best"])
    environments.label(unit, WS, "b", version=1, labels=["good"])

    found = environments.listed(unit, WS)

    assert [(one.name, one.version, one.labels) for one in found] == [("a", 2, ("best", "good")), ("b", 1, ("good",))]
    assert environments.load(unit, WS, "b", label="good").name == "b"
    assert len(environments.listed(unit, WS, include_curated=True)) > 40


def test_a_label_is_on_one_version_at_a_time(unit: Unit) -> None:
    environments.register(unit, WS, "a", a_definition())
    environments.register(unit, WS, "a", a_definition(r={}))
    environments.label(unit, WS, "a", version=1, labels=["good"])

    assert environments.label(unit, WS, "a", version=2, labels=["good"]).labels == ("good",)

    assert environments.load(unit, WS, "a", version="1").labels == ()
    assert environments.load(unit, WS, "a", label="Latest").version == 2
    with pytest.raises(InvalidArgument, match="empty"):
        environments.label(unit, WS, "a", version=1, labels=[" "])
    with pytest.raises(NotFound, match="newest version is 2"):
        environments.label(unit, WS, "a", version=9, labels=["x"])


@pytest.mark.parametrize("version", ["0", "-1", "1.0", "²", "9" * 30, "", "latest"])
def test_what_is_no_version_of_it_is_told(unit: Unit, version: str) -> None:
    environments.register(unit, WS, "a", a_definition())

    with pytest.raises(NotFound, match="newest version is 1"):
        environments.load(unit, WS, "a", version=version)


def test_a_name_that_is_not_there_is_told_with_those_that_are(unit: Unit) -> None:
    with pytest.raises(NotFound, match="none yet"):
        environments.versions(unit, WS, "a")
    environments.register(unit, WS, "there", a_definition())
    with pytest.raises(NotFound, match="registered are there"):
        environments.load(unit, WS, "ther")


def test_a_curated_environment_is_the_same_in_every_workspace(unit: Unit) -> None:
    assert environments.load(unit, WS, "azureml-minimal", version="77").definition["name"] == "AzureML-Minimal"


def test_what_is_built_for_a_version_is_known_with_a_container_and_without(unit: Unit) -> None:
    docker = {"baseImage": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04"}
    for python in ("3.10", "3.11"):
        packages = {"condaDependencies": {"dependencies": [f"python={python}"]}}
        environments.register(unit, WS, "mine", {"python": packages, "docker": docker})

    def wanted(version: str | None, *, boxed: bool | None) -> tuple[str, bool]:
        found = builds.wanted_by_name(unit, WS, "mine", version=version, boxed=boxed, strict=False)
        assert found.packages is not None
        return found.packages.conda[0], found.container is not None

    assert wanted("1", boxed=None) == ("python=3.10", False)
    assert wanted("1", boxed=True) == ("python=3.10", True)
    assert wanted(None, boxed=False) == ("python=3.11", False)
    with pytest.raises(NotFound, match="newest version is 2"):
        wanted("7", boxed=None)
