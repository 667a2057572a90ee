"""Azure's curated environments, each with what stands for it here: a Python and what pip installs into it.

The names are those that public notebooks and pipelines ask for. The packages are not Azure's exact lists (its images
hold hundreds) but the library that the environment is named after and what scripts import beside it: in the version of
the name where Python 3.11 has that, else in the oldest that it has. docs/guide/curated-environments.md shows the table.
"""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from runstead.domain.environments import Environment, content_hash, is_reserved
from runstead.domain.errors import NotFound

VERSION = 1
PREFIX = "azureml-"
_ADDRESS = re.compile(
    r"azureml://registries/[^/]+/environments/(?P<name>[^/]+)(?:/(?:versions|labels)/[^/]+)?/?", re.IGNORECASE
)


@dataclass(frozen=True)
class Recipe:
    """What one curated environment is made of here."""

    name: str
    python: str
    packages: tuple[str, ...]


# Runstead, which jobs import as azureml.core, needs it.
PYTHON = "3.11"
# numpy.str and numpy.float, which Azure's own samples call, are gone from NumPy 1.24 on.
_OLD_NUMPY = "numpy~=1.23.5"
_SCIENCE = ("azureml-defaults", "azureml-mlflow", "matplotlib", "scipy", "joblib", "tqdm")
# Of one time: scikit-learn, pandas and a NumPy that both take.
_LEARN_1_5 = ("scikit-learn~=1.5.0", "pandas~=1.5.3", _OLD_NUMPY)
_LEARN_1_1 = ("scikit-learn~=1.1.3", "pandas~=1.5.3", _OLD_NUMPY)
_LEARN_NEW = ("scikit-learn~=1.5.0", "pandas~=2.2", "numpy<2")
_TRANSFORMERS = "transformers>=4.36,<4.50"


def _science(name: str, *packages: str) -> Recipe:
    return Recipe(name, PYTHON, (*_SCIENCE, *packages))


def _torch(name: str, torch: str, vision: str, *more: str) -> Recipe:
    return _science(name, f"torch~={torch}", f"torchvision~={vision}", "tensorboard", *_LEARN_NEW, *more)


def _tensorflow(name: str, version: str, *learn: str) -> Recipe:
    return _science(name, f"tensorflow~={version}", "h5py", *learn)


_TORCH_2_0 = ("2.0.1", "0.15.2")
_TENSORFLOW_2_12 = ("2.12.1", *_LEARN_1_1)
RECIPES: tuple[Recipe, ...] = (
    Recipe("AzureML-Minimal", PYTHON, ("azureml-defaults",)),
    Recipe("AzureML-minimal-ubuntu18.04-py37-cpu-inference", PYTHON, ("azureml-defaults",)),
    Recipe("AzureML-minimal-ubuntu20.04-py38-cpu-inference", PYTHON, ("azureml-defaults",)),
    Recipe("AzureML-minimal-py311-inference", PYTHON, ("azureml-defaults",)),
    Recipe("AzureML-minimal-py312-inference", "3.12", ("azureml-defaults",)),
    _science("AzureML-Tutorial", "azureml-sdk", *_LEARN_1_1),
    _science("AzureML-Designer", *_LEARN_1_1),
    _science("AzureML-sklearn-1.5", *_LEARN_1_5),
    _science("AzureML-sklearn-1.1", *_LEARN_1_1),
    _science("AzureML-sklearn-1.0", *_LEARN_1_1),
    _science("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu", *_LEARN_1_1),
    _science("AzureML-sklearn-0.24-ubuntu18.04-py37-cpu", *_LEARN_1_1),
    _science("AzureML-Scikit-learn-0.20.3", *_LEARN_1_1),
    _science("AzureML-lightgbm-3.3", "lightgbm~=3.3.5", *_LEARN_1_1),
    _science("AzureML-lightgbm-3.2", "lightgbm~=3.3.5", *_LEARN_1_1),
    _science("AzureML-lightgbm-3.2-ubuntu18.04-py37-cpu", "lightgbm~=3.3.5", *_LEARN_1_1),
    _science("AzureML-Dask-CPU", "dask[complete]~=2023.3.2", *_LEARN_1_1),
    _torch("AzureML-acpt-pytorch-2.8-cuda12.6", "2.8.0", "0.23.0", _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-2.2-cuda12.1", "2.2.2", "0.17.2", _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-2.1-cuda12.1", "2.1.2", "0.16.2", _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-2.0-cuda11.7", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.13-cuda11.7", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.13-py38-cuda11.7-gpu", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.12-cuda11.6", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.12-py38-cuda11.6-gpu", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.11-cuda11.3", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.11-py38-cuda11.3-gpu", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-acpt-pytorch-1.11-py38-cuda11.5-gpu", *_TORCH_2_0, _TRANSFORMERS),
    _torch("AzureML-pytorch-1.10-ubuntu18.04-py38-cuda11-gpu", *_TORCH_2_0),
    _torch("AzureML-pytorch-1.9-ubuntu18.04-py37-cuda11-gpu", *_TORCH_2_0),
    _torch("AzureML-pytorch-1.8-ubuntu18.04-py37-cuda11-gpu", *_TORCH_2_0),
    _torch("AzureML-pytorch-1.7-ubuntu18.04-py37-cuda11-gpu", *_TORCH_2_0),
    _torch("AzureML-PyTorch-1.6-CPU", *_TORCH_2_0),
    _torch("AzureML-PyTorch-1.6-GPU", *_TORCH_2_0),
    _torch("AzureML-PyTorch-1.3-CPU", *_TORCH_2_0),
    _torch("AzureML-PyTorch-1.3-GPU", *_TORCH_2_0),
    _tensorflow("AzureML-tensorflow-2.16-cuda12", "2.16.2", *_LEARN_NEW),
    _tensorflow("AzureML-tensorflow-2.16-cuda11", "2.16.2", *_LEARN_NEW),
    _tensorflow("AzureML-tensorflow-2.12-cuda11", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.11-cuda11", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.10-cuda11", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.7-ubuntu20.04-py38-cuda11-gpu", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.6-ubuntu20.04-py38-cuda11-gpu", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.5-ubuntu20.04-py38-cuda11-gpu", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-tensorflow-2.4-ubuntu18.04-py37-cuda11-gpu", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.3-CPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.3-GPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.2-CPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.2-GPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.1-CPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.1-GPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.0-CPU", *_TENSORFLOW_2_12),
    _tensorflow("AzureML-TensorFlow-2.0-GPU", *_TENSORFLOW_2_12),
)
_BY_NAME = {recipe.name.lower(): recipe for recipe in RECIPES}


def is_curated(name: str) -> bool:
    """Whether the name is one of Azure's own: no environment can be registered under it."""
    return is_reserved(name)


def recipe_of(name: str) -> Recipe:
    """What stands for a curated name, whatever its case; also azureml://registries/…/environments/…"""
    found = _ADDRESS.fullmatch(name)
    plain = (found["name"] if found else name).lower()
    recipe = _BY_NAME.get(plain) or (_BY_NAME.get(PREFIX + plain) if found else None)
    if recipe is None:
        near = [_BY_NAME[one].name for one in difflib.get_close_matches(plain, _BY_NAME, n=3, cutoff=0.5)]
        like = f"; the nearest are {', '.join(near)}" if near else ""
        raise NotFound(
            f"there is nothing here that stands for the curated environment {name!r}{like}. "
            "docs/guide/curated-environments.md lists them all; any other can be defined with Environment(name)"
        )
    return recipe


def curated_environment(name: str) -> Environment:
    """The environment that stands for a curated name; NotFound names the nearest ones."""
    return _environment(recipe_of(name))


def curated() -> list[Environment]:
    """All of them, by name."""
    return [_environment(recipe) for recipe in sorted(RECIPES, key=lambda recipe: recipe.name.lower())]


def _environment(recipe: Recipe) -> Environment:
    conda = {
        "name": "project_environment",
        "channels": ["conda-forge"],
        "dependencies": [f"python={recipe.python}", "pip", {"pip": list(recipe.packages)}],
    }
    definition: dict[str, Any] = {  # Any: JSON
        "name": recipe.name,
        "version": str(VERSION),
        "environmentVariables": {},
        "python": {"userManagedDependencies": False, "interpreterPath": "python", "condaDependencies": conda},
        "docker": {},
    }
    return Environment(
        recipe.name, VERSION, definition, content_hash(definition), created_at_ms=0, labels=("latest",), curated=True
    )
