"""Images that environments are built into: packages, Dockerfiles, folders; once, explained, and whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Environment, Experiment
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.environment import DockerBuildContext
from azureml.exceptions import UserErrorException
from tests.engines import BASE_IMAGE, Podman
from tests.faces.test_containers import CONTROL_LOG, log_of, submitted
from tests.faces.test_log_trees import EXECUTION_LOG, OF_A_JOB, SDK_LOG, tree
from tests.registries import Registry, a_wheel, running_registry

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
    assert tree(first) == sorted([BUILD_LOG, EXECUTION_LOG, SDK_LOG, *OF_A_JOB])
    assert tree(second) == sorted([EXECUTION_LOG, SDK_LOG, *OF_A_JOB])
    assert f"Reused from run {first.id}" in log_of(second, CONTROL_LOG)
    assert "container engine podman" in log_of(second, CONTROL_LOG)


def from_dockerfile(text: str) -> Environment:
    environment = Environment.from_dockerfile("filed", text)
    environment.python.user_managed_dependencies = True
    return environment


def test_a_dockerfile_is_built_once_and_what_changes_in_it_is_told_by_line(boxed: Experiment) -> None:
    text = f"FROM {BASE_IMAGE}\nRUN echo one > /told\n"
    told = "print('told', open('/told').read())"
    first = submitted(boxed, told, environment=from_dockerfile(text))
    details = first.wait_for_completion(raise_on_error=False)
    second = submitted(boxed, told, environment=from_dockerfile(text.replace("one", "two")))
    second.wait_for_completion()
    third = submitted(boxed, told, environment=from_dockerfile(text))
    third.wait_for_completion()

    assert details["status"] == "Completed", (details["error"], log_of(first, BUILD_LOG))
    assert ("told one" in log_of(first), "told two" in log_of(second)) == (True, True)
    changed = "Built because dockerfile line 2 changed: RUN echo one > /told → RUN echo two > /told"
    assert changed in log_of(second, CONTROL_LOG)
    assert f"Reused from run {first.id}" in log_of(third, CONTROL_LOG)
    assert BUILD_LOG not in third.get_file_names()


def test_a_folder_is_a_build_context_and_its_dockerignore_holds(boxed: Experiment) -> None:
    folder = Path("context")
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {BASE_IMAGE}\nCOPY . /copied\n")
    (folder / ".dockerignore").write_text("left*\n")
    for name in ("taken.txt", "left.txt"):
        (folder / name).write_text(name)
    context = DockerBuildContext.from_local_directory(boxed.workspace, str(folder))
    environment = Environment.from_docker_build_context("folder", context)

    run = submitted(boxed, "import os; print(sorted(os.listdir('/copied')))", environment=environment)
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details["error"], log_of(run, BUILD_LOG))
    assert "'taken.txt'" in log_of(run)
    assert "left.txt" not in log_of(run)


def test_a_dockerfile_with_an_error_fails_in_preparing_with_the_reason_and_is_not_kept(boxed: Experiment) -> None:
    text = f"FROM {BASE_IMAGE}\nRUN echo before; exit 3\n"
    for _ in range(2):
        run = submitted(boxed, "print(1)", environment=from_dockerfile(text))
        details = run.wait_for_completion(raise_on_error=False)
        message = details["error"]["error"]["message"]
        assert message.startswith("the environment 'filed' could not be prepared: the Dockerfile cannot be built: ")
        assert "exit status 3" in message.splitlines()[0]
        assert f"The last lines of {BUILD_LOG}:" in message
        assert sorted(run.get_file_names()) == [BUILD_LOG, CONTROL_LOG]


def test_packages_that_cannot_be_had_fail_in_preparing_and_leave_no_container(
    boxed: Experiment, registry: Registry, podman: Podman
) -> None:
    run = submitted(boxed, SCRIPT, environment=with_packages(registry, "tiny==7.7"))
    details = run.wait_for_completion(raise_on_error=False)

    assert "no version of tiny==7.7" in details["error"]["error"]["message"].splitlines()[0]
    assert BUILD_LOG in run.get_file_names()


def test_an_image_is_built_by_hand_before_any_run_and_told_of(
    boxed: Experiment, registry: Registry, podman: Podman, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = Environment.add_private_pip_wheel(boxed.workspace, str(a_wheel(tmp_path, "mine", "2.0")))
    environment = with_packages(registry, "tiny==1.0", wheel)
    before = environment.get_image_details(boxed.workspace)
    environment.build_local(boxed.workspace, useDocker=True)
    told = capsys.readouterr().out
    after = environment.get_image_details(boxed.workspace)
    environment.docker.base_image = BASE_IMAGE  # what stands for Azure's here, now by its own name
    details = environment.build(boxed.workspace).wait_for_completion(show_output=True)

    assert (before.image_exist, after.image_exist, before.repository) == (False, True, after.repository)
    assert str(after.repository).startswith("azureml/azureml_")
    assert after.interpreter_path == f"{after.environment_path}/bin/python"
    assert after.dockerfile == f"FROM {BASE_IMAGE}\n"
    assert f"Built image {after.repository}, id sha256:" in told
    assert "+ mine==2.0" in told
    assert told.endswith("Image Build Status: Succeeded\n")
    assert details.status == "Succeeded"
    assert "Reused from build-" in capsys.readouterr().out
    run = submitted(boxed, "import mine; print('mine', mine.__version__)", environment=environment)
    run.wait_for_completion(raise_on_error=False)
    assert "mine 2.0" in log_of(run)
    assert "Reused from build-" in log_of(run, CONTROL_LOG)


def test_a_build_by_hand_that_fails_says_so_and_what_cannot_be_built_is_refused(boxed: Experiment) -> None:
    wrong = from_dockerfile(f"FROM {BASE_IMAGE}\nRUN echo before; exit 3\n")
    details = wrong.build(boxed.workspace).wait_for_completion(show_output=False)

    assert details.status == "Failed"
    assert "The environment was not built: the Dockerfile cannot be built: " in details.get_log()
    with pytest.raises(UserErrorException, match="was not built"):
        wrong.build_local(boxed.workspace, useDocker=True)
    with pytest.raises(UserErrorException, match="there is nothing to build: filed uses the interpreter"):
        wrong.build_local(boxed.workspace)
    with pytest.raises(UserErrorException, match="no registry of its own"):
        wrong.build_local(boxed.workspace, useDocker=True, pushImageToWorkspaceAcr=True)
