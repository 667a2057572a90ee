"""A job: what the launcher and the driver need to know to execute a submitted run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from runstead.domain.bindings import Input, Output, binding_json, inputs_of, outputs_of
from runstead.domain.builds import Specification, specification_json, specification_of
from runstead.domain.containers import Container, container_from, container_json
from runstead.domain.distributions import Distribution, distribution_of
from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import normalised_path

Kind = TypeVar("Kind")

LOCAL = "local"
WAITING = "waiting"
STARTED = "started"
ENDED = "ended"


@dataclass(frozen=True)
class JobSpec:
    """What to execute. Exactly one of `script` (a path in the snapshot) and `command` (a line for the shell)."""

    snapshot_id: str
    source_directory: str  # where it was submitted from; shown, never read
    python: str  # absolute path of the interpreter
    script: str | None = None
    command: str | None = None
    arguments: tuple[str, ...] = ()
    target: str = LOCAL
    environment_name: str | None = None
    environment_variables: Mapping[str, str] = field(default_factory=dict)
    max_run_duration_s: float | None = None
    directories_to_watch: tuple[str, ...] = ("logs",)
    output_collection: bool = True
    keeps_snapshot: bool = True  # whether the run names the snapshot; the job runs from it either way
    packages: Specification | None = None  # an environment is built of them, and `python` not used
    container: Container | None = None
    definition: Mapping[str, Any] | None = None  # the v1 runDefinition to show back, as the SDK made it
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    distribution: Distribution | None = None  # several processes; None: one


@dataclass(frozen=True)
class Job:
    """One job as the launcher sees it; `phase` is waiting, started or ended, `starts` counts drivers.

    `key` is the store's own number; it never leaves the server.
    """

    key: int
    run_id: str
    run_status: str
    workspace: str
    spec: JobSpec
    phase: str
    native_id: str | None
    starts: int
    parent_id: str | None = None  # the run that this one is a child of

    @property
    def target(self) -> str:
        """The compute target that it is for."""
        return self.spec.target


def spec_json(spec: JobSpec) -> dict[str, Any]:
    """The spec as REST v1 writes it."""
    return {
        **asdict(spec),
        "arguments": list(spec.arguments),
        "directories_to_watch": list(spec.directories_to_watch),
        "inputs": [binding_json(one) for one in spec.inputs],
        "outputs": [binding_json(one) for one in spec.outputs],
        "packages": None if spec.packages is None else specification_json(spec.packages),
        "container": None if spec.container is None else container_json(spec.container),
        "distribution": None if spec.distribution is None else spec.distribution._asdict(),
        "strict_python": spec.packages is not None and spec.packages.strict,
    }


def spec_of(given: object) -> JobSpec:
    """The checked spec of a JSON object; InvalidArgument names the field that is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(f"a job's 'spec' must be a JSON object, not {type(given).__name__}")
    if unknown := sorted(set(given) - {f.name for f in fields(JobSpec)} - {"strict_python"}):
        raise InvalidArgument(f"a job's 'spec' has no field {unknown[0]!r}")
    definition = given.get("definition")
    if definition is not None and not isinstance(definition, Mapping):
        raise InvalidArgument("the job's 'definition' must be a JSON object")
    spec = JobSpec(
        snapshot_id=_required(given, "snapshot_id"),
        source_directory=_field(given, "source_directory", str) or "",
        python=_required(given, "python"),
        script=_field(given, "script", str),
        command=_field(given, "command", str),
        arguments=_strings(given, "arguments", ()),
        target=_field(given, "target", str) or LOCAL,
        environment_name=_field(given, "environment_name", str),
        environment_variables=_variables(given.get("environment_variables") or {}),
        max_run_duration_s=_duration(given.get("max_run_duration_s")),
        directories_to_watch=_strings(given, "directories_to_watch", ("logs",)),
        output_collection=_field(given, "output_collection", bool) is not False,
        keeps_snapshot=_field(given, "keeps_snapshot", bool) is not False,
        packages=_packages(given),
        container=None if given.get("container") is None else container_from(given["container"]),
        definition=definition,
        inputs=inputs_of(given.get("inputs") or ()),
        outputs=outputs_of(given.get("outputs") or ()),
        distribution=None if given.get("distribution") is None else distribution_of(given["distribution"]),
    )
    return checked_spec(spec)


def checked_spec(spec: JobSpec) -> JobSpec:
    """`spec` if it can be executed at all; the client calls this before it writes anything."""
    if (spec.script is None) == (spec.command is None):
        raise InvalidArgument("a job needs either a script or a command, and not both")
    if spec.script is not None and normalised_path(spec.script) != spec.script:
        raise InvalidArgument(f"the script {spec.script!r} must be a plain path inside the source folder")
    if spec.command is not None and not spec.command.strip():
        raise InvalidArgument("the job's command is empty")
    if not spec.python.startswith("/"):
        raise InvalidArgument(f"the job's python must be an absolute path, not {spec.python!r}")
    for text in (*spec.arguments, spec.command or "", spec.python):
        if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            raise InvalidArgument(f"{text[:60]!r} has a character that no command line can carry")
    for folder in spec.directories_to_watch:
        if normalised_path(folder) != folder:
            raise InvalidArgument(f"the watched directory {folder!r} must be a plain path inside the source folder")
    _variables(spec.environment_variables)
    return spec


def _required(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidArgument(f"the job's {name!r} must be a text that is not empty, not {value!r}")
    return value


def _field(given: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind | None:
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        raise InvalidArgument(f"the job's {name!r} must be of type {kind.__name__}, not {value!r}")
    return value


def _packages(given: Mapping[str, Any]) -> Specification | None:
    packages = given.get("packages")
    strict = _field(given, "strict_python", bool) or False
    return None if packages is None else specification_of(packages, strict=strict)


def _strings(given: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return default
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise InvalidArgument(f"the job's {name!r} must be a list of strings, not {value!r}")
    return tuple(value)


def _variables(given: object) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise InvalidArgument(f"the job's 'environment_variables' must be an object, not {given!r}")
    for name, value in given.items():
        if not isinstance(name, str) or not name or "=" in name or "\0" in name:
            raise InvalidArgument(f"{name!r} cannot be the name of an environment variable")
        if not isinstance(value, str) or "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise InvalidArgument(f"the environment variable {name} must be a text without NUL")
    return dict(given)


def _duration(given: object) -> float | None:
    if given is None:
        return None
    if not isinstance(given, int | float) or isinstance(given, bool) or not given > 0:
        raise InvalidArgument(f"the job's 'max_run_duration_s' must be a number of seconds above 0, not {given!r}")
    return float(given)
