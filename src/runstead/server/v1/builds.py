"""Builds of environments, and the environments that were built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

from fastapi import Depends, Request

from runstead.domain.errors import InvalidArgument
from runstead.launch.builds import Builds
from runstead.launch.environments import Environment
from runstead.launch.folders import environments_in_use, wish_of
from runstead.launch.products import Wish
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import at
from runstead.service import jobs
from runstead.service.builds import shown, wanted, wanted_by_name
from runstead.service.unit import Unit

routes = router()
W = "/api/v1/workspaces/{ws}"


async def _builds_of(request: Request) -> Builds:
    builds: Builds = request.app.state.builds
    return builds


BuildsIn = Annotated[Builds, Depends(_builds_of)]


@dataclass(frozen=True)
class WishBody:
    """Packages as a conda specification, a container as of a job; without both the name of a registered environment.

    version, boxed: which version of that, and whether in a container; null: the newest, as it says itself.
    """

    packages: dict[str, Any] | None = None
    container: dict[str, Any] | None = None
    name: str = ""
    strict_python: bool = False
    version: str | None = None
    boxed: bool | None = None


@dataclass(frozen=True)
class NearestShape:
    """An earlier environment; `run_id` is a build's id where no run asked for it."""

    key: str
    name: str
    run_id: str
    built_at: str
    took_s: float


@dataclass(frozen=True)
class InputsShape:
    """All that decides what is built, without credentials. `channel`: those that conda asks; none where uv builds."""

    channel: list[str]
    conda: list[str]
    pip: list[str]
    requirement: list[str]
    interpreter: str
    solver: str
    platform: str
    base_image: str  # of an image; empty otherwise, as are the next two
    dockerfile: list[str]
    build_context: str


@dataclass(frozen=True)
class PreparationShape:
    """How an environment comes about. `reason`: reused; or built: first, changed, damaged."""

    key: str
    name: str
    reason: str
    nearest: NearestShape | None
    changes: list[str]
    inputs: InputsShape
    channels: list[str]
    told: list[str]
    image: str | None  # the name at the engine; of none that is an environment without a container
    python: str | None
    built_at: str | None
    took_s: float | None


@dataclass(frozen=True)
class ExplanationShape:
    """What preparing would do, and why."""

    key: str
    ready: bool
    told: list[str]
    preparation: PreparationShape | None  # null where nothing would be built: no engine, and jobs may go without one


@dataclass(frozen=True)
class RunEnvironmentShape:
    """What a run was prepared with; all null for a run that is no job. `python`: as the job named it."""

    run_id: str
    python: str | None
    preparation: PreparationShape | None


@dataclass(frozen=True)
class BegunShape:
    """A build that goes on."""

    build_id: str


@dataclass(frozen=True)
class BuildShape:
    """How far it is; `log` from the asked offset on."""

    build_id: str
    key: str
    status: str
    error: str | None
    log: str
    offset: int


@dataclass(frozen=True)
class PruneBody:
    """What to throw away."""

    unused_for_s: float | None = None
    keep_bytes: int | None = None
    dry: bool = False


@dataclass(frozen=True)
class BuiltShape:
    """One environment that is there."""

    key: str
    name: str
    run_id: str
    python: str
    image: str | None  # its name at the engine; of none that is an environment without a container
    built_at: str
    used_at: str
    took_s: float
    size_bytes: int


@dataclass(frozen=True)
class AllBuiltShape:
    """Some of them."""

    environments: list[BuiltShape]


@routes.post(W + "/builds/explain")
@needs("write")
def post_explain(ws: str, unit: UnitIn, builds: BuildsIn, body: WishBody) -> ExplanationShape:
    """What preparing a run with these packages would do; nothing is built."""
    answer = builds.explain(_wish(unit, ws, body))
    preparation = _preparation(answer.facts) if answer.facts else None
    return ExplanationShape(answer.key, answer.environment is not None, answer.told, preparation)


@routes.get(W + "/runs/{run_id}/environment")
@needs("read")
def get_run_environment(ws: str, run_id: str, unit: UnitIn) -> RunEnvironmentShape:
    """What was built or reused for a run, and why."""
    found = jobs.preparation_of(unit, ws, run_id)
    if found is None:
        return RunEnvironmentShape(run_id, None, None)
    return RunEnvironmentShape(run_id, found.python, None if found.facts is None else _preparation(found.facts))


@routes.post(W + "/builds")
@needs("write")
def post_build(ws: str, unit: UnitIn, builds: BuildsIn, body: WishBody) -> BegunShape:
    """Begin to build, or find what is there."""
    return BegunShape(builds.begin(_wish(unit, ws, body)))


@routes.get(W + "/builds/{build_id}")
@needs("write")
def get_build(ws: str, build_id: str, unit: UnitIn, builds: BuildsIn, offset: int = 0) -> BuildShape:
    """How far a build is that was begun here."""
    found = builds.progress(build_id)
    told = shown(unit, ws, {"log": found.log, "error": found.error})
    log = told["log"]
    return BuildShape(build_id, found.key, found.status, told["error"], log[max(0, offset) :], len(log))


@routes.get("/api/v1/builds")
@needs("admin")
def list_built(builds: BuildsIn) -> AllBuiltShape:
    """Every environment of this home."""
    return _shapes(builds.listed())


@routes.post("/api/v1/builds/prune")
@needs("admin")
def post_prune(unit: UnitIn, builds: BuildsIn, body: PruneBody) -> AllBuiltShape:
    """Throw away what is old or too much; what running jobs use stays."""
    spared = environments_in_use(unit.settings.jobs)
    return _shapes(
        builds.prune(unused_for_s=body.unused_for_s, keep_bytes=body.keep_bytes, spared=spared, dry=body.dry)
    )


def _wish(unit: Unit, ws: str, body: WishBody) -> Wish:
    if body.packages is None and body.container is None:
        asked = wanted_by_name(unit, ws, body.name, version=body.version, boxed=body.boxed, strict=body.strict_python)
    elif body.version is not None or body.boxed is not None:
        raise InvalidArgument("version and boxed go with the name of an environment, not with packages or a container")
    else:
        asked = wanted(unit, ws, body.packages, body.container, strict=body.strict_python)
    return wish_of(unit, ws, body.name, asked.packages, asked.container)


def _preparation(facts: Mapping[str, Any]) -> PreparationShape:  # launch/explanations.py
    inputs, nearest = facts["inputs"], facts["nearest"]
    return PreparationShape(
        key=facts["key"],
        name=facts["name"],
        reason=facts["reason"],
        nearest=None if nearest is None else NearestShape(**nearest),
        changes=list(facts["changes"]),
        inputs=_inputs(inputs),
        channels=list(facts["channels"]),
        told=list(facts["told"]),
        image=facts.get("image"),
        python=facts.get("python"),
        built_at=facts.get("built_at"),
        took_s=facts.get("took_s"),
    )


def _inputs(told: Mapping[str, Any]) -> InputsShape:
    of_some = {"base_image": "", "dockerfile": [], "build_context": "", "channel": []}
    return InputsShape(**{one.name: {**of_some, **told}[one.name] for one in fields(InputsShape)})


def _shapes(found: Sequence[Environment]) -> AllBuiltShape:
    return AllBuiltShape(
        [
            BuiltShape(
                key=one.key,
                name=one.record["name"],
                run_id=one.record["run_id"],
                python=one.record["inputs"]["interpreter"],
                image=one.image.get("name"),
                built_at=one.record["built_at"],
                used_at=at(int(one.used_at * 1000)),
                took_s=one.record["took_s"],
                size_bytes=one.size_bytes,
            )
            for one in found
        ]
    )
