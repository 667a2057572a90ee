"""The container that a job wants: which image, which limits, and which of docker's arguments it may give."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple  # JSON values, and keywords of the docker client

from runstead.domain.builds import Specification, specification_of
from runstead.domain.environments import section
from runstead.domain.errors import InvalidArgument
from runstead.domain.images import AZURE, checked_image
from runstead.domain.logins import Login, login_in, login_of
from runstead.domain.paths import normalised_path

MOST_ARGUMENTS = 200
MOST_DOCKERFILE_CHARS = 500_000
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmgt]?)b?", re.I)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.S)
_SNAPSHOT = re.compile(r"snapshots/([\w-]+)")


@dataclass(frozen=True)
class Container:
    """What a job runs in. The image is named, or built from a Dockerfile, or from a folder that is a snapshot.

    python: the interpreter inside, for images that bring their packages along.
    """

    image: str | None = None
    dockerfile: str | None = None
    context: str | None = None  # a snapshot id
    dockerfile_path: str = "Dockerfile"
    python: str = "python"
    arguments: tuple[str, ...] = ()
    shared_volumes: bool = True
    shm_size: str | None = None
    login: Login | None = None


class Wanted(NamedTuple):
    """What an environment is built into: packages, the image that they are for, or one of the two."""

    packages: Specification | None
    container: Container | None


class Options(NamedTuple):
    """docker's arguments, understood: keywords of the client's host_config, variables, and of the container itself."""

    host: Mapping[str, Any]
    variables: Mapping[str, str]
    own: Mapping[str, Any]


def container_of(definition: Mapping[str, Any]) -> Container | None:
    """The container that a run definition of SDK v1 asks for; None if it asks for none.

    SDK v1 has flags of two generations: `docker.useDocker` of the run, which wins, and the older
    `environment.docker.enabled`.
    """
    environment = section(definition, "environment")
    newer, older = section(definition, "docker"), section(environment, "docker")
    chosen = newer if newer.get("useDocker") else older if older.get("enabled") else None
    if chosen is None:
        return None
    return container_json_of(environment, chosen)


def container_json_of(environment: Mapping[str, Any], chosen: Mapping[str, Any]) -> Container:
    """The image of an environment's definition, run as the docker section `chosen` says."""
    docker = section(environment, "docker")
    built, login = section(docker, "buildContext"), login_in(environment)
    return container_from(
        {
            "image": docker.get("baseImage"),
            "dockerfile": docker.get("baseDockerfile"),
            "context": _snapshot_of(built) if built else None,
            "dockerfile_path": built.get("dockerfilePath") or "Dockerfile",
            "python": section(environment, "python").get("interpreterPath") or "python",
            "arguments": [str(one) for one in chosen.get("arguments") or ()],
            "shared_volumes": chosen.get("sharedVolumes") is not False,
            "shm_size": chosen.get("shmSize"),
            "login": None if login is None else asdict(login),
        }
    )


def wanted_of(environment: Mapping[str, Any], *, boxed: bool | None = None, strict: bool = False) -> Wanted:
    """What is built for an environment's definition where no run says how it is used.

    boxed: whether into an image; None: as it says itself, by docker.enabled or an image that is not one of Azure's.
    InvalidArgument if there is nothing to build.
    """
    python, docker = section(environment, "python"), section(environment, "docker")
    if boxed is None:
        boxed = bool(docker.get("enabled")) or not str(docker.get("baseImage") or AZURE).lower().startswith(AZURE)
        boxed = boxed or bool(docker.get("baseDockerfile") or docker.get("buildContext"))
    brings_all = bool(python.get("userManagedDependencies"))
    wanted = Wanted(
        None if brings_all else specification_of(python.get("condaDependencies") or {}, strict=strict),
        container_json_of(environment, docker) if boxed else None,
    )
    if wanted == (None, None):
        name = environment.get("name") or "the environment"
        raise InvalidArgument(f"there is nothing to build: {name} uses the interpreter that is there")
    return wanted


def container_json(container: Container) -> dict[str, Any]:
    """The container as REST v1 writes it."""
    return {**asdict(container), "arguments": list(container.arguments)}


def container_from(given: object) -> Container:
    """The checked container of a JSON object; InvalidArgument names what is wrong."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(f"a job's 'container' must be a JSON object, not {type(given).__name__}")
    if unknown := sorted(set(given) - set(Container.__dataclass_fields__)):
        raise InvalidArgument(f"a job's 'container' has no field {unknown[0]!r}")
    texts = {
        name: _text(given, name) for name in ("image", "dockerfile", "context", "dockerfile_path", "python", "shm_size")
    }
    named = [name for name in ("image", "dockerfile", "context") if texts[name]]
    if len(named) != 1:
        told = " and ".join(named) or "none"
        raise InvalidArgument(
            f"a container has one of an image, a Dockerfile and a build context, not {told}; set the others to None"
        )
    arguments = given.get("arguments") or ()
    if not isinstance(arguments, list | tuple) or not all(isinstance(one, str) for one in arguments):
        raise InvalidArgument(f"docker's arguments must be a list of texts, not {arguments!r}")
    made = Container(
        image=checked_image(texts["image"]) if texts["image"] else None,
        dockerfile=_checked_dockerfile(texts["dockerfile"]) if texts["dockerfile"] else None,
        context=texts["context"] or None,
        dockerfile_path=_inside(texts["dockerfile_path"] or "Dockerfile"),
        python=_checked_python(texts["python"] or "python"),
        arguments=tuple(arguments),
        shared_volumes=given.get("shared_volumes") is not False,
        shm_size=texts["shm_size"] or None,
        login=None if given.get("login") is None else login_of(given["login"]),
    )
    options_of(made, anything=True)
    return made


def options_of(container: Container, *, anything: bool) -> Options:
    """The container's arguments understood, one by one: nothing else ever reaches the engine.

    anything: whether arguments are taken, too, that give a container more than a process of the server's user has.
    """
    host: dict[str, Any] = {}
    variables: dict[str, str] = {}
    own: dict[str, Any] = {}
    if container.shm_size:
        host["shm_size"] = _size("shm_size", container.shm_size)
    for name, value in _pairs(container.arguments):
        if name in _ENV:
            found = _VARIABLE.fullmatch(value)
            if found is None:
                raise InvalidArgument(f"the docker argument {name} needs NAME=VALUE, not {value!r}")
            variables[found[1]] = found[2]
        elif name in _OWN:
            own[_OWN[name]] = _plain(name, value)
        else:
            _take(host, name, value, anything=anything)
    return Options(host, variables, own)


def _take(host: dict[str, Any], name: str, value: str, *, anything: bool) -> None:
    keyword, read = _SAFE.get(name) or (_POWERFUL.get(name) if anything else None) or ("", None)
    if read is None:
        if name in _POWERFUL:
            raise InvalidArgument(
                f"the docker argument {name} gives a container rights that a plain job does not have; the owner of the "
                "server can permit it by starting it with RUNSTEAD_DOCKER_ARGUMENTS=any"
            )
        raise InvalidArgument(
            f"the docker argument {name} is not one that Runstead passes on; it knows {', '.join(sorted(_SAFE))} and "
            f"{', '.join(sorted(_ENV))}"
        )
    if keyword == "":
        return
    taken = read(name, value)
    if isinstance(taken, list):
        host[keyword] = [*host.get(keyword, []), *taken]
    elif isinstance(taken, dict):
        host[keyword] = {**host.get(keyword, {}), **taken}
    else:
        host[keyword] = taken


def _pairs(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """Names and values, however they were cut: `--cpus 2`, `--cpus=2`, `["--cpus", "2"]`, `-m4g`."""
    if len(arguments) > MOST_ARGUMENTS:
        raise InvalidArgument(f"a container takes at most {MOST_ARGUMENTS} docker arguments, not {len(arguments)}")
    left = [str(one).strip() for one in arguments]
    pairs: list[tuple[str, str]] = []
    while left:
        said = left.pop(0)
        if bad := next((c for c in said if ord(c) < 32 or ord(c) == 127 or "\ud800" <= c <= "\udfff"), None):
            raise InvalidArgument(f"the docker argument {said[:60]!r} contains {bad!r}")
        if not said.startswith("-"):
            raise InvalidArgument(f"the docker argument {said[:60]!r} is no option; options begin with '-'")
        name, between, value = _cut(said)
        if name in _FLAGS:
            if between and value.lower() not in ("", "true"):
                raise InvalidArgument(f"the docker argument {name} takes no value, not {value!r}")
        elif not between:
            if not left:
                raise InvalidArgument(f"the docker argument {name} needs a value")
            value = left.pop(0)
        pairs.append((name, value))
    return pairs


def _cut(said: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(--[a-z][a-z-]*|-[a-zA-Z]+)(=|\s+|)(.*)", said, re.S)
    if found is None:
        raise InvalidArgument(f"the docker argument {said[:60]!r} cannot be understood")
    name, between, value = found.groups()
    if value and not between:
        raise InvalidArgument(f"the docker argument {said[:60]!r} cannot be understood; write {name} VALUE")
    return name, between, value.strip()


def _size(name: str, value: str) -> int:
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise InvalidArgument(f"{name} must be a size such as 512m or 2g, not {value!r}")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def _swap(name: str, value: str) -> int:
    return -1 if value == "-1" else _size(name, value)


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", value):
        raise InvalidArgument(f"the docker argument {name} needs a whole number, not {value!r}")
    return int(value)


def _cpus(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,9})?", value) or float(value) == 0:
        raise InvalidArgument(f"the docker argument {name} needs a number of processors such as 1.5, not {value!r}")
    return int(float(value) * 1_000_000_000)


def _plain(name: str, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][\w.,:/=+@-]*", value) or len(value) > 500:
        raise InvalidArgument(f"the docker argument {name} cannot have the value {value[:60]!r}")
    return value


def _listed(name: str, value: str) -> list[str]:
    return [_plain(name, value)]


def _network(name: str, value: str) -> str:
    if value not in ("host", "none", "bridge"):
        raise InvalidArgument(f"the docker argument {name} must be host, none or bridge, not {value!r}")
    return value


def _ipc(name: str, value: str) -> str:
    if value not in ("host", "private", "none", "shareable"):
        raise InvalidArgument(f"the docker argument {name} must be host, private, none or shareable, not {value!r}")
    return value


def _ulimit(name: str, value: str) -> list[dict[str, Any]]:
    found = re.fullmatch(r"([a-z]+)=(-?\d+)(?::(-?\d+))?", value)
    if found is None:
        raise InvalidArgument(f"the docker argument {name} needs NAME=SOFT:HARD, not {value!r}")
    return [{"Name": found[1], "Soft": int(found[2]), "Hard": int(found[3] or found[2])}]


def _tmpfs(name: str, value: str) -> dict[str, str]:
    path, _, options = value.partition(":")
    if not path.startswith("/") or not re.fullmatch(r"[\w=,.-]*", options):
        raise InvalidArgument(f"the docker argument {name} needs an absolute path, not {value!r}")
    return {path: options}


def _gpus(name: str, value: str) -> list[dict[str, Any]]:
    plain = value.strip("'\"")
    if plain == "all" or plain.isdigit():
        return [{"Driver": "", "Count": -1 if plain == "all" else int(plain), "Capabilities": [["gpu"]]}]
    found = re.fullmatch(r"device=([\w,.-]+)", plain)
    if found is None:
        raise InvalidArgument(f"the docker argument {name} must be all, a number or device=…, not {value!r}")
    return [{"Driver": "", "DeviceIDs": found[1].split(","), "Capabilities": [["gpu"]]}]


def _volume(name: str, value: str) -> list[str]:
    if not re.fullmatch(r"/[^:\0]*:/[^:\0]*(:[a-zA-Z,]+)?", value):
        raise InvalidArgument(f"the docker argument {name} needs /HOST/PATH:/CONTAINER/PATH[:ro], not {value!r}")
    return [value]


def _yes(_name: str, _value: str) -> bool:
    return True


def _nothing(_name: str, _value: str) -> None:
    return None


# What Runstead does by itself is taken and changes nothing.
_SAFE: Mapping[str, tuple[str, Any]] = {
    **dict.fromkeys(("--rm", "-i", "-t", "-it", "-ti", "--interactive", "--tty"), ("", _nothing)),
    **dict.fromkeys(("--memory", "-m"), ("mem_limit", _size)),
    **dict.fromkeys(("--network", "--net"), ("network_mode", _network)),
    "--memory-swap": ("memswap_limit", _swap),
    "--memory-reservation": ("mem_reservation", _size),
    "--cpus": ("nano_cpus", _cpus),
    "--cpu-shares": ("cpu_shares", _count),
    "--cpuset-cpus": ("cpuset_cpus", _plain),
    "--pids-limit": ("pids_limit", _count),
    "--shm-size": ("shm_size", _size),
    "--ipc": ("ipc_mode", _ipc),
    "--ulimit": ("ulimits", _ulimit),
    "--tmpfs": ("tmpfs", _tmpfs),
    "--read-only": ("read_only", _yes),
    "--init": ("init", _yes),
    "--cap-drop": ("cap_drop", _listed),
    "--add-host": ("extra_hosts", _listed),
    "--dns": ("dns", _listed),
    "--gpus": ("device_requests", _gpus),
}
# With these a container could do what its user could not do outside of it.
_POWERFUL: Mapping[str, tuple[str, Any]] = {
    "--privileged": ("privileged", _yes),
    "--cap-add": ("cap_add", _listed),
    "--device": ("devices", lambda name, value: [value] if value.startswith("/") else _listed(name, value)),
    "--group-add": ("group_add", _listed),
    "--pid": ("pid_mode", _plain),
    "--security-opt": ("security_opt", _listed),
    "--userns": ("userns_mode", _plain),
    "--volume": ("binds", _volume),
    "-v": ("binds", _volume),
}
_ENV = ("--env", "-e")
_OWN = {"--hostname": "hostname", "-h": "hostname"}
_FLAGS = frozenset(name for name, (_, read) in {**_SAFE, **_POWERFUL}.items() if read in (_yes, _nothing))


def _snapshot_of(built: Mapping[str, Any]) -> str:
    found = _SNAPSHOT.fullmatch(str(built.get("location")))
    if found is None:
        raise InvalidArgument(
            f"the build context {built.get('location')!r} is none that Runstead keeps; make it with "
            "DockerBuildContext.from_local_directory"
        )
    return found[1]


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidArgument(f"a container's {name!r} must be a text, not {value!r}")
    if value and any("\ud800" <= c <= "\udfff" or c == "\0" for c in value):
        raise InvalidArgument(f"a container's {name!r} contains a NUL or a lone surrogate")
    return value


def _checked_dockerfile(text: str) -> str:
    if len(text) > MOST_DOCKERFILE_CHARS:
        raise InvalidArgument(f"a Dockerfile has at most {MOST_DOCKERFILE_CHARS} characters, not {len(text)}")
    return text


def _inside(path: str) -> str:
    if normalised_path(path) != path:
        raise InvalidArgument(f"the Dockerfile's path {path!r} must be a plain path inside the build context")
    return path


def _checked_python(path: str) -> str:
    if not re.fullmatch(r"[\w./+-]+", path) or path.startswith("-"):
        raise InvalidArgument(f"the interpreter {path!r} is no name or path of a program in an image")
    return path
