"""Images that environments are built into: packages, Dockerfiles, folders; once, explained, and whole or not at all."""

from collections.abc import Iterator

import pytest

from azureml.core import Environment, Experiment
from azureml.core.conda_dependencies import CondaDependencies
from tests.engines import Podman
from tests.faces.test_containers import CONTROL_LOG, log_of, submitted
from tests.registries import Registry, running_registry

BUILD_LOG = "azureml-logs/20_image_build_log.txt"
SCRIPT = """
import tiny, sys
from azureml.core import Run
Run.get_context().log("v", 1)
print("tiny", tiny.__version__, sys.prefix)
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as opened:
        opened.add("tiny", "1.0")
        opened.add("tiny", "1.1")
        yield opened


def with_packages(registry: Registry, *pip: str, url: str = "") -> Environment:
    environment = Environment("boxed")
    environment.python.conda_dependencies = CondaDependencies.create(
        pip_indexurl=url or registry.url, pip_packages=[*pip, "azureml-defaults"], python_version="3.11"
    )
    return environment


def test_packages_are_built_into_an_image_once_and_the_next_run_reuses_it(
    boxed: Experiment, registry: Registry, podman: Podman
) -> None:
    first = submitted(boxed, SCRIPT, environment=with_packages(registry, "tiny==1.0"))
    details = first.wait_for_completion(raise_on_error=False)
    second = submitted(boxed, SCRIPT, environment=with_packages(registry, "tiny==1.0"))
    second.wait_for_completion()

    assert details["status"] == "Completed", (details["error"], log_of(first, BUILD_LOG), log_of(first))
    assert "tiny 1.0 /azureml-envs/azureml_" in log_of(first)
    assert first.get_metrics() == {"v": 1}
    assert ": answered by Runstead" in log_of(first, BUILD_LOG)
    assert "+ tiny==1.0" in log_of(first, BUILD_LOG)
    assert BUILD_LOG not in second.get_file_names()
    assert f"Reused from run {first.id}" in log_of(second, CONTROL_LOG)
    assert "container engine podman" in log_of(second, CONTROL_LOG)
