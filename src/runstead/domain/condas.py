"""A conda specification as conda's own programs read it: checked line by line, and written as their file.

Nothing of it gets on a command line or in a shell; what cannot be a package or a channel is refused.
"""

import json
import re
from dataclasses import dataclass
from typing import Any  # JSON values

from runstead.domain.builds import FORMAT, Recipe, Specification, python_of, recipe_of
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.interpreters import Version, allows_from, dotted, shown
from runstead.domain.packages import bare_line, redacted
from runstead.domain.requirements import answered

PROGRAMS = ("micromamba", "mamba", "conda")  # in this order, the fastest first
# Needs no licence, as Anaconda's own does; and `conda` alone would ask whatever its owner configured.
USUAL_CHANNEL = "conda-forge"
NO_OTHERS = "nodefaults"  # the word by which a file says that only its own channels are asked
_NAMED_CHANNEL = r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*"
# No `$`: conda would put a variable of the server's there.
_ADDRESS = r"(?:https?://|file:///)[A-Za-z0-9_.~:/@%+,=-]+"
_CHANNEL = re.compile(rf"{_NAMED_CHANNEL}|{_ADDRESS}")
_SPEC = r"[A-Za-z0-9_.*+!<>=~|, -]*"  # a version and a build, in any of conda's ways
_LINE = re.compile(
    rf"(?:{_NAMED_CHANNEL}::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)(?: *[=<>!~]{_SPEC}| +[A-Za-z0-9*]{_SPEC})?"
)


@dataclass(frozen=True)
class CondaRecipe:
    """What conda is told, Python first, and what is then installed beside it with uv.

    warning: a sentence if the Python is not the one that was asked for.
    """

    dependencies: tuple[str, ...]
    channels: tuple[str, ...]
    beside: Recipe
    warning: str

    @property
    def python(self) -> str:
        """The line for Python, without its name."""
        return re.sub(r"^(?:.*::)?python[= ]*", "", self.dependencies[0]) or "any"

    @property
    def file(self) -> str:
        """`environment.yml`, in JSON, which is YAML that needs no quoting rules."""
        return json.dumps({"channels": [*self.channels, NO_OTHERS], "dependencies": self.dependencies}, indent=1)


def needs_conda(specification: Specification) -> bool:
    """Whether it names a conda package other than Python and pip, which uv can do as well, and in a second."""
    names = map(_name, _lines(specification))
    return any(name != "pip" and not answered(name).by_runstead for name in names)


def conda_recipe_of(specification: Specification, *, current: Version) -> CondaRecipe:
    """Every line understood. InvalidArgument for the first that is no package, NotFound for a Python it cannot have.

    current: the Python for a specification that names none.
    """
    lines = _lines(specification)
    ours = [name for name in map(_name, lines) if answered(name).by_runstead]
    kept = [line for line in lines if _name(line) not in ours]
    beside = recipe_of(Specification((), (*ours, *specification.pip)), pip=())
    python, warning = _python(specification, beside, current)
    brought = () if "pip" in map(_name, kept) else ("pip",)  # as Azure ML has it
    channels = [_checked_channel(one) for one in specification.channels if one != NO_OTHERS] or [USUAL_CHANNEL]
    return CondaRecipe((python, *kept, *brought), tuple(channels), beside, warning)


def conda_inputs_of(
    specification: Specification, recipe: CondaRecipe, *, solver: str, platform: str
) -> dict[str, Any]:  # JSON
    """All that decides what is built, without credentials: it is hashed, and kept with what was built."""
    beside = recipe.beside
    return {
        "format": FORMAT,
        "channel": [redacted(one) for one in recipe.channels],
        "conda": list(specification.conda),
        "pip": [redacted(line) for line in specification.pip],
        "requirement": [redacted(line) for line in (*beside.options, *beside.arguments, *beside.requirements)],
        "interpreter": recipe.python,
        "solver": solver,
        "platform": platform,
    }


def _python(specification: Specification, beside: Recipe, current: Version) -> tuple[str, str]:
    """The line for Python, and what is to be said of it."""
    asked, others = python_of(specification.conda)
    usual = f"python={dotted(current[:2])}"
    if not asked:
        return usual, ""
    least, why = beside.least_python
    if beside.answered and not allows_from(asked, least):
        told = f"{why} needs {dotted(least)} or later"
        if specification.strict:
            raise NotFound(
                f"there is no Python {shown(asked)} for this environment: {told}, and a strict choice was asked for"
            )
        return f"python={dotted(least)}", f"Python {shown(asked)} was asked for, {dotted(least)} is used: {told}"
    if beside.answered and "==" not in asked:  # what is exactly one version is late enough as it is
        return f"python {asked},>={dotted(least)}", ""
    return next(bare_line(line, "conda") for line in specification.conda if line not in others), ""


def _lines(specification: Specification) -> list[str]:
    """The lines but Python's, without comments."""
    _, others = python_of(specification.conda)
    return [bare for line in others if (bare := bare_line(line, "conda"))]


def _name(line: str) -> str:
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidArgument(
            f"the conda line {redacted(line)!r} is no requirement; write name, name=version, name>=version,<version or "
            "channel::name"
        )
    return found["name"].lower()


def _checked_channel(text: str) -> str:
    if not _CHANNEL.fullmatch(text):
        raise InvalidArgument(
            f"the conda channel {redacted(text)!r} is none; write a name such as conda-forge, or an address that "
            "begins with https://, http:// or file:///"
        )
    return text
