"""Images of a registry that asks for a login: pulled with it, and its password is nowhere to be read."""

import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import ContainerRegistry, Environment, Experiment, Run, ScriptRunConfig
from azureml.core.runconfig import DockerConfiguration, RunConfiguration
from runstead.testing.servers import RealServer
from tests.engines import Podman
from tests.engines import podman as engine_says
from tests.faces.test_containers import CONTROL_LOG, execution_log, log_of
from tests.faces.test_images import BUILD_LOG
from tests.image_registries import USER, ImageRegistry, running_image_registry
from tests.machine import NO_DOCKER_REGISTRY, find_docker_registry, skip_without
from tests.registries import PASSWORD


@pytest.fixture(scope="module")
def images(podman: Podman, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageRegistry]:
    if find_docker_registry() is None:
        skip_without(NO_DOCKER_REGISTRY)
    with running_image_registry(podman, tmp_path_factory.mktemp("images") / "registry") as opened:
        yield opened


@pytest.fixture
def private(images: ImageRegistry, podman: Podman) -> Iterator[ImageRegistry]:
    """The engine does not have the image, neither before nor after."""
    yield images
    remove(podman, images.image)


def remove(engine: Podman, image: str) -> None:
    if engine.has_image(image):
        engine_says(engine.variables, "rmi", "--force", image)


def with_login(images: ImageRegistry, password: str | None = PASSWORD, user: str | None = USER) -> Environment:
    registry = ContainerRegistry()
    registry.address, registry.username, registry.password = images.address, user, password
    return Environment.from_docker_image("private", images.image.removeprefix(f"{images.address}/"), registry)


def submitted(boxed: Experiment, environment: Environment) -> Run:
    Path("source").mkdir(exist_ok=True)
    return boxed.submit(
        ScriptRunConfig(
            "source",
            command="echo the colour is $COLOUR",
            environment=environment,
            docker_runtime_config=DockerConfiguration(use_docker=True),
        )
    )


def test_a_private_image_is_pulled_with_the_login_and_the_password_is_nowhere(
    boxed: Experiment,
    contained_server: RealServer,
    private: ImageRegistry,
    podman: Podman,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    environment = with_login(private)
    registered = environment.register(boxed.workspace)
    run = submitted(boxed, environment)
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details["error"], log_of(run), execution_log(run))
    assert "the colour is" in log_of(run)
    assert f"Pulling {private.image} as {USER}" in execution_log(run)
    environment.save_to_directory("saved")
    RunConfiguration.load(str(saved_with(environment)))
    place = boxed.workspace._place
    shown = [
        repr(environment),
        repr(registered.docker.base_image_registry),
        json.dumps(registered._definition()),
        json.dumps(run.get_details_with_logs()),
        str(boxed.workspace.get_default_keyvault().list_secrets()),
        *(json.dumps(place.connection.call("GET", f"{place.path}/{path}")) for path in (f"runs/{run.id}", "secrets")),
        caplog.text,
    ]
    assert [text for text in shown if PASSWORD in text] == []
    assert files_with(PASSWORD, contained_server.home, Path()) == []
    assert boxed.workspace.get_default_keyvault().list_secrets() == []

    remove(podman, private.image)
    again = submitted(boxed, Environment.get(boxed.workspace, "private"))
    assert again.wait_for_completion(raise_on_error=False)["status"] == "Completed", execution_log(again)


def files_with(text: str, *folders: Path) -> list[str]:
    """Which files have it; those that go away meanwhile, as a server's do, are passed over."""
    search = ["grep", "--recursive", "--no-messages", "--files-with-matches", "--fixed-strings", "--", text]
    found = subprocess.run([*search, *map(str, folders)], stdout=subprocess.PIPE, text=True, check=False)
    return found.stdout.splitlines()


def saved_with(environment: Environment) -> Path:
    made = RunConfiguration()
    made.environment = environment
    made.save(name="private")
    return Path(".azureml/private")


@pytest.mark.parametrize(
    ("user", "password", "said"),
    [
        (USER, "wr0ng-word", "the registry does not let 'me' in with the password that was given"),
        (USER, None, "the password of 'me' is not known here; set base_image_registry.password"),
        (None, None, "it is not there or may not be read without a login; give base_image_registry an address, a user"),
    ],
)
def test_a_login_that_is_wrong_or_missing_fails_in_preparing_and_leaves_nothing(
    boxed: Experiment, private: ImageRegistry, podman: Podman, user: str | None, password: str | None, said: str
) -> None:
    run = submitted(boxed, with_login(private, password, user))
    message = run.wait_for_completion(raise_on_error=False)["error"]["error"]["message"]

    assert message.startswith("the environment 'private' could not be prepared: the image ")
    assert said in message.splitlines()[0]
    assert (password or PASSWORD) not in message + execution_log(run) + log_of(run, CONTROL_LOG)
    assert not podman.has_image(private.image)


def test_a_dockerfile_begins_with_a_private_image(boxed: Experiment, private: ImageRegistry) -> None:
    environment = with_login(private)
    environment.docker.base_image = None
    environment.docker.base_dockerfile = f"FROM {private.image}\nENV COLOUR=blue\n"
    run = submitted(boxed, environment)
    details = run.wait_for_completion(raise_on_error=False)

    assert details["status"] == "Completed", (details["error"], log_of(run, BUILD_LOG))
    assert "the colour is blue" in log_of(run)
    assert f"Pulling {private.image} as {USER}" in log_of(run, BUILD_LOG)
