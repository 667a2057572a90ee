"""Environments of conda's own: made by micromamba, mamba or conda where they stay, for they cannot be moved."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON values

from runstead.domain.builds import Specification, key_of
from runstead.domain.condas import CondaRecipe, conda_inputs_of, conda_recipe_of
from runstead.domain.plans import BUILD_LOG
from runstead.launch import condas, environments, solvers
from runstead.launch.condas import Conda
from runstead.launch.environments import Environment
from runstead.launch.explanations import answered_lines, explained, lines_of
from runstead.launch.products import Making, OpenWheel, Wish
from runstead.launch.programs import room_of
from runstead.launch.pythons import CURRENT, platform_name


@dataclass(frozen=True)
class Prefix:
    """One specification, looked at."""

    name: str
    key: str
    told: list[str]
    facts: Mapping[str, Any]
    there: Environment | None
    root: Path
    environ: Mapping[str, str]
    conda: Conda
    recipe: CondaRecipe
    inputs: Mapping[str, Any]
    wheel: OpenWheel
    log: str = BUILD_LOG

    def make(self, making: Making) -> None:
        """Makes it with conda, and adds what pip's section names with uv."""
        began = time.monotonic()
        beside = self.recipe.beside
        with (
            environments.drafted(self.root, self.key) as (draft, lock),
            environments.rooted(self.root, draft) as prefix,
        ):
            room = room_of(making, draft, self.environ, lock)
            condas.create(self.conda, self.recipe, room, prefix)
            if beside.requirements:
                solvers.add(beside, room, python=str(prefix / "bin" / "python"), wheel=self.wheel)
            if beside.answered:
                environments.link_runstead(draft, seen_at=self.root / self.key)
            took_s = time.monotonic() - began
            environments.keep(self.root, draft, self._record(making.run_id, prefix, took_s=took_s))
        making.say(f"Built environment {self.key} in {took_s:.1f} s.\n")

    def _record(self, run_id: str, prefix: Path, *, took_s: float) -> dict[str, Any]:
        recipe = self.recipe
        return environments.record_of(
            self.key,
            self.name,
            run_id,
            self.inputs,
            python={"asked": recipe.python, "path": str(prefix / "bin" / "python"), "told": recipe.warning},
            variables=condas.activated(prefix, self.environ),
            has_runstead=bool(recipe.beside.answered),
            took_s=took_s,
        )


def look_for_prefix(
    wish: Wish, asked: Specification, conda: Conda, *, root: Path, environ: Mapping[str, str]
) -> Prefix:
    """The environment of these packages, there or to be built. InvalidArgument or NotFound if it cannot be built."""
    recipe = conda_recipe_of(asked, current=CURRENT)
    inputs = conda_inputs_of(asked, recipe, solver=conda.name, platform=platform_name())
    key = key_of(inputs)
    there = environments.find(root, key)
    facts = explained(root, key=key, name=wish.name, channels=recipe.channels, inputs=inputs, there=there)
    notes = [
        f"{conda.name} at {conda.path} asks the channels {', '.join(facts['channels'])}",
        *answered_lines(recipe.beside),
    ]
    told = lines_of(facts, python=f"{recipe.python} from conda", warning=recipe.warning, notes=notes)
    return Prefix(wish.name, key, told, facts, there, root, environ, conda, recipe, inputs, wish.wheel)
