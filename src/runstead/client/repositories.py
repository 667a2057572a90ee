"""What git says of a source folder, as the properties that SDK v1 puts on a run."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

PROPERTIES = {
    "repository_uri": ("azureml.git.repository_uri", "mlflow.source.git.repoURL"),
    "branch": ("azureml.git.branch", "mlflow.source.git.branch"),
    "commit": ("azureml.git.commit", "mlflow.source.git.commit"),
    "dirty": ("azureml.git.dirty",),
    "build_id": ("azureml.git.build_id",),
    "build_uri": ("azureml.git.build_uri",),
}
TIMEOUT_S = 2.0  # a huge work tree must not hold a submission up: then the run goes without these properties


@dataclass(frozen=True)
class Question:
    """git at work on its answer; asked early, read late."""

    status: subprocess.Popen[bytes] | None
    remote: subprocess.Popen[bytes] | None


def ask_git(source: Path) -> Question:
    """Starts git in the background; a machine without git, or a folder without a repository, has no answer."""
    status = ["status", "--porcelain=v2", "--branch", "--untracked-files=normal", "."]
    return Question(_started(source, status), _started(source, ["ls-remote", "--get-url"]))


def git_properties(question: Question, overrides: Mapping[str, str]) -> dict[str, str]:
    """The run's properties. overrides: by the keys of PROPERTIES, as build servers set them (AZUREML_GIT_…)."""
    facts = {**_facts(_answer(question.status), _answer(question.remote)), **overrides}
    return {name: value for key, names in PROPERTIES.items() if (value := facts.get(key)) for name in names}


def _started(source: Path, arguments: list[str]) -> subprocess.Popen[bytes] | None:
    # Looking must neither write to the user's repository nor start a program that its settings name.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.Popen(
            command, cwd=source, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError:
        return None


def _answer(process: subprocess.Popen[bytes] | None) -> str | None:
    if process is None:
        return None
    try:
        told, _ = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    return told.decode(errors="replace") if process.returncode == 0 else None


def _facts(status: str | None, remote: str | None) -> dict[str, str]:
    if status is None:
        return {}
    lines = status.splitlines()
    told = {key: value for key, _, value in (line[2:].partition(" ") for line in lines if line.startswith("# "))}
    facts = {"dirty": str(any(not line.startswith("#") for line in lines))}
    if (commit := told.get("branch.oid", "(initial)")) != "(initial)":
        facts["commit"] = commit
    if (branch := told.get("branch.head", "(detached)")) != "(detached)":
        facts["branch"] = branch
    # Without a remote, git answers the remote's default name.
    if remote and (url := remote.strip()) not in ("", "origin"):
        facts["repository_uri"] = _without_password(url)
    return facts


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc or not parts.scheme.startswith("http"):
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
