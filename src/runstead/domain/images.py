"""Names of container images: which are names at all, and what stands for those that only Azure has."""

import re
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument

DOCKER_HUB = "docker.io"
DEFAULT_BASE_IMAGE = f"{DOCKER_HUB}/library/python:3.11-slim"
# Azure's own images begin with this; what follows is the kind.
AZURE = "mcr.microsoft.com/azureml/"
DEFAULT_CPU_IMAGE = f"{AZURE}openmpi4.1.0-ubuntu22.04:20251130.v1"  # of every environment that names none
# By the first word that occurs in the name. Both hold a Python with what the name promises beside it.
EQUIVALENTS = (
    ("cuda12", "docker.io/pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime"),
    ("cuda11", "docker.io/pytorch/pytorch:2.5.1-cuda11.8-cudnn9-runtime"),
    ("cuda", "docker.io/pytorch/pytorch:2.5.1-cuda11.8-cudnn9-runtime"),
    ("gpu", "docker.io/pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime"),
)
_NAME = re.compile(
    r"(?:(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?)/)?"
    r"(?P<path>[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_ID = re.compile(r"sha256:[0-9a-f]{64}")
MOST_CHARS = 500


class Resolved(NamedTuple):
    """The image to use; `told`: one sentence if another name was given."""

    image: str
    told: str


def is_image(name: str) -> bool:
    """Whether it is an image's name, or id, as engines write it."""
    return len(name) <= MOST_CHARS and (_NAME.fullmatch(name) or _ID.fullmatch(name)) is not None


def checked_image(name: str) -> str:
    """An image's name as engines write it; InvalidArgument for everything else, which never gets to an engine."""
    if not is_image(name):
        raise InvalidArgument(
            f"{name[:80]!r} is no image name; write it as registry/name:tag, in small letters, such as "
            f"{DEFAULT_BASE_IMAGE}"
        )
    return name


def names_registry(image: str) -> bool:
    """Whether the name begins with a registry, as engines read names."""
    host, slash, _ = image.partition("/")
    return bool(slash) and (host == "localhost" or "." in host or ":" in host)


def registry_of(image: str) -> str:
    """The registry that the name begins with, or else Docker Hub."""
    return image.partition("/")[0] if names_registry(image) else DOCKER_HUB


def resolved_image(name: str, *, default: str) -> Resolved:
    """What is used for an image's name: for Azure's own ones an equivalent that can be had."""
    if not name.lower().startswith(AZURE):
        return Resolved(name, "")
    kind = name.lower().removeprefix(AZURE)
    found = next((image for word, image in EQUIVALENTS if word in kind), default)
    return Resolved(found, f"base image {name}: only Azure has it, {found} stands for it")
