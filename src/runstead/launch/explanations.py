"""Why an environment is built or reused: as facts that are kept with the run, and as the lines of the logs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any  # JSON values

from runstead import __version__
from runstead.domain.builds import Recipe, changes_between
from runstead.domain.packages import redacted
from runstead.launch import environments
from runstead.launch.environments import Environment

BY_HAND = "build-"  # how the id of a build begins that no run asked for
REUSED, FIRST, CHANGED, DAMAGED = "reused", "first", "changed", "damaged"
MOST_CHANGES = 20


def explained(
    root: Path,
    *,
    key: str,
    name: str,
    channels: Sequence[str],
    inputs: Mapping[str, Any],
    there: Environment | None,
) -> dict[str, Any]:
    """What is known of an environment before anything is built: key, name, reason, nearest, changes, inputs.

    reason: REUSED; or it is built, as the FIRST, because its inputs CHANGED against the nearest, or because the one
    that is there is DAMAGED. nearest: the one that is reused or compared with.
    """
    other = there or environments.nearest(root, inputs)
    changes = [] if there is not None or other is None else changes_between(other.record["inputs"], inputs)
    unlike = CHANGED if changes else DAMAGED
    return {
        "key": key,
        "name": name,
        "reason": REUSED if there is not None else FIRST if other is None else unlike,
        "nearest": None if other is None else _named(other),
        "changes": changes,
        "inputs": dict(inputs),
        "channels": [redacted(one) for one in channels],
    }


def lines_of(facts: Mapping[str, Any], *, python: str, warning: str, notes: Sequence[str]) -> list[str]:
    """The same as one block of lines; `python`: which one, and from where."""
    inputs = facts["inputs"]
    return [
        f"Environment {facts['name'] or 'without a name'}, content hash {facts['key']}",
        f"inputs: Python {python}, {len(inputs['conda'])} conda lines, {len(inputs['pip'])} pip lines, "
        f"solver {inputs['solver']}, {inputs['platform']}",
        *([f"WARNING: {warning}"] if warning else []),
        *notes,
        *why_lines(facts, damaged="its Python or Runstead has moved"),
    ]


def with_result(facts: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    """The facts when the environment is there: when it was built, how long that took, its interpreter."""
    if not facts:
        return {}
    record = environment.record
    return {
        **facts,
        "built_at": record.get("built_at"),
        "took_s": record.get("took_s"),
        "python": environment.python,
    }


def package_lines(facts: Mapping[str, Any], recipe: Recipe) -> list[str]:
    """What becomes of lines that uv does not simply install."""
    named = ", ".join(facts["channels"])
    is_asked = named and facts["inputs"]["conda"]
    channels = [f"channels {named}: not asked, packages come from PyPI"] if is_asked else []
    return [*answered_lines(recipe), *channels]


def answered_lines(recipe: Recipe) -> list[str]:
    """What becomes of lines that Runstead answers or changes."""
    answered = [f"{line}: answered by Runstead {__version__} itself: {why}" for line, why in recipe.answered]
    return [*answered, *recipe.notes]


def _named(environment: Environment) -> dict[str, Any]:
    record = environment.record
    return {
        "key": environment.key,
        "name": record["name"],
        "run_id": record["run_id"],
        "built_at": record["built_at"],
        "took_s": record["took_s"],
    }


def why_lines(facts: Mapping[str, Any], *, damaged: str) -> list[str]:
    """Why it is reused or built; `damaged`: what became of one that should be there and is not whole."""
    nearest = facts["nearest"]
    if nearest is None:
        return ["Built because there is no earlier environment"]
    if facts["reason"] == REUSED:
        return [f"Reused from {_maker(nearest)}, which built it at {nearest['built_at']} in {nearest['took_s']} s"]
    changes = facts["changes"]
    if facts["reason"] == DAMAGED:
        return [f"Built because the earlier environment {nearest['key']} is damaged: {damaged}"]
    more = [f"and {len(changes) - MOST_CHANGES} more changes"] if len(changes) > MOST_CHANGES else []
    who = f"{nearest['name'] or nearest['key']} of {_maker(nearest)}"
    first, *rest = changes[:MOST_CHANGES]
    return [f"Built because {first}, against the nearest earlier environment, {who}", *rest, *more]


def _maker(nearest: Mapping[str, Any]) -> str:
    made_by = str(nearest["run_id"])
    return made_by if made_by.startswith(BY_HAND) else f"run {made_by}"
