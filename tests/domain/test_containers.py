"""What may be asked of a container: names, arguments, paths; everything else is refused and never passed on."""

from typing import Any

import pytest

from runstead.domain.containers import Container, container_from, container_json, container_of, options_of
from runstead.domain.errors import InvalidArgument
from runstead.domain.images import DEFAULT_BASE_IMAGE, checked_image, resolved_image

IMAGE = "docker.io/library/python:3.11"


def options(*arguments: str, anything: bool = False) -> dict[str, Any]:
    return dict(options_of(Container(IMAGE, arguments=arguments), anything=anything).host)


def test_a_container_is_asked_for_by_either_generation_of_flags_and_the_newer_one_wins() -> None:
    docker = {"baseImage": IMAGE}
    older = {"docker": {**docker, "enabled": True, "arguments": ["-m=1g"], "shmSize": "1g"}}
    newer = {"useDocker": True, "arguments": ["-m=2g"], "sharedVolumes": False, "shmSize": "2g"}

    assert container_of({"docker": {"useDocker": False}, "environment": {"docker": {"enabled": False}}}) is None
    assert container_of({"docker": {}, "environment": older}) == Container(IMAGE, arguments=("-m=1g",), shm_size="1g")
    assert container_of({"docker": newer, "environment": {"docker": docker}}) == Container(
        IMAGE, arguments=("-m=2g",), shared_volumes=False, shm_size="2g"
    )
    assert container_of({}) is None


def test_a_container_survives_being_written_down() -> None:
    asked = Container(None, dockerfile="FROM x\n", python="/usr/local/bin/python", arguments=("--gpus", "all"))

    assert container_from(container_json(asked)) == asked


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ({"baseImage": IMAGE, "baseDockerfile": "FROM x"}, "not image and dockerfile"),
        ({}, "not none"),
        ({"buildContext": {"location": "/etc"}}, "none that Runstead keeps"),
        ({"buildContext": {"location": "snapshots/a1", "dockerfilePath": "../Dockerfile"}}, "contains '..'"),
        ({"baseImage": "x; touch /tmp/owned"}, "no image name"),
        ({"baseImage": IMAGE, "arguments": ["--memory", "lots"]}, "size such as"),
    ],
)
def test_what_makes_no_container_is_refused_by_name(definition: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidArgument, match=said):
        container_of({"environment": {"docker": {**definition, "enabled": True}}})


@pytest.mark.parametrize(
    "name",
    [
        "python",
        "python:3.11",
        "localhost:5000/team/image:v1",
        "docker.io/pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime",
        f"ghcr.io/a/b@sha256:{'a' * 64}",
        f"sha256:{'0' * 64}",
    ],
)
def test_image_names_of_engines_are_taken(name: str) -> None:
    assert checked_image(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " python",
        "Python",
        "python:",
        "python:3 .11",
        "--privileged",
        "-v /:/host alpine",
        "$(touch owned)",
        "`id`",
        "a/../b",
        "../../etc/passwd",
        "http://registry.example.org/x",
        "oci-archive:/etc/passwd",
        "dir:/etc",
        "x\nFROM y",
        "x\0",
        "a" * 600,
        "image@sha256:1234",
    ],
)
def test_hostile_image_names_never_get_to_an_engine(name: str) -> None:
    with pytest.raises(InvalidArgument, match="no image name"):
        checked_image(name)


def test_azures_images_are_replaced_and_others_are_not() -> None:
    cpu = resolved_image("mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:20251130.v1", default=DEFAULT_BASE_IMAGE)
    gpu = resolved_image("mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04", default="mine")

    assert (cpu.image, "only Azure has it" in cpu.told) == (DEFAULT_BASE_IMAGE, True)
    assert "cuda11.8" in gpu.image
    assert resolved_image("python:3.12", default="mine") == ("python:3.12", "")


def test_arguments_are_understood_however_they_are_cut() -> None:
    assert options("--memory", "2g", "--cpus=1.5", "--ulimit memlock=-1", "--rm", "-it") == {
        "mem_limit": 2 << 30,
        "nano_cpus": 1_500_000_000,
        "ulimits": [{"Name": "memlock", "Soft": -1, "Hard": -1}],
    }
    assert options("--gpus", "all") == {"device_requests": [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]}
    assert options("--ipc=host", "--network=none", "--memory-swap=-1") == {
        "ipc_mode": "host",
        "network_mode": "none",
        "memswap_limit": -1,
    }
    made = options_of(Container(IMAGE, arguments=("-e", "A=b=c", "--hostname=n1"), shm_size="64m"), anything=False)
    assert (made.variables, made.own, made.host) == ({"A": "b=c"}, {"hostname": "n1"}, {"shm_size": 64 << 20})


POWERFUL = [
    ("--privileged",),
    ("--privileged=true",),
    ("--cap-add", "ALL"),
    ("--device=/dev/mem",),
    ("--group-add", "0"),
    ("--pid=host",),
    ("--security-opt", "seccomp=unconfined"),
    ("--userns=host",),
    ("-v", "/:/host"),
    ("--volume=/var/run/docker.sock:/s",),
]


@pytest.mark.parametrize("arguments", POWERFUL)
def test_what_gives_a_container_more_than_its_user_has_needs_the_owners_permission(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument, match="RUNSTEAD_DOCKER_ARGUMENTS=any"):
        options(*arguments)
    assert options(*arguments, anything=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--mount", "type=bind,source=/,target=/host"),
        ("--user", "0"),
        ("-u0",),
        ("--entrypoint=/bin/sh",),
        ("--name", "x"),
        ("--network=container:other",),
        ("--ipc", "container:other"),
        ("--volumes-from", "other"),
        ("--cgroup-parent=/",),
        ("--runtime=evil",),
        ("--log-driver", "syslog"),
        ("--env-file", "/etc/shadow"),
        ("-e", "NOVALUE"),
        ("--tmpfs", "relative"),
        ("--cpus", "0"),
        ("--cpus", "nan"),
        ("--memory",),
        ("alpine",),
        ("--rm; touch owned",),
        ("--rm\n--privileged",),
        ("--init=sh",),
        ("--memory=1g --privileged",),
        ("--dns", "1.1.1.1 --privileged"),
    ],
)
def test_arguments_that_runstead_does_not_know_are_refused_even_with_permission(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument):
        options(*arguments, anything=True)
