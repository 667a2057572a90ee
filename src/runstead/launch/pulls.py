"""Images of registries: there, or fetched with a line for every step."""

import re
import threading
from typing import TYPE_CHECKING

from runstead.domain.containers import Login
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError, TooLarge, Unavailable
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
    address = _host(login)
    return image if not address or image.startswith((f"{address}/", "sha256:")) else f"{address}/{image}"


def is_of(image: str, login: Login | None) -> bool:
    """Whether this login is for the image's registry: no other one is shown it."""
    return login is not None and bool(login.username) and (not _host(login) or image.startswith(f"{_host(login)}/"))


def pull(client: "DockerClient", engine: Engine, image: str, login: Login | None, making: Making) -> "Image":
    """Fetches the image and answers it. Raises in one sentence why that cannot be done."""
    stopped = threading.Event()
    making.stopper(stopped.set)
    making.say(f"Pulling {image}")
    try:
        with translated(engine):
            wrong = _follow(client, image, login, making, stopped)
    except (InvalidArgument, NotFound, Unavailable) as error:
        wrong = error.message
    finally:
        making.stopper(None)
    if stopped.is_set():
        raise Unavailable("nobody waits for it any more")
    if wrong:
        raise refusal(image, wrong)
    return client.images.get(image)


def _follow(client: "DockerClient", image: str, login: Login | None, making: Making, stopped: threading.Event) -> str:
    """What went wrong; empty if nothing did."""
    name, tag = split(image)
    auth = {"username": login.username, "password": login.password} if login and is_of(image, login) else None
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


def refusal(image: str, said: str) -> RunsteadError:
    """Why an image could not be had, as one sentence and of the kind that it is."""
    told = " ".join(redacted(said).split())[:500]
    if FULL.search(told):
        return TooLarge("the disk is full")
    if AWAY.search(told):
        return Unavailable(f"the registry of the image {image} cannot be reached: {told}")
    if _NOT_ALLOWED.search(told):
        return InvalidArgument(
            f"the image {image} is not there or may not be read; give base_image_registry a username and a "
            f"password: {told}"
        )
    if _NOT_THERE.search(told):
        return NotFound(f"there is no image {image}: {told}")
    return InvalidArgument(f"the image {image} cannot be pulled: {told}")


def _host(login: Login | None) -> str:
    return "" if login is None else re.sub(r"^https?://", "", login.address).rstrip("/")
