"""Builds images from Dockerfiles and folders: the engine's own builder, line by line."""

import io
import re
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any  # JSON values

from docker.types import CancellableStream
from docker.utils.build import PatternMatcher

from runstead.domain.containers import Container
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError, TooLarge, Unavailable
from runstead.domain.images import is_image
from runstead.domain.packages import redacted
from runstead.launch.engines import Engine, find_image, translated
from runstead.launch.products import ContextFile, Making
from runstead.launch.pulls import AWAY, FULL, pull

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

IGNORED = ".dockerignore"
_BUILT = re.compile(r"(?:Successfully built |sha256:)([0-9a-f]{12,64})")
_FROM = re.compile(r"(?mi)^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)")


def build(
    client: "DockerClient",
    engine: Engine,
    container: Container,
    files: Iterable[ContextFile],
    making: Making,
    *,
    labels: Mapping[str, str],
) -> "Image":
    """The image of this Dockerfile, which may be one of `files`. Raises in one sentence why there is none."""
    with tempfile.TemporaryFile() as context:
        text = _pack(context, container, files)
        _fetch_private(client, engine, container, text, making)
        found, error = _follow(client, engine, context, container, making, labels=labels)
    if error is not None or not found:
        raise refusal(error or "the engine did not say which image it built")
    return client.images.get(found)


def _follow(
    client: "DockerClient",
    engine: Engine,
    context: IO[bytes],
    container: Container,
    making: Making,
    *,
    labels: Mapping[str, str],
) -> tuple[str, str | None]:
    """The image's id, or what went wrong."""
    found = ""
    try:
        with translated(engine), _responses(client) as responses:
            answers = client.api.build(
                fileobj=context,
                custom_context=True,
                dockerfile=container.dockerfile_path,
                rm=True,
                forcerm=True,
                decode=True,
                network_mode="host",
                labels=dict(labels),
            )
            close = CancellableStream(answers, responses[-1]).close
            for told in _until_stopped(answers, making, close=close):
                if error := told.get("error"):
                    return "", str(error)
                said = str(told.get("stream") or told.get("status") or "")
                if said.strip():
                    making.say(redacted(said.rstrip("\n")))
                named = _BUILT.search(str((told.get("aux") or {}).get("ID") or said))
                found = named[1] if named else found
    except InvalidArgument as error:
        return "", error.message
    return found, None


@contextmanager
def _responses(client: "DockerClient") -> Iterator[list[Any]]:
    """What the engine answers from now on, the last one last: the client itself gives only what is in them."""
    found: list[Any] = []
    hooks = client.api.hooks["response"]

    def keep(response: object, **_options: object) -> None:
        found.append(response)

    hooks.append(keep)
    try:
        yield found
    finally:
        hooks.remove(keep)


def _until_stopped(answers: Iterator[Any], making: Making, *, close: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """The builder's answers. Unavailable as soon as nobody waits any more, also while a step says nothing.

    Its connection is closed then, and so the builder ends, and clears away what it has begun.
    """
    heard: SimpleQueue[dict[str, Any] | Exception | None] = SimpleQueue()

    def listen() -> None:
        try:
            for told in answers:
                heard.put(told)
            heard.put(None)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is raised below
            heard.put(error)

    def stop() -> None:
        heard.put(Unavailable("nobody waits for it any more"))

    making.stopper(stop)
    threading.Thread(target=listen, name="image-build", daemon=True).start()
    try:
        while (told := heard.get()) is not None:
            if isinstance(told, Exception):
                raise told
            yield told
    finally:
        making.stopper(None)
        with suppress(AttributeError, OSError):  # it has ended by itself
            close()


def refusal(said: str) -> RunsteadError:
    """Why a Dockerfile did not become an image."""
    told = " ".join(redacted(said).split())[:500]
    if FULL.search(said):
        return TooLarge("the disk is full")
    if AWAY.search(said):
        return Unavailable(f"the Dockerfile cannot be built, for a registry cannot be reached: {told}")
    return InvalidArgument(f"the Dockerfile cannot be built: {told}")


def _pack(context: IO[bytes], container: Container, files: Iterable[ContextFile]) -> str:
    """Writes the tar file that an engine takes; answers the Dockerfile's text."""
    there = {file.path: file for file in files}
    text = container.dockerfile
    if text is None:
        if container.dockerfile_path not in there:
            raise NotFound(f"the build context has no file {container.dockerfile_path!r}")
        with there[container.dockerfile_path].open() as file:
            text = file.read().decode(errors="replace")
    ignored = _ignored(there)
    kept = (container.dockerfile_path, IGNORED)
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path, one in there.items():
            if path in kept or not _is_ignored(ignored, path):
                _add(archive, one)
        if container.dockerfile is not None:
            content = text.encode()
            head = tarfile.TarInfo(container.dockerfile_path)
            head.size = len(content)
            archive.addfile(head, io.BytesIO(content))
    context.seek(0)
    return text


def _ignored(there: Mapping[str, ContextFile]) -> PatternMatcher:
    if IGNORED not in there:
        return PatternMatcher([])
    with there[IGNORED].open() as file:
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    return PatternMatcher([line for line in lines if line and not line.startswith("#")])


def _is_ignored(ignored: PatternMatcher, path: str) -> bool:
    return bool(ignored.matches(path))  # type: ignore[arg-type]  # its types say PathLike, its code takes a text


def _add(archive: tarfile.TarFile, one: ContextFile) -> None:
    head = tarfile.TarInfo(one.path)
    head.size, head.mode = one.size_bytes, 0o755 if one.executable else 0o644
    with one.open() as file:
        archive.addfile(head, file)


def _fetch_private(client: "DockerClient", engine: Engine, container: Container, text: str, making: Making) -> None:
    """Pulls what the login is for: the engine's builder is not told of it."""
    for image in filter(is_image, dict.fromkeys(_FROM.findall(text))):
        if container.login and container.login.is_for(image) and find_image(client, image) is None:
            pull(client, engine, image, container.login, making)
