"""Virtual environments of this machine: looked for by their hash, else built by uv."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON values

from runstead.domain.builds import Recipe, Specification, inputs_of, key_of, recipe_of
from runstead.domain.interpreters import Choice, allows_from, chosen, those_fitting
from runstead.domain.plans import BUILD_LOG
from runstead.launch import environments, solvers
from runstead.launch.environments import Environment
from runstead.launch.explanations import explained, lines_of, package_lines
from runstead.launch.products import Making, OpenWheel, Wish
from runstead.launch.programs import room_of
from runstead.launch.pythons import CURRENT, Pythons, platform_name


@dataclass(frozen=True)
class Venv:
    """One specification, looked at."""

    name: str
    key: str
    told: list[str]
    facts: Mapping[str, Any]
    there: Environment | None
    root: Path
    environ: Mapping[str, str]
    recipe: Recipe
    choice: Choice
    inputs: Mapping[str, Any]
    wheel: OpenWheel
    log: str = BUILD_LOG

    def make(self, making: Making) -> None:
        """Builds it with uv."""
        began = time.monotonic()
        with environments.drafted(self.root, self.key) as (draft, lock):
            room = room_of(making, draft, self.environ, lock)
            solvers.build(self.recipe, room, python=self.choice.interpreter.path, wheel=self.wheel)
            if self.recipe.answered:
                environments.link_runstead(draft)
            took_s = time.monotonic() - began
            environments.keep(self.root, draft, self._record(making.run_id, took_s=took_s))
        making.say(f"Built environment {self.key} in {took_s:.1f} s.\n")

    def _record(self, run_id: str, *, took_s: float) -> dict[str, Any]:
        return environments.record_of(
            self.key,
            self.name,
            run_id,
            self.inputs,
            python={"asked": self.recipe.python, "path": self.choice.interpreter.path, "told": self.choice.told},
            has_runstead=bool(self.recipe.answered),
            took_s=took_s,
        )


def has_python(asked: Specification, pythons: Pythons) -> bool:
    """Whether this machine has the Python that is asked for; also where Runstead, which it needs, forbids that one."""
    recipe = recipe_of(asked)
    least, _ = recipe.least_python
    is_forbidden = bool(recipe.answered) and not allows_from(recipe.python, least)
    return is_forbidden or bool(those_fitting(recipe.python, pythons.all(), least=least))


def look_for_venv(
    wish: Wish, asked: Specification, *, root: Path, environ: Mapping[str, str], pythons: Pythons, why_uv: str = ""
) -> Venv:
    """The environment of these packages, there or to be built. InvalidArgument or NotFound if it cannot be built.

    why_uv: a line on why it is uv that builds it.
    """
    name = wish.name
    recipe = recipe_of(asked)
    least, why_least = recipe.least_python
    choice = chosen(
        recipe.python, pythons.all(), least=least, why_least=why_least, current=CURRENT, strict=asked.strict
    )
    inputs = inputs_of(asked, recipe, interpreter=choice.interpreter.name, solver=solvers.UV, platform=platform_name())
    key = key_of(inputs)
    there = environments.find(root, key)
    facts = explained(root, key=key, name=name, channels=asked.channels, inputs=inputs, there=there)
    used = choice.interpreter
    notes = [*([why_uv] if why_uv else []), *package_lines(facts, recipe)]
    told = lines_of(facts, python=f"{used.name} at {used.path}", warning=choice.told, notes=notes)
    return Venv(name, key, told, facts, there, root, environ, recipe, choice, inputs, wish.wheel)
