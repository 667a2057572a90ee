"""What `import azureml.core` makes reachable, what it loads, and what it refuses to live beside."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import azureml.core
import runstead

HEAVY = ("urllib3", "yaml", "uuid", "json", "pathspec", "numpy", "sqlalchemy", "fastapi", "runstead.client")


def python(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_submodules_and_versions_are_there_without_importing_them() -> None:
    done = python(
        """
        import azureml.core
        print(azureml.core.VERSION, azureml.data.__version__, azureml.core.__version__)
        print(azureml.core.runconfig.RunConfiguration.__name__, azureml.core.Workspace.__name__)
        print(azureml.core.conda_dependencies.CondaDependencies.__name__, azureml.core.run.Run is azureml.core.Run)
        """
    )

    assert done.stdout.split() == [
        *["1.61.0"] * 3,
        "RunConfiguration",
        "Workspace",
        "CondaDependencies",
        "True",
    ], done.stderr


def test_the_version_can_be_split_and_compared() -> None:
    assert tuple(map(int, azureml.core.VERSION.split("."))) >= (1, 34, 0)


def test_importing_the_package_loads_nothing_heavy() -> None:
    done = python(f"import azureml.core, sys; print([m for m in {HEAVY} if m in sys.modules])")

    assert done.stdout.strip() == "[]", done.stderr


def test_a_script_that_gets_its_run_loads_no_http_library_yet(tmp_path: Path) -> None:
    job = {
        "AZUREML_RUN_ID": "r1",
        "AZUREML_RUN_TOKEN": "t",
        "AZUREML_SERVICE_ENDPOINT": "http://127.0.0.1:1",
        "AZUREML_ARM_PROJECT_NAME": "e",
        "AZUREML_ARM_WORKSPACE_NAME": "w",
        "AZUREML_ARM_SUBSCRIPTION": "s",
        "AZUREML_ARM_RESOURCEGROUP": "g",
        "RUNSTEAD_JOURNAL_DIR": str(tmp_path),
        "HOME": str(tmp_path),
    }

    get_run = "from azureml.core import Run; Run.get_context()"
    done = python(f"{get_run}; import sys; print([m for m in {HEAVY[:2]} if m in sys.modules])", **job)

    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("name", azureml.core.__all__)
def test_every_public_name_loads(name: str) -> None:
    assert getattr(azureml.core, name)
    assert name in dir(azureml.core)


def test_a_python_that_is_too_old_is_told_in_one_sentence() -> None:
    files = [Path(package.__file__ or "").read_text() for package in (azureml, runstead)]
    done = python("import sys; sys.hexversion = 0x030812F0; sys.version_info = (3, 8, 18); import azureml.core")

    for text in files:
        ast.parse(text, feature_version=(3, 7))  # what old ones read before they come to that sentence
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"ImportError: Runstead needs Python 3.11 or newer, and {sys.executable} is Python 3.8.18;")


def test_azureml_core_beside_us_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "azureml_core-1.61.0.dist-info").mkdir()

    done = python("import azureml.core", PYTHONPATH=str(tmp_path))

    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: azureml-core 1.61.0 is installed in")
    assert "pip uninstall azureml-core" in last


def test_another_distributions_part_of_the_namespace_is_found(tmp_path: Path) -> None:
    part = tmp_path / "azureml"
    (part / "mlflow").mkdir(parents=True)
    (part / "__init__.py").write_text("__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n")
    (part / "mlflow" / "__init__.py").write_text("WHO = 'azureml-mlflow'\n")

    done = python("import azureml.core, azureml.mlflow; print(azureml.mlflow.WHO)", PYTHONPATH=str(tmp_path))

    assert done.stdout.strip() == "azureml-mlflow", done.stderr


def test_debug_logging_shows_what_the_sdk_does(tmp_path: Path) -> None:
    done = python(
        """
        import logging, os
        logging.basicConfig(level=logging.DEBUG)
        from azureml.core import Workspace
        from azureml.exceptions import ServiceException
        try:
            Workspace.from_config()
        except ServiceException as error:
            print(error.message)
        """,
        RUNSTEAD_HOME=str(tmp_path / "home"),
        RUNSTEAD_AUTOSTART="0",
        HOME=str(tmp_path),
    )

    assert "RUNSTEAD_AUTOSTART=0 forbids" in done.stdout
    assert "DEBUG:azureml.core.workspace:no config.json in" in done.stderr
    assert "Runstead 0.1.0" in done.stderr
