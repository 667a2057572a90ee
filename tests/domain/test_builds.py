"""Environments' recipes, hashes, and what is said of a change."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from runstead.domain.builds import (
    RUNSTEAD_NEEDS,
    RUNSTEAD_REQUIREMENTS,
    Specification,
    changes_between,
    inputs_of,
    is_step,
    key_of,
    likeness,
    recipe_of,
    specification_json,
    specification_of,
)
from runstead.domain.errors import InvalidArgument

ROOT = Path(__file__).parents[2]


def inputs(*pip: str, conda: tuple[str, ...] = (), interpreter: str = "3.11.7") -> dict[str, Any]:
    asked = Specification(conda=conda, pip=pip)
    return inputs_of(asked, recipe_of(asked), interpreter=interpreter, solver="uv", platform="linux")


def test_a_specification_survives_its_journey() -> None:
    given = {"channels": ["conda-forge"], "dependencies": ["python=3.11", "numpy", {"pip": ["six"]}]}

    assert specification_json(specification_of(given)) == given


@pytest.mark.parametrize(
    "given",
    [
        [],
        "numpy",
        {"dependencies": "numpy"},
        {"dependencies": [1]},
        {"dependencies": [{"npm": ["x"]}]},
        {"dependencies": [{"pip": "six"}]},
        {"dependencies": [{"pip": [1]}]},
        {"channels": "x"},
        {"dependencies": ["x" * 5_001]},
        {"dependencies": ["x"] * 2_001},
    ],
)
def test_a_specification_of_another_shape_is_refused(given: object) -> None:
    with pytest.raises(InvalidArgument, match="conda specification"):
        specification_of(given)


def test_what_runstead_answers_is_not_installed_and_brings_what_its_sdk_needs() -> None:
    recipe = recipe_of(Specification(("python=3.8.13", "scikit-learn=1.4"), ("azureml-defaults~=1.61", "six")))

    assert recipe.python == "==3.8.13.*"
    assert [line for line, _ in recipe.answered] == ["azureml-defaults~=1.61"]
    assert recipe.requirements == ("scikit-learn==1.4.*", "six", *RUNSTEAD_REQUIREMENTS, "pip")
    assert recipe.least_python[0] == RUNSTEAD_NEEDS


def test_without_azures_packages_nothing_of_runstead_gets_in() -> None:
    recipe = recipe_of(Specification(("python=3.8", "pip=23.1"), ("six",)))

    assert recipe.requirements == ("pip==23.1.*", "six")
    assert recipe.least_python[0] < (3, 8)


def test_what_runstead_asks_for_in_an_environment_is_what_its_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert set(RUNSTEAD_REQUIREMENTS) <= set(project["dependencies"])
    assert project["requires-python"] == f">={RUNSTEAD_NEEDS[0]}.{RUNSTEAD_NEEDS[1]}"


def test_python_line_names_are_not_mistaken_for_packages_that_begin_alike() -> None:
    recipe = recipe_of(Specification(("python-dateutil=2.8", "conda-forge::python>=3.9", "pythonnet")))

    assert recipe.python == ">=3.9"
    assert recipe.requirements[:2] == ("python-dateutil==2.8.*", "pythonnet")


def test_the_hash_is_of_the_content_and_knows_no_credentials() -> None:
    one = inputs("--index-url https://u:old@h/simple", "six")
    assert key_of(one) == key_of(inputs("--index-url https://u:new@h/simple", "six"))
    assert "old" not in str(one)
    others = [inputs("six==1"), inputs("six", interpreter="3.12.1"), inputs("six", "a"), inputs("a", "six")]
    assert len({key_of(each) for each in [one, inputs("six"), *others]}) == 6


def test_the_hash_of_a_specification_is_the_same_in_every_version() -> None:
    """Changing it makes every user build everything anew: raise FORMAT only when what is built changes."""
    assert key_of(inputs("six==1.16.0")) == "355fcf14b8006031623daeb269c177e1"


def test_changes_are_told_by_line() -> None:
    assert changes_between(inputs("a", "b", "six==1.15"), inputs("a", "b", "six==1.16")) == [
        "pip line 3 changed: six==1.15 → six==1.16"
    ]
    assert changes_between(inputs("a", "b"), inputs("a")) == ["pip line 2 is gone: b"]
    assert changes_between(inputs("b"), inputs("a", "b")) == ["pip line 1 is new: a"]
    assert changes_between(inputs(conda=("numpy",)), inputs(conda=("numpy=1",))) == [
        "conda line 1 changed: numpy → numpy=1"
    ]
    assert changes_between(inputs("a"), inputs("a", interpreter="3.12.1")) == ["interpreter changed: 3.11.7 → 3.12.1"]
    assert changes_between(inputs("a"), inputs("a")) == []


def test_the_nearest_is_the_one_that_shares_most_lines() -> None:
    wanted = inputs("a", "b", "c")
    assert likeness(inputs("a", "b", "d"), wanted) > likeness(inputs("a", "e", "d"), wanted)
    assert likeness(wanted, wanted) == 1


def test_a_few_packages_more_or_of_other_versions_are_a_step_from_an_earlier_environment() -> None:
    earlier = required("six==1.15", "pip")

    assert is_step(earlier, required("six==1.16", "pip"))
    assert is_step(earlier, required("six==1.15", "numpy", "pip"))
    assert not is_step(earlier, required("pip"))
    assert not is_step(earlier, required("six==1.15", *(f"p{n}" for n in range(6)), "pip"))
    assert not is_step(earlier, required("--index-url https://other.example.org", "six==1.16", "pip"))
    assert not is_step(earlier, {**required("six==1.16", "pip"), "base_image": "b"})


def required(*lines: str) -> dict[str, Any]:
    return {**inputs(), "kind": "image", "base_image": "a", "requirement": list(lines)}
