"""`runstead environment`, run as users run it, and the builds behind it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runstead.client.builds import begin_build, follow_build, list_built, load_build
from runstead.client.workspaces import Workspace
from runstead.domain.builds import Specification
from runstead.domain.containers import Wanted
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.testing.servers import RealServer, run_quietly
from tests.registries import Registry, running_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as opened:
        opened.add("tiny", "1.0")
        opened.add("tiny", "1.1")
        yield opened


@pytest.fixture(scope="module")
def server(common_server: RealServer) -> RealServer:
    return common_server


def environment(server: RealServer, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "runstead.cli.main", "environment", *words]
    return run_quietly(command, RUNSTEAD_HOME=str(server.home))


def built(server: RealServer, registry: Registry, *pip: str) -> list[dict[str, Any]]:  # as REST v1 answers it
    place = Workspace(server.connection(), "default")
    return list(
        follow_build(place, begin_build(place, "mine", Wanted(Specification((), (registry.option, *pip)), None)))
    )


def test_a_build_is_followed_to_its_end_and_the_next_one_is_a_reuse(server: RealServer, registry: Registry) -> None:
    first, second = built(server, registry, "tiny==1.0"), built(server, registry, "tiny==1.0")

    text = "".join(found["log"] for found in first)
    assert first[-1]["status"] == second[-1]["status"] == "Succeeded"
    assert all(line in text for line in ("Built because", "+ tiny==1.0", "Built environment"))
    assert f"Reused from {first[-1]['build_id']}" in second[-1]["log"]


def test_a_build_that_fails_says_why_and_one_that_is_refused_is_none(server: RealServer, registry: Registry) -> None:
    last = built(server, registry, "tiny==7")[-1]

    assert last["status"] == "Failed"
    assert "no version of tiny==7" in last["error"]
    with pytest.raises(InvalidArgument, match="editable"):
        built(server, registry, "-e .")
    with pytest.raises(NotFound, match="no build nonsense"):
        load_build(Workspace(server.connection(), "default"), "nonsense")


def test_explain_tells_before_submitting_what_would_be_built_and_why(
    server: RealServer, registry: Registry, tmp_path: Path
) -> None:
    built(server, registry, "tiny==1.0")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"# mine\n{registry.option}\ntiny==1.1\n")

    told = environment(server, "explain", str(requirements)).stdout
    assert "Built because pip line 2 changed: tiny==1.0 → tiny==1.1" in told
    requirements.write_text(f"{registry.option}\ntiny==1.0\n")
    answer = json.loads(environment(server, "explain", str(requirements), "--json").stdout)
    assert answer["ready"]
    assert answer["told"][-1].startswith("Reused from build-")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("conda.yml", "dependencies:\n- python=3.11\n- r-base\n", "no equivalent on PyPI"),
        ("conda.yaml", "- a\n", "must be a conda specification"),
        ("broken.yml", "a: [", "is no environment"),
        ("environment.json", "{}", "is no environment"),
        ("requirements.txt", "numpy --index-url http://evil.example.org", "options as lines of their own"),
        ("absent.txt", "", "cannot be read"),
    ],
)
def test_explain_refuses_what_is_none_in_one_line(
    server: RealServer, tmp_path: Path, name: str, text: str, said: str
) -> None:
    if text:
        (tmp_path / name).write_text(text)
    ended = environment(server, "explain", str(tmp_path / name))

    assert ended.returncode in (2, 3)
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_environments_are_listed_and_thrown_away_by_age(server: RealServer, registry: Registry) -> None:
    built(server, registry, "tiny==1.1")
    keys = [one["key"] for one in list_built(server.connection())]
    old = server.home / "environments" / keys[0] / "used"
    os.utime(old, (time.time() - 3 * 24 * 3600,) * 2)

    listed = json.loads(environment(server, "list", "--json").stdout)["environments"]
    assert sorted(one["key"] for one in listed) == sorted(keys)
    assert keys[0] in environment(server, "prune", "--unused-days", "2", "--dry-run").stdout
    assert keys[0] in environment(server, "prune", "--unused-days", "2").stdout
    assert keys[0] not in [one["key"] for one in list_built(server.connection())]
    assert environment(server, "prune", "--unused-days", "2").stdout == "nothing to throw away\n"


def test_a_curated_environment_is_explained_by_its_name(server: RealServer) -> None:
    told = environment(server, "explain", "AzureML-Minimal").stdout

    assert "Environment AzureML-Minimal, content hash" in told
    assert "azureml-defaults: answered by Runstead" in told
    assert environment(server, "explain", "nobodys").returncode == 3


def test_prune_wants_to_be_told_what(server: RealServer) -> None:
    assert "--unused-days" in environment(server, "prune").stderr


def test_a_registrys_password_is_forgotten_by_name_and_one_that_is_not_kept_is_said_so(server: RealServer) -> None:
    login = {"address": "registry.example.org", "username": "me", "password": "word"}
    definition = {"name": "boxed", "python": {}, "docker": {"baseImage": "an-image", "baseImageRegistry": login}}
    body = {"name": "boxed", "definition": definition}
    server.connection().call("POST", "/api/v1/workspaces/default/environments", body)

    first, second = (environment(server, "logout", "registry.example.org", "me") for _ in range(2))

    assert (first.returncode, "is forgotten" in first.stdout) == (0, True), first.stderr
    assert (second.returncode, "no password of 'me' at the registry registry.example.org" in second.stderr) == (3, True)
