"""SDK v1's names that are still to come: they import, and using one says what it is."""

import copy
import importlib
import inspect
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

from azureml._placeholders import NAMES, NotYet
from azureml.exceptions import AzureMLException, UserErrorException
from tests.faces.coverage import FACTS, thing

PATHS = [f"{module}.{name}" for module, names in NAMES.items() for name in names]


def test_every_known_import_path_imports_and_means_one_thing() -> None:
    for path in PATHS:
        module, _, name = path.rpartition(".")
        home = NAMES[module][name]
        assert thing(path) is (thing(f"{home}.{name}") if home else thing(path)), path
    assert {path for facts in FACTS.values() for path in facts["paths"]} <= set(PATHS)


def test_every_known_module_imports_as_a_whole() -> None:
    assert [name for name in NAMES if importlib.import_module(name).__name__ != name] == []


def later(path: str) -> NotYet:
    found = thing(path)
    assert isinstance(found, NotYet)
    return found


def test_constructing_one_names_it_and_its_feature() -> None:
    pipeline = later("azureml.pipeline.core.Pipeline")

    with pytest.raises(
        UserErrorException,
        match=r"Message: azureml\.pipeline\.core\.Pipeline \(pipelines\) is not in this",
    ):
        pipeline(workspace=None, steps=[])


def test_a_method_of_one_names_it_too_and_says_where_the_list_is() -> None:
    goal = later("azureml.train.hyperdrive.PrimaryMetricGoal")

    with pytest.raises(UserErrorException, match=r"PrimaryMetricGoal\.MAXIMIZE .*docs/reference/coverage\.md"):
        _ = goal.MAXIMIZE


def test_calling_a_function_of_one_names_it() -> None:
    with pytest.raises(UserErrorException, match=r"choice \(parameter sweeps\) is not"):
        later("azureml.train.hyperdrive.choice")(1, 2)


def test_a_class_derived_from_one_can_be_written_and_not_made() -> None:
    step = later("azureml.pipeline.steps.PythonScriptStep")

    derived = type("MyStep", (step,), {"__init__": lambda self: None})

    with pytest.raises(UserErrorException, match=r"azureml\.pipeline\.steps\.PythonScriptStep \(pipelines\)"):
        derived()


def test_nothing_is_an_instance_of_one_and_it_can_stand_in_annotations() -> None:
    target = later("azureml.core.compute.AmlCompute")

    assert not isinstance(3, target)
    assert int is not target
    assert (target | None) is not None
    assert repr(target) == "<class 'azureml.core.compute.amlcompute.AmlCompute'>"
    assert not hasattr(target, "_repr_html_")


def test_an_exception_of_a_module_to_come_can_be_caught() -> None:
    found = thing("azureml.contrib.anything.SomeException")

    with pytest.raises(found):
        raise found("boom")
    assert issubclass(found, AzureMLException)


def test_what_sdk_v1_never_had_is_the_usual_error() -> None:
    core = importlib.import_module("azureml.core")
    with pytest.raises(AttributeError, match="nonsense"):
        _ = core.nonsense
    with pytest.raises(AttributeError, match="nonsense"):
        _ = importlib.import_module("azureml.core.run").nonsense
    with pytest.raises(ModuleNotFoundError, match=r"azureml\.core\.nonsense"):
        importlib.import_module("azureml.core.nonsense")


def test_modules_can_be_reached_through_their_package() -> None:
    code = """if True:
        import azureml.core
        from azureml.core import compute, Dataset
        print(compute.amlcompute.AmlCompute is azureml.core.compute.AmlCompute, azureml.core.dataset.Dataset is Dataset)
        from azureml.automl.core.shared import constants
        from azureml.train import hyperdrive
        from azureml.train.hyperdrive import *
        print(constants.MODEL_PATH.__name__, hyperdrive.BanditPolicy.__name__)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.split() == ["True", "True", "MODEL_PATH", "BanditPolicy"], done.stderr


def test_a_real_package_of_another_distribution_comes_first(tmp_path: Path) -> None:
    part = tmp_path / "azureml" / "opendatasets"
    part.mkdir(parents=True)
    (part.parent / "__init__.py").write_text("__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n")
    (part / "__init__.py").write_text("class MNIST: pass\n")
    code = "import azureml.core; from azureml.opendatasets import MNIST; print(MNIST())"

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(tmp_path)},
    )

    assert "azureml.opendatasets.MNIST object" in done.stdout, done.stderr


def test_a_package_that_another_distribution_replaced_the_root_of_still_finds_the_names() -> None:
    code = """if True:
        import sys, types, pathlib, runstead
        root = types.ModuleType("azureml")
        root.__path__ = [str(pathlib.Path(runstead.__file__).parents[1] / "azureml")]
        sys.modules["azureml"] = root
        from azureml.train.hyperdrive import HyperDriveConfig
        print(HyperDriveConfig.__name__)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == "HyperDriveConfig", done.stderr


def test_a_documented_module_whose_names_nobody_measured_gives_any_name() -> None:
    assert isinstance(thing("azureml.pipeline.core.module_step_base.ModuleStepBase"), NotYet)
    assert isinstance(thing("azureml.core.image.ContainerImage"), NotYet)


def test_debuggers_and_notebooks_can_look_at_one() -> None:
    target = later("azureml.core.compute.AmlCompute")

    assert copy.copy(target) is target
    assert pickle.loads(pickle.dumps(target)) is target
    assert inspect.getdoc(target) is None
    assert "AmlCompute" in pydoc.render_doc(target)


def test_an_error_names_the_path_that_people_import_from_and_the_feature() -> None:
    with pytest.raises(UserErrorException, match=r": azureml\.core\.ComputeTarget \(clusters and compute instances\)"):
        later("azureml.core.compute.compute.ComputeTarget")(workspace=None, name="cpu-cluster")
