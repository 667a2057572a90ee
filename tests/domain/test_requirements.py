"""Which requirements Runstead answers for. `packaging` says what a requirement's parts really are."""

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runstead.domain.requirements import STANDINS, answered, normalised_name, requirement_lines, rewritten


@pytest.mark.parametrize(
    "line",
    [
        "azureml-core",
        "AzureML_Core",
        "azureml.core",
        "azureml--core",
        "azureml-core==1.61.0.post4",
        "azureml-core ~= 1.30 , !=1.31",
        "azureml-core (>=1.0)",
        "azureml-core>=1.0,<2 # as in the tutorial",
        'azureml-core==1.61 ; python_version < "3.9"',
        "azureml-core==1.61 --hash=sha256:abc --hash=sha256:def",
        "azureml-core @ https://example.org/azureml_core-1.61-py3-none-any.whl",
        "https://example.org/x/azureml_core-1.61.0-py3-none-any.whl#sha256=ab",
        "./wheels/azureml_core-1.61.0-py3-none-any.whl",
        "azureml_core-1.61.0-py3-none-any.whl ; sys_platform == 'linux'",
        "  azureml-core  ",
    ],
)
def test_azures_core_is_answered_however_it_is_written(line: str) -> None:
    assert answered(line)[:2] == (True, "azureml-core")


@pytest.mark.parametrize(
    "line",
    [
        "numpy==1.26",
        "my-azureml-core",
        "azureml-coreutils",
        "azureml-inference-server-http",
        "inference-schema[numpy-support]",
        "scikit-learn ; extra == 'azureml-core'",
        "x @ git+https://example.org/azureml-core.git",
        "-e git+https://example.org/azureml-core#egg=azureml-core",
        "-r azureml-core.txt",
        "--extra-index-url https://example.org/azureml-core",
        "./azureml-core",
        "azureml-core foo",
        "# azureml-core",
        "",
        "azureml-",
        "http://[",
    ],
)
def test_everything_else_is_left_as_it_is(line: str) -> None:
    assert answered(line).by_runstead is False
    assert rewritten([line]) == [line]


def test_the_table_has_the_names_that_users_list() -> None:
    listed = [
        *("azureml-sdk", "azureml-defaults", "azureml-train-core", "azureml-pipeline", "azureml-pipeline-core"),
        *("azureml-pipeline-steps", "azureml-widgets", "azureml-dataset-runtime", "azureml-dataprep", "azureml-mlflow"),
        *("azureml-tensorboard", "azureml-telemetry", "azureml-contrib-notebook"),
    ]
    assert [one for one in listed if not answered(one).by_runstead] == []
    assert all(name == normalised_name(name) for name in STANDINS)


def test_extras_bring_what_scripts_count_on() -> None:
    assert answered("azureml-dataset-runtime[Pandas, fuse]").brings == ("pyarrow", "pandas")
    assert answered("azureml-sdk[tensorboard,nonsense]").brings == ("tensorboard",)
    assert answered("azureml-mlflow==1.62").brings == ("mlflow-skinny",)


def test_a_marker_goes_with_what_is_brought() -> None:
    [brought] = answered('azureml-mlflow==1.62 ; python_version<"3.13" --hash=sha256:ab # why').brings

    assert brought == 'mlflow-skinny ; python_version<"3.13"'
    assert str(Requirement(brought).marker) == 'python_version < "3.13"'


def test_what_is_there_in_name_only_says_so() -> None:
    assert "not in this version" in answered("azureml-train-automl").why
    assert "stands in" in answered("azureml-core").why
    assert "cannot be beside" in answered("azureml-somethingnew").why
    assert answered("numpy").why == ""


def test_runstead_comes_once_in_the_place_of_the_first() -> None:
    lines = ["numpy<2", "azureml-core", "pandas==1.5.3", "azureml-dataset-runtime[pandas]", "-i https://example.org"]

    assert rewritten(lines) == ["numpy<2", "runstead", "pandas==1.5.3", "pyarrow", "-i https://example.org"]
    assert rewritten(lines, runstead="/here/runstead.whl")[1] == "/here/runstead.whl"
    assert rewritten([]) == []


def test_lines_of_a_file_are_joined_and_freed_of_comments() -> None:
    text = "# needs\nnumpy==1.26 \\\n  --hash=sha256:ab\r\n\nx # y\nurl @ https://example.org/a#egg=b\n   # end"

    assert [" ".join(line.split()) for line in requirement_lines(text)] == [
        "numpy==1.26 --hash=sha256:ab",
        "x",
        "url @ https://example.org/a#egg=b",
    ]


@pytest.mark.parametrize("name", ["A", "a.b", "A__b-.c", "azureml_train-automl"])
def test_names_are_compared_as_the_package_index_compares_them(name: str) -> None:
    assert normalised_name(name) == canonicalize_name(name)


def test_a_long_line_costs_no_more_than_its_length() -> None:
    assert answered("a" + "-." * 50_000).by_runstead is False
    assert answered("azureml-core" + ";" * 50_000).by_runstead is True
