"""SDK v1's objects on the images of environments; SDK v1 names them in `azureml.core.environment`."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from azureml._errors import speaks_v1
from runstead.client import builds
from runstead.client.workspaces import Workspace


@speaks_v1
class ImageBuildDetails:
    """SDK v1 `ImageBuildDetails`: a build and its log. environment_client: the workspace at its server."""

    def __init__(self, environment_client: Workspace, location: str) -> None:
        self.environment_client = environment_client
        self.log_url: str | None = None
        self._location = location

    @property
    def status(self) -> str:
        return str(builds.load_build(self.environment_client, self._location)["status"])

    def get_log(self) -> str:
        return str(builds.load_build(self.environment_client, self._location)["log"])

    def wait_for_completion(self, show_output: bool = True) -> "ImageBuildDetails":
        for found in builds.follow_build(self.environment_client, self._location):
            if show_output:
                print(found["log"], end="", flush=True)
        if show_output:
            print(f"Image Build Status: {found['status']}")
        return self


class DockerImageDetails(dict[str, Any]):  # Any: JSON
    """SDK v1 `DockerImageDetails`: an image as the service describes it."""

    def __init__(self, *args: Iterable[tuple[str, object]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)

    @property
    def image(self) -> dict[str, Any]:  # Any: JSON
        return dict(self.get("dockerImage") or {})

    @property
    def repository(self) -> str | None:
        return self.image.get("name")

    @property
    def registry(self) -> dict[str, Any]:  # Any: JSON
        return dict(self.image.get("registry") or {})

    @property
    def image_exist(self) -> bool:
        return bool(self.get("imageExistsInRegistry"))

    @property
    def dockerfile(self) -> str | None:
        found: str | None = (self.get("ingredients") or {}).get("dockerfile")
        return found

    @property
    def environment_path(self) -> str | None:
        return self._python.get("condaEnvironmentPath")

    @property
    def interpreter_path(self) -> str | None:
        return self._python.get("interpreterPath")

    @property
    def _python(self) -> dict[str, Any]:  # Any: JSON
        return dict(self.get("pythonEnvironment") or {})


def details_of(definition: Mapping[str, Any], told: Mapping[str, Any]) -> DockerImageDetails:  # Any: JSON
    """The image of an environment's definition, of which the server has `told` what building it would do."""
    preparation = told["preparation"]
    docker, inputs = definition["docker"], preparation["inputs"]
    python = PurePosixPath(preparation["python"])
    venv = python.parent.parent if inputs["requirement"] else None
    return DockerImageDetails(
        name=definition["name"],
        version=definition["version"],
        dockerImage={"name": preparation["image"], "registry": dict(docker["baseImageRegistry"] or {})},
        imageExistsInRegistry=told["ready"],
        ingredients={"dockerfile": "\n".join(inputs["dockerfile"]) or f"FROM {inputs['base_image']}\n"},
        pythonEnvironment={
            "interpreterPath": str(python),
            "condaEnvironmentName": venv and venv.name,
            "condaEnvironmentPath": venv and str(venv),
        },
    )
