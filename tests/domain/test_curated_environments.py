"""Azure's curated names, and what stands for them."""

import re
from pathlib import Path

import pytest

from runstead.domain.curated_environments import RECIPES, curated, curated_environment
from runstead.domain.errors import NotFound


@pytest.mark.parametrize(
    "name",
    [
        "AzureML-sklearn-1.5",
        "azureml-sklearn-1.5",
        "AZUREML-SKLEARN-1.5",
        "azureml://registries/azureml/environments/sklearn-1.5/versions/12",
        "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
        "AzureML://registries/azureml-preview/environments/AzureML-sklearn-1.5",
    ],
)
def test_a_curated_name_is_known_in_any_case_and_as_an_address(name: str) -> None:
    assert curated_environment(name).name == "AzureML-sklearn-1.5"


# The names that Azure's public notebooks ask for, as they write them.
@pytest.mark.parametrize(
    "name",
    [
        "azureml-acpt-pytorch-2.2-cuda12.1",
        "azureml-acpt-pytorch-1.11-cuda11.3",
        "azureml-tensorflow-2.11-cuda11",
        "AzureML-tensorflow-2.16-cuda12",
        "AzureML-TensorFlow-2.3-GPU",
        "AzureML-TensorFlow-2.1-GPU",
        "AzureML-Minimal",
    ],
)
def test_every_name_of_the_public_notebooks_is_there(name: str) -> None:
    assert curated_environment(name).name.lower() == name.lower()


def test_an_unknown_curated_name_is_told_with_those_that_are_near() -> None:
    with pytest.raises(NotFound, match=r"AzureML-sklearn-1\.5"):
        curated_environment("AzureML-sklearn-1.7")
    with pytest.raises(NotFound, match="docs/guide/curated-environments"):
        curated_environment("azureml://registries/x")


def test_the_numpy_that_goes_with_scikit_learn_still_has_its_old_names() -> None:
    for recipe in RECIPES:
        if "sklearn" in recipe.name.lower():
            [numpy] = [one for one in recipe.packages if one.startswith("numpy")]
            assert re.fullmatch(r"numpy~=1\.2[0-3]\.\d+", numpy), recipe.name


def test_every_recipe_has_a_name_of_its_own_and_a_hash() -> None:
    found = curated()

    assert len({one.name.lower() for one in found}) == len(found) == len(RECIPES)
    assert all(len(one.content_hash) == 64 and one.curated for one in found)


def test_the_page_of_the_guide_is_of_the_same_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "curated-environments.md").read_text()

    rows = [row.split(" | ") for row in page.splitlines() if row.startswith("| `")]
    told = {name.strip("`| "): row[1:] for row in rows for name in row[0].split(", ")}
    assert {one.name: [one.python, ", ".join(f"`{each}`" for each in one.packages) + " |"] for one in RECIPES} == told
