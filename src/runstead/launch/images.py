"""Images that jobs run in: taken as they are, or built once from a Dockerfile, a folder and packages.

An image that was built is kept by the engine under `azureml/azureml_<hash>`, and told of in the home, as virtual
environments are: what has no record there was never finished.
"""

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any  # Any: JSON values

from runstead.domain.builds import FORMAT, Recipe, is_step, key_of, likeness, lines_of, recipe_of
from runstead.domain.containers import Container, options_of
from runstead.domain.errors import NotFound
from runstead.domain.images import resolved_image
from runstead.domain.packages import redacted
from runstead.domain.plans import BUILD_LOG, EXECUTION
from runstead.launch import environments, layers
from runstead.launch.engines import LOOK_S, Engine, Engines, find_image, opened
from runstead.launch.environments import Environment
from runstead.launch.explanations import FIRST, REUSED, explained, package_lines, why_lines
from runstead.launch.products import Making, Product, Wish
from runstead.launch.pulls import full_name, pull
from runstead.launch.solvers import UV

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

REPOSITORY = "azureml/azureml_"
_NO_LINES = {
    "conda": [],
    "pip": [],
    "requirement": [],
    "dockerfile": [],
    "interpreter": "",
    "solver": "",
    "platform": "",
    "build_context": "",
}


@dataclass(frozen=True)
class Named:
    """An image that is used as it is, pulled if it is not there."""

    key: str
    told: list[str]
    facts: Mapping[str, Any]
    there: Environment | None
    root: Path
    engine: Engine
    image: str
    container: Container
    log: str = EXECUTION

    def make(self, making: Making) -> None:
        """Pulls it."""
        with opened(self.engine) as client:
            found = pull(client, self.engine, self.image, self.container.login, making)
        making.say(f"Pulled {self.image}, id {found.id}")


@dataclass(frozen=True)
class Built:
    """An image that is made for a definition."""

    key: str
    told: list[str]
    facts: Mapping[str, Any]
    there: Environment | None
    root: Path
    engine: Engine
    image: str  # the base, or empty
    wish: Wish
    container: Container
    recipe: Recipe | None
    inputs: Mapping[str, Any]
    environ: Mapping[str, str]
    home: str
    log: str = BUILD_LOG

    def make(self, making: Making) -> None:
        """Builds and tags it. What an attempt leaves that does not end is no image of this name."""
        began = time.monotonic()
        with opened(self.engine) as client, environments.drafted(self.root, self.key) as (draft, _lock):
            layers.sweep(client, self.home)
            image = self._base(client, making)
            python, version, base = self.container.python, "", {}
            if self.recipe is not None and self.wish.specification is not None:
                base = {"base": image.id}
                image, python, version, base["venv"] = layers.add_packages(
                    client,
                    self.engine,
                    self._ground(client, image, making),
                    self.recipe,
                    draft,
                    making,
                    labels=self.labels,
                    environ=self.environ,
                    strict=self.wish.specification.strict,
                    wheel=self.wish.wheel,
                )
            image.tag(f"{REPOSITORY}{self.key}", tag="latest")
            facts = {
                "id": image.id,
                "name": f"{REPOSITORY}{self.key}",
                "python": python,
                "version": version,
                "size_bytes": int(image.attrs.get("Size") or 0),
                "engine": self.engine.name,
                **base,
            }
            took_s = time.monotonic() - began
            environments.keep(self.root, draft, self._record(making.run_id, facts, took_s=took_s))
        making.say(f"Built image {REPOSITORY}{self.key}, id {image.id}, in {took_s:.1f} s.")

    def _base(self, client: "DockerClient", making: Making) -> "Image":
        if not self.image:
            build: Callable[..., Image] = import_module("runstead.launch.dockerfiles").build  # not without docker
            return build(client, self.engine, self.container, self.wish.files(), making, labels=self.labels)
        there = find_image(client, self.image)
        return there or pull(client, self.engine, self.image, self.container.login, making)

    def _ground(self, client: "DockerClient", base: "Image", making: Making) -> layers.Ground:
        """What the packages are put on: the image of an earlier environment that differs little, or the base image.

        Only one that was itself built on the base image: so what newer packages hide stays less than it has.
        """
        near = [
            one
            for one in environments.listed(self.root)
            if one.image.get("base") == base.id
            and one.image["venv"] == layers.venv_of(one.key)
            and is_step(one.record["inputs"], self.inputs)
        ]
        for one in sorted(near, key=lambda one: -likeness(one.record["inputs"], self.inputs)):
            if (image := find_image(client, one.image["id"])) is not None:
                making.say(f"Begun with {one.image['name']}, id {image.id}: only what differs is installed")
                return layers.Ground(image, one.image["venv"], one.image["version"])
        return layers.Ground(base)

    @property
    def labels(self) -> dict[str, str]:
        """By which what was made for this home is told from everything else."""
        return layers.labels_of(self.home, self.key)

    def _record(self, run_id: str, image: Mapping[str, Any], *, took_s: float) -> dict[str, Any]:
        return environments.record_of(
            self.key,
            self.wish.name,
            run_id,
            self.inputs,
            image=image,
            has_runstead=self.recipe is not None and bool(self.recipe.answered),
            took_s=took_s,
        )


def look_for_image(wish: Wish, *, root: Path, environ: Mapping[str, str], engines: Engines) -> Product:
    """The image of this wish, there or to be had. InvalidArgument or NotFound if it cannot be."""
    container = wish.container
    if container is None:
        raise NotFound("there is no container to look for")
    options_of(container, anything=engines.rules.anything)
    engine = engines.find()
    image, told = "", ""
    if container.image:
        named = full_name(container.image, container.login)
        image, told = resolved_image(named, default=engines.rules.base_image)
    notes = [f"container engine {engine.name} at {engine.address}", *([told] if told else [])]
    if image and wish.specification is None:
        return _named(wish.name, image, container, root, engine, notes)
    recipe = None if wish.specification is None else recipe_of(wish.specification)
    inputs = _inputs(wish, container, image, recipe)
    key = key_of(inputs)
    there = _kept(root, key, engine)
    channels = () if wish.specification is None else wish.specification.channels
    facts = {
        **explained(root, key=key, name=wish.name, channels=channels, inputs=inputs, there=there),
        "image": f"{REPOSITORY}{key}",
        "python": container.python if recipe is None else layers.python_of(key),
    }
    lines = [
        f"Environment {wish.name or 'without a name'}, content hash {key}, image {REPOSITORY}{key}",
        f"inputs: {_said_of(wish, container, image)}, solver {UV}, {inputs['platform']}",
        *notes,
        *([] if recipe is None else package_lines(facts, recipe)),
        *why_lines(facts, damaged="the container engine does not have its image any more"),
    ]
    return Built(
        key, lines, facts, there, root, engine, image, wish, container, recipe, inputs, environ, str(root.parent)
    )


def _named(name: str, image: str, container: Container, root: Path, engine: Engine, notes: list[str]) -> Named:
    inputs = {**_NO_LINES, "format": FORMAT, "kind": "image as it is", "base_image": image}
    key = key_of(inputs)
    found = _found(engine, image, container.python)
    facts: dict[str, Any] = {
        "key": key,
        "name": name,
        "reason": FIRST if found is None else REUSED,
        "nearest": None,
        "changes": [],
        "inputs": inputs,
        "channels": [],
        "image": image,
        "python": container.python,
    }
    if found is None:
        told = [*notes, f"Image {image} is not there: it is pulled"]
        return Named(key, told, facts, None, root, engine, image, container)
    there = Environment(key, root / f".{key}", {"image": found, "inputs": inputs, "name": name})
    told = [*notes, f"Image {image}, id {found['id']}, is there"]
    return Named(key, told, facts, there, root, engine, image, container)


def _found(engine: Engine, image: str, python: str) -> dict[str, Any] | None:
    try:
        with opened(engine, timeout_s=LOOK_S) as client:
            found = client.images.get(image)
    except NotFound:
        return None
    size_bytes = int(found.attrs.get("Size") or 0)
    return {"id": found.id, "name": image, "python": python, "version": "", "size_bytes": size_bytes}


def _kept(root: Path, key: str, engine: Engine) -> Environment | None:
    kept = environments.recorded(root, key)
    if kept is None or not kept.image or _found(engine, kept.image["id"], "") is None:
        return None
    return kept


def _inputs(wish: Wish, container: Container, image: str, recipe: Recipe | None) -> dict[str, Any]:
    asked = wish.specification
    return {
        **_NO_LINES,
        "format": FORMAT,
        "kind": "image",
        "base_image": image,
        "dockerfile": [redacted(line) for line in (container.dockerfile or "").splitlines()],
        "build_context": f"{container.context} {container.dockerfile_path}" if container.context else "",
        **(lines_of(asked, recipe) if asked is not None and recipe is not None else {}),
        "interpreter": "" if recipe is None else recipe.python,
        "solver": UV,
        "platform": f"linux-{platform.machine()}",
    }


def _said_of(wish: Wish, container: Container, image: str) -> str:
    start = (
        f"base image {image}"
        if image
        else f"a Dockerfile of {len((container.dockerfile or '').splitlines())} lines"
        if container.dockerfile
        else f"the folder of snapshot {container.context} with its {container.dockerfile_path}"
    )
    asked = wish.specification
    return start if asked is None else f"{start}, {len(asked.conda)} conda lines, {len(asked.pip)} pip lines"
