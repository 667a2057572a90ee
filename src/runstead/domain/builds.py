"""What an environment is built from: its specification in the words of PyPI, its hash, and why it is built or not."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any  # JSON values

from runstead.domain.errors import InvalidArgument
from runstead.domain.interpreters import Version, clauses_of
from runstead.domain.packages import conda_clauses, conda_line, pip_line, redacted
from runstead.domain.requirements import answered, rewritten

FORMAT = 1  # of what is hashed
RUNSTEAD_NEEDS: Version = (3, 11)
# What `azureml.core` imports in a job; the server's other dependencies are none of a job's business.
RUNSTEAD_REQUIREMENTS = ("urllib3>=2.2", "pathspec>=0.12", "pyyaml>=6.0.1")
MOST_LINES = 2_000
MOST_STEPS = 5
MOST_LINE_CHARS = 5_000
_SECTIONS = ("dockerfile", "channel", "conda", "pip", "requirement")
_FACTS = ("interpreter", "solver", "platform", "format", "kind", "base_image", "build_context")


@dataclass(frozen=True)
class Specification:
    """A conda specification as it was written; `strict`: exactly the Python that it names, or none."""

    conda: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True)
class Recipe:
    """What the builder is told. `python`: clauses of PEP 440, empty for any.

    answered: the lines that Runstead itself answers, and how.
    """

    python: str
    requirements: tuple[str, ...]
    options: tuple[str, ...]
    arguments: tuple[str, ...]
    answered: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def least_python(self) -> tuple[Version, str]:
        """The oldest Python that will do, and because of what."""
        if not self.answered:
            return (3, 6), "uv"
        return RUNSTEAD_NEEDS, f"Runstead, which answers {self.answered[0][0]},"


def specification_of(given: object, *, strict: bool = False) -> Specification:
    """The checked shape of a conda specification; InvalidArgument names what is wrong. `recipe_of` reads the lines."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(f"an environment's packages must be a conda specification, not {type(given).__name__}")
    lines = given.get("dependencies") or []
    if not isinstance(lines, list | tuple):
        raise InvalidArgument(f"a conda specification's 'dependencies' must be a list, not {lines!r}")
    conda: list[str] = []
    pip: list[str] = []
    for line in lines:
        if isinstance(line, str):
            conda.append(line)
        elif isinstance(line, Mapping) and set(line) == {"pip"}:
            pip += _texts(line["pip"], "pip")
        else:
            raise InvalidArgument(f"a conda specification's dependency must be a text or pip's list, not {line!r}")
    channels = _texts(given.get("channels"), "channels")
    too_long = next((line for line in (*conda, *pip, *channels) if len(line) > MOST_LINE_CHARS), None)
    if too_long is not None or len(conda) + len(pip) > MOST_LINES:
        raise InvalidArgument(f"a conda specification has at most {MOST_LINES} lines of {MOST_LINE_CHARS} characters")
    return Specification(tuple(conda), tuple(pip), tuple(channels), strict)


def specification_json(specification: Specification) -> dict[str, Any]:
    """The specification as REST v1 writes it."""
    pip = [{"pip": list(specification.pip)}] if specification.pip else []
    return {"channels": list(specification.channels), "dependencies": [*specification.conda, *pip]}


def recipe_of(specification: Specification, *, pip: tuple[str, ...] = ("pip",)) -> Recipe:
    """Every line understood. InvalidArgument for the first that cannot be, or must not be, taken over.

    pip: what is installed where pip is not named, since a conda environment has it and scripts call it.
    """
    python, conda = python_of(specification.conda)
    lines = [*map(conda_line, conda), *map(pip_line, specification.pip)]
    given = [line.requirement for line in lines if line.requirement]
    answers = [(line, answered(line)) for line in given]
    by_runstead = tuple((line, answer.why) for line, answer in answers if answer.by_runstead)
    wanted = [line for line in rewritten(given, runstead="") if line]
    is_named = "pip" in {answer.name for _, answer in answers}
    ours = (*(RUNSTEAD_REQUIREMENTS if by_runstead else ()), *(() if is_named else pip))
    return Recipe(
        python=python,
        requirements=(*wanted, *ours),
        options=tuple(dict.fromkeys(line.option for line in lines if line.option)),
        arguments=tuple(dict.fromkeys(line.argument for line in lines if line.argument)),
        answered=by_runstead,
        notes=(
            *(line.note for line in lines if line.note),
            *(answer.why for _, answer in answers if answer.why and not answer.by_runstead),
        ),
    )


def inputs_of(
    specification: Specification, recipe: Recipe, *, interpreter: str, solver: str, platform: str
) -> dict[str, Any]:
    """All that decides what is built, without credentials: it is hashed, and kept with what was built."""
    return {
        "format": FORMAT,
        **lines_of(specification, recipe),
        "interpreter": interpreter,
        "solver": solver,
        "platform": platform,
    }


def lines_of(specification: Specification, recipe: Recipe) -> dict[str, list[str]]:
    """The lines of the specification, and what became of them."""
    return {
        "conda": list(specification.conda),
        "pip": [redacted(line) for line in specification.pip],
        "requirement": [redacted(line) for line in (*recipe.options, *recipe.arguments, *recipe.requirements)],
    }


def key_of(inputs: Mapping[str, Any]) -> str:
    """The content hash under which an environment is kept: 32 hexadecimal digits."""
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def changes_between(earlier: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """What differs, a sentence each: `pip line 3 changed: a → b`."""
    told: list[str] = []
    for section in _SECTIONS:
        if told and section == "requirement":
            break  # they follow from the lines above
        told += _line_changes(section, earlier.get(section, []), inputs.get(section, []))
    for fact in _FACTS:
        if earlier.get(fact) != inputs.get(fact):
            told.append(f"{fact.replace('_', ' ')} changed: {earlier.get(fact)} → {inputs.get(fact)}")
    return told


def likeness(earlier: Mapping[str, Any], inputs: Mapping[str, Any]) -> float:
    """How near an earlier environment is, 0 to 1."""
    ours, theirs = _all_lines(inputs), _all_lines(earlier)
    return 2 * len(set(ours) & set(theirs)) / max(1, len(set(ours)) + len(set(theirs)))


def is_step(earlier: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Whether a few packages more or of other versions are all that differs: then the earlier one can be changed.

    Where a line is gone, what it brought would only be hidden; and another index may have other files of one version.
    """
    before, after = set(earlier.get("requirement", [])), set(inputs.get("requirement", []))
    gone, new = before - after, after - before
    return (
        len(gone) <= len(new) <= MOST_STEPS
        and not any(line.startswith("-") for line in gone | new)
        and all(earlier.get(fact) == inputs.get(fact) for fact in (*_FACTS, "dockerfile"))
    )


def _all_lines(inputs: Mapping[str, Any]) -> list[str]:
    lines = [f"{section}:{line}" for section in _SECTIONS for line in inputs.get(section, [])]
    return [*lines, *(f"{fact}:{inputs[fact]}" for fact in _FACTS if fact in inputs and fact != "format")]


def _line_changes(section: str, before: Sequence[str], after: Sequence[str]) -> list[str]:
    told = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for n in range(pairs):
            told.append(f"{section} line {j1 + n + 1} changed: {before[i1 + n]} → {after[j1 + n]}")
        told += [f"{section} line {j + 1} is new: {after[j]}" for j in range(j1 + pairs, j2)]
        told += [f"{section} line {i + 1} is gone: {before[i]}" for i in range(i1 + pairs, i2)]
    return told


def python_of(conda: Sequence[str]) -> tuple[str, list[str]]:
    """The clauses for Python as PEP 440 writes them, and the lines for everything else."""
    asked = ""
    others = []
    for line in conda:
        bare = line.split("#")[0].strip().rpartition("::")[2]
        rest = bare[len("python") :]
        if bare.lower().startswith("python") and (not rest or rest[0] in " =<>!~"):
            asked, _ = conda_clauses(line, rest)
            clauses_of(asked)
        else:
            others.append(line)
    return asked, others


def _texts(given: object, what: str) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list | tuple) or not all(isinstance(line, str) for line in given):
        raise InvalidArgument(f"a conda specification's {what!r} must be a list of texts, not {given!r}")
    return list(given)
