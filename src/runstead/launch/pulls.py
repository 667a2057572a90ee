"""Images of registries: there, or fetched with a line for every step."""

import re
import threading
from typing import TYPE_CHECKING

from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError, TooLarge, Unavailable
from runstead.domain.images import names_registry
from runstead.domain.logins import Login
from runstead.domain.packages import redacted
from runstead.launch.engines import Engine, translated
from runstead.launch.products import Making

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

AWAY = re.compile(
    r"dial tcp|no such host|i/o timeout|connection refused|TLS handshake|pinging container registry", re.I
)
FULL = re.compile(r"no space left on device|disk quota exceeded", re.I)
_NOT_THERE = re.compile(r"manifest unknown|not found|repository does not exist|name unknown", re.I)
_NOT_ALLOWED = re.compile(r"unauthorized|denied|authentication required|no basic auth", re.I)


def full_name(image: str, login: Login | None) -> str:
    """The image's name with its registry, as SDK v1 lets people leave it to `base_image_registry`."""
    place = "" if login is None else login.place
    return image if not place or image.startswith("sha256:") or names_registry(image) else f"{place}/{image}"


def pull(client: "DockerClient", engine: Engine, image: str, login: Login | None, making: Making) -> "Image":
    """Fetches the image and answers it. Raises in one sentence why that cannot be done."""
    known = login if login is not None and login.is_for(image) else None
    if known is not None and not known.password:
        raise InvalidArgument(
            f"the image {image} asks for a login: the password of {known.username!r} is not known here; set "
            "base_image_registry.password and submit again, it is kept sealed from then on"
        )
    stopped = threading.Event()
    making.stopper(stopped.set)
    making.say(f"Pulling {image}{f' as {known.username}' if known else ''}")
    try:
        with translated(engine):
            wrong = _follow(client, image, known, making, stopped)
    except (InvalidArgument, NotFound, Unavailable) as error:
        wrong = error.message
    finally:
        making.stopper(None)
    if stopped.is_set():
        raise Unavailable("nobody waits for it any more")
    if wrong:
        raise refusal(image, wrong, known)
    return client.images.get(image)


def _follow(client: "DockerClient", image: str, login: Login | None, making: Making, stopped: threading.Event) -> str:
    """What went wrong; empty if nothing did."""
    name, tag = split(image)
    auth = {"username": login.username, "password": login.password} if login else None
    for told in client.api.pull(name, tag=tag, stream=True, decode=True, auth_config=auth):
        if stopped.is_set():
            return ""
        if error := told.get("error"):
            return str(error)
        # A layer's progress comes many times a second; what has happened is said once.
        said = str(told.get("status") or told.get("stream") or "").rstrip()
        if said and not (told.get("progressDetail") or {}).get("current"):
            making.say(redacted(f"{told['id']}: {said}" if told.get("id") else said))
    return ""


def split(image: str) -> tuple[str, str]:
    """Name, and tag or digest."""
    if "@" in image:
        name, _, digest = image.partition("@")
        return name, digest
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "latest")


def refusal(image: str, said: str, login: Login | None) -> RunsteadError:
    """Why an image could not be had, as one sentence and of the kind that it is."""
    told = " ".join(redacted(said).split())[:500]
    if FULL.search(said):
        return TooLarge("the disk is full")
    if AWAY.search(said):
        return Unavailable(f"the registry of the image {image} cannot be reached: {told}")
    if _NOT_ALLOWED.search(told):
        why = (
            f"the registry does not let {login.username!r} in with the password that was given, or not to this image"
            if login
            else "it is not there or may not be read without a login; give base_image_registry an address, a username "
            "and a password"
        )
        return InvalidArgument(f"the image {image} cannot be pulled: {why}: {told}")
    if _NOT_THERE.search(told):
        return NotFound(f"there is no image {image}: {told}")
    return InvalidArgument(f"the image {image} cannot be pulled: {told}")
