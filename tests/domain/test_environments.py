"""What of an environment makes it another one, and what makes another image of it."""

import pytest

from runstead.domain.environments import (
    checked_definition,
    checked_environment_name,
    content_hash,
    is_same,
)
from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.limits import Limits

Definition = dict[str, object]


def a_definition(*packages: str, **more: object) -> Definition:
    python = {"condaDependencies": {"dependencies": ["python=3.10", {"pip": list(packages)}]}}
    return {"name": "mine", "version": None, "python": python, "docker": {"baseImage": "i"}, **more}


def test_a_name_a_version_and_the_place_of_a_file_make_no_other_environment() -> None:
    read = {**a_definition("a"), "python": {**a_definition("a")["python"], "condaDependenciesFile": "x"}}  # type: ignore[dict-item]  # it is one

    assert is_same(a_definition("a"), a_definition("a", name="other", version="3"))
    assert is_same(a_definition("a"), read)
    assert content_hash(a_definition("a")) == content_hash(read)


def test_variables_make_another_environment_and_no_other_image() -> None:
    one, other = a_definition("a"), a_definition("a", environmentVariables={"A": "1"})

    assert not is_same(one, other)
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    "other", [a_definition("b", "a"), a_definition("a"), a_definition("a", "b", docker={"baseImage": "j"})]
)
def test_packages_their_order_and_the_base_image_make_another_image(other: Definition) -> None:
    assert content_hash(a_definition("a", "b")) != content_hash(other)


@pytest.mark.parametrize("name", ["", "a/b", "../a", "-a", "ä", "AzureML-x", "azureml_x", "Microsoft", "a" * 256])
def test_a_name_that_cannot_be_registered_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match="environment name"):
        checked_environment_name(name, Limits())


@pytest.mark.parametrize("name", ["a", "my-env_1.2", "9", "_x"])
def test_a_usual_name_is_fine(name: str) -> None:
    assert checked_environment_name(name, Limits()) == name


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({}, "python"),
        ({"python": {}, "docker": []}, "docker"),
        ({"python": {"condaDependencies": "x"}, "docker": {}}, "condaDependencies"),
        ({"python": {}, "docker": {}, "environmentVariables": [1]}, "environmentVariables"),
        ({"python": {}, "docker": {"baseImage": "a", "buildContext": {"location": "b"}}}, "exclude"),
        ({"python": {"x": float("nan")}, "docker": {}}, "plain JSON"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_with_the_part_that_is_wrong(
    definition: Definition, said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said):
        checked_definition(definition, Limits())


def test_a_definition_has_a_limit() -> None:
    with pytest.raises(TooLarge, match="200"):
        checked_definition(a_definition("x" * 300), Limits(environment_chars=200))
