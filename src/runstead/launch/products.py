"""What a build makes: a virtual environment or an image. Each knows its content hash, why it is made, and how."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol  # Any: JSON values

from runstead.domain.builds import Specification, changes_between
from runstead.domain.containers import Container
from runstead.domain.plans import BUILD_LOG
from runstead.launch import environments
from runstead.launch.environments import Environment

MOST_CHANGES = 20
BY_HAND = "build-"


class ContextFile(NamedTuple):
    """A file of the folder that an image is built from."""

    path: str
    size_bytes: int
    executable: bool
    open: Callable[[], BinaryIO]


class Wish(NamedTuple):
    """An environment that somebody wants, for a container or for none; its name is for people.

    specification: None where the image brings everything along. files: of a build context.
    """

    name: str
    specification: Specification | None
    container: Container | None = None
    files: Callable[[], Iterable[ContextFile]] = tuple


class Making(NamedTuple):
    """A build that goes on: for which run, who hears its lines, and who is told how to stop it (None: no more)."""

    run_id: str
    say: Callable[[str], None]
    stopper: Callable[[Callable[[], None] | None], None]


class Product(Protocol):
    """One definition, looked at: nothing is changed until `make` is called."""

    @property
    def key(self) -> str:
        """The content hash."""
        ...

    @property
    def told(self) -> list[str]:
        """What it is and why it is made or not, a line each."""
        ...

    @property
    def there(self) -> Environment | None:
        """The one that is there already."""
        ...

    @property
    def log(self) -> str:
        """The log of a run in which its making is told."""
        ...

    def make(self, making: Making) -> None:
        """Makes it, whole or not at all. Raises what went wrong in one sentence."""
        ...


@dataclass(frozen=True)
class Bare:
    """Nothing to be made: the interpreter that the job names is used."""

    told: list[str]
    key: str = ""
    log: str = BUILD_LOG
    there: Environment | None = field(default_factory=lambda: Environment("", Path("/"), {"inputs": {}, "name": ""}))

    def make(self, making: Making) -> None:
        """Nothing."""


def why(root: Path, inputs: Mapping[str, Any], there: Environment | None, *, damaged: str) -> list[str]:
    """Why it is reused or built; `damaged`: what became of one that should be there and is not whole."""
    if there is not None:
        record = there.record
        return [f"Reused from {_maker(record)}, which built it at {record['built_at']} in {record['took_s']} s"]
    earlier = environments.nearest(root, inputs)
    if earlier is None:
        return ["Built because there is no earlier environment"]
    changes = changes_between(earlier.record["inputs"], inputs)
    if not changes:
        return [f"Built because the earlier environment {earlier.key} is damaged: {damaged}"]
    more = [f"and {len(changes) - MOST_CHANGES} more changes"] if len(changes) > MOST_CHANGES else []
    who = f"{earlier.record['name'] or earlier.key} of {_maker(earlier.record)}"
    first, *rest = changes[:MOST_CHANGES]
    return [f"Built because {first}, against the nearest earlier environment, {who}", *rest, *more]


def _maker(record: Mapping[str, Any]) -> str:
    made_by = str(record["run_id"])
    return made_by if made_by.startswith(BY_HAND) else f"run {made_by}"
