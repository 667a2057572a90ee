"""What a build makes: a virtual environment or an image. Each knows its content hash, why it is made, and how."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol  # Any: JSON values

from runstead.domain.builds import Specification
from runstead.domain.containers import Container
from runstead.domain.errors import NotFound
from runstead.domain.plans import BUILD_LOG
from runstead.launch.environments import Environment

OpenWheel = Callable[[str], BinaryIO]  # by its path in the workspace


class ContextFile(NamedTuple):
    """A file of the folder that an image is built from."""

    path: str
    size_bytes: int
    executable: bool
    open: Callable[[], BinaryIO]


def _no_wheel(path: str) -> BinaryIO:
    raise NotFound(f"there is no workspace that could have the wheel {path.rpartition('/')[2]}")


class Wish(NamedTuple):
    """An environment that somebody wants, for a container or for none; its name is for people.

    specification: None where the image brings everything along. files: of a build context. wheel: opens one that was
    given to the workspace, by its path.
    """

    name: str
    specification: Specification | None
    container: Container | None = None
    files: Callable[[], Iterable[ContextFile]] = tuple
    wheel: OpenWheel = _no_wheel


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
    def facts(self) -> Mapping[str, Any]:
        """The same for programs (launch/explanations.py); empty where nothing is made."""
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
    facts: Mapping[str, Any] = field(default_factory=dict)
    there: Environment | None = field(default_factory=lambda: Environment("", Path("/"), {"inputs": {}, "name": ""}))

    def make(self, making: Making) -> None:
        """Nothing."""
