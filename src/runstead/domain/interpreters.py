"""Which Python of a machine an environment gets: the one it asks for, else the nearest one, and that is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import NamedTuple

from runstead.domain.errors import InvalidArgument, NotFound

Version = tuple[int, ...]
_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)([0-9]+(?:\.[0-9]+)*)(?:\.\*)?")
_COMPARED = {"<=": le, ">=": ge, "<": lt, ">": gt}


@dataclass(frozen=True)
class Interpreter:
    """A Python that is there."""

    version: Version
    path: str

    @property
    def name(self) -> str:
        """Its version as people write it."""
        return dotted(self.version)


class Choice(NamedTuple):
    """The interpreter to use; `told`: one sentence if it is not what was asked for, as far as it was written."""

    interpreter: Interpreter
    told: str


def dotted(version: Version) -> str:
    """`3.11.7`."""
    return ".".join(str(part) for part in version)


def clauses_of(asked: str) -> list[tuple[str, Version]]:
    """`==3.8.*` or `>=3.7,<3.9` in parts; empty for any version. InvalidArgument if it is no such text."""
    parts = [_CLAUSE.fullmatch(part) for part in asked.split(",") if part]
    if None in parts:
        raise InvalidArgument(f"the Python version {asked!r} cannot be understood; write python=3.11 or python>=3.10")
    return [(p[1], tuple(int(n) for n in p[2].split("."))) for p in parts if p is not None]


def those_fitting(asked: str, there: Sequence[Interpreter], *, least: Version) -> list[Interpreter]:
    """Those that are just what was asked for."""
    clauses = clauses_of(asked)
    return [one for one in there if one.version >= least and all(_fits(one.version, *clause) for clause in clauses)]


def chosen(
    asked: str, there: Sequence[Interpreter], *, least: Version, why_least: str, current: Version, strict: bool
) -> Choice:
    """The best of those that are there: one that fits, our own version first; else the nearest of the same major.

    least: what the packages need whatever was asked, because of `why_least`. NotFound if none comes near, or with
    `strict` none fits.
    """
    fitting = those_fitting(asked, there, least=least)
    if fitting:
        return Choice(max(fitting, key=lambda one: (one.version == current, one.version)), "")
    clauses = clauses_of(asked)
    wanted = clauses[0][1] if clauses else least
    near = [one for one in there if one.version >= least and one.version[0] == wanted[0]]
    names = ", ".join(sorted({one.name for one in there})) or "none"
    reason = f"{why_least} needs {dotted(least)} or later" if wanted < least else f"this machine has {names}"
    if strict or not near:
        how = "and a strict choice was asked for" if near else "and none comes near"
        raise NotFound(f"there is no Python {shown(asked)} for this environment: {reason}, {how}")
    best = min(near, key=lambda one: _distance(one.version, wanted))
    return Choice(best, f"Python {shown(asked)} was asked for, {best.name} is used: {reason}")


def allows_from(asked: str, least: Version) -> bool:
    """Whether some Python from `least` on, of the same major version, would fit."""
    clauses = clauses_of(asked)
    patches = {0, 99, *(version[2] for _, version in clauses if len(version) > 2)}
    later = [(least[0], minor, patch) for minor in range(least[1], least[1] + 30) for patch in patches]
    return any(all(_fits(version, op, wanted) for op, wanted in clauses) for version in later)


def _fits(version: Version, operator: str, wanted: Version) -> bool:
    head = version[: len(wanted)]
    if operator in ("==", "==="):
        return head == wanted
    if operator == "!=":
        return head != wanted
    if operator == "~=":
        return version >= wanted and version[: len(wanted) - 1] == wanted[:-1]
    if operator == ">" or operator == "<=":
        return bool(_COMPARED[operator](head, wanted))
    return bool(_COMPARED[operator](version, wanted))


def _distance(version: Version, wanted: Version) -> tuple[int, int, int]:
    minor = wanted[1] if len(wanted) > 1 else version[1]
    is_far = version[1] != minor or len(wanted) < 3
    return abs(version[1] - minor), -version[1], -version[2] if is_far else abs(version[2] - wanted[2])


def shown(asked: str) -> str:
    """The clauses of one version as people write it."""
    return re.sub(r"^==|\.\*$", "", asked) if asked.count(",") == 0 else asked
