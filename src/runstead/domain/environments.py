"""An environment: what a script needs around it, as SDK v1 writes it down, under a name and with versions."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.limits import Limits

Definition = Mapping[str, Any]  # Any: JSON, with SDK v1's camelCase keys
RESERVED = ("azureml", "microsoft")
_NAME = re.compile(r"[a-zA-Z0-9_][\w\-.]*", re.ASCII)
# These say what it is called and where it was read from, not what it is.
NAMING = ("name", "version", "assetId")
# These change what an image or a Python holds; the rest (variables, shared memory) is applied when a job starts.
BUILT_PYTHON = ("userManagedDependencies", "interpreterPath", "baseCondaEnvironment", "condaDependencies")
BUILT_DOCKER = ("baseImage", "baseDockerfile", "buildContext", "platform")
BUILT = ("r", "spark", "inferencingStackVersion")


@dataclass(frozen=True)
class Environment:
    """One version of one name. `content_hash` is that of what has to be built for it."""

    name: str
    version: int
    definition: Definition
    content_hash: str
    created_at_ms: int
    labels: tuple[str, ...] = ()
    curated: bool = False


def content_hash(definition: Definition) -> str:
    """SHA-256, hexadecimal, of what is built: what has one hash needs one image. The order of packages counts."""
    python, docker = section(definition, "python"), section(definition, "docker")
    built = {
        "python": {key: python.get(key) for key in BUILT_PYTHON},
        "docker": {key: docker.get(key) for key in BUILT_DOCKER},
        **{key: definition.get(key) for key in BUILT},
    }
    return hashlib.sha256(_canonical(built).encode()).hexdigest()


def is_same(one: Definition, other: Definition) -> bool:
    """Whether both define the same; what they are called does not count, nor which file they were read from."""
    return _canonical(_bare(one)) == _canonical(_bare(other))


def named(definition: Definition, name: str, version: int) -> dict[str, Any]:
    """The definition under this name and version."""
    return {**definition, "name": name, "version": str(version)}


def is_reserved(name: str) -> bool:
    """Whether only curated environments may have the name."""
    return name.lower().startswith(RESERVED)


def checked_environment_name(name: str, limits: Limits) -> str:
    """A name that may be registered."""
    if len(name) > limits.name_chars:
        raise InvalidArgument(f"the environment name {name[:40]!r}… has {len(name)} characters; {limits.name_chars} do")
    if not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{name!r} is no environment name: write a letter, digit or '_', then letters, digits, '_', '-' and '.'"
        )
    if is_reserved(name):
        raise InvalidArgument(
            f"the environment name {name!r} is reserved: names that begin with AzureML or Microsoft are those of "
            "curated environments; clone it under a name of your own"
        )
    return name


def checked_definition(definition: Definition, limits: Limits) -> dict[str, Any]:
    """A definition that can be kept: its parts are objects, it is plain JSON, and not too large."""
    for part in ("python", "docker"):
        if not isinstance(definition.get(part), Mapping):
            raise InvalidArgument(f"an environment's definition needs an object named {part!r}")
    images = [one for one in ("baseImage", "baseDockerfile", "buildContext") if definition["docker"].get(one)]
    if len(images) > 1:
        raise InvalidArgument(
            f"the docker section has both {images[0]} and {images[1]}; they exclude each other, so set all but one to "
            "None (base_image has a default)"
        )
    conda = section(definition, "python").get("condaDependencies")
    if conda is not None and not isinstance(conda, Mapping):
        raise InvalidArgument("python.condaDependencies must be an object, as in a conda specification")
    variables = definition.get("environmentVariables")
    if variables is not None and not isinstance(variables, Mapping):
        raise InvalidArgument("environmentVariables must be an object of names and texts")
    try:
        size = len(json.dumps(definition, allow_nan=False))
    except ValueError as error:
        raise InvalidArgument(f"an environment's definition must be plain JSON: {error}") from error
    if size > limits.environment_chars:
        raise TooLarge(f"the environment's definition has {size} characters; {limits.environment_chars} are allowed")
    return dict(definition)


def _bare(definition: Definition) -> dict[str, Any]:
    python = {key: value for key, value in section(definition, "python").items() if key != "condaDependenciesFile"}
    return {key: value for key, value in definition.items() if key not in NAMING} | {"python": python}


def section(definition: Definition, name: str) -> Definition:
    """A part of a definition; empty where it is none."""
    found = definition.get(name)
    return found if isinstance(found, Mapping) else {}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
