import subprocess
from collections.abc import Mapping
from pathlib import Path

from runstead.client.repositories import ask_git, git_properties


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=trunk"]
    return subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def a_repository(folder: Path, remote: str | None = None) -> Path:
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "train.py").write_text("one")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    if remote is not None:
        git(folder, "remote", "add", "origin", remote)
    return folder


def properties(folder: Path, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    return git_properties(ask_git(folder), overrides or {})


def test_a_repository_is_told_in_the_sdks_and_in_mlflows_words(tmp_path: Path) -> None:
    source = a_repository(tmp_path / "src", "https://git.example.com/team/models.git")
    commit = git(source, "rev-parse", "HEAD").strip()
    assert properties(source) == {
        "azureml.git.repository_uri": "https://git.example.com/team/models.git",
        "mlflow.source.git.repoURL": "https://git.example.com/team/models.git",
        "azureml.git.branch": "trunk",
        "mlflow.source.git.branch": "trunk",
        "azureml.git.commit": commit,
        "mlflow.source.git.commit": commit,
        "azureml.git.dirty": "False",
    }


def test_a_changed_and_a_new_file_make_a_repository_dirty(tmp_path: Path) -> None:
    source = a_repository(tmp_path / "src")
    (source / "new.py").write_text("new")
    assert properties(source)["azureml.git.dirty"] == "True"
    (source / "new.py").unlink()
    (source / "train.py").write_text("two")
    assert properties(source)["azureml.git.dirty"] == "True"


def test_a_password_in_the_remotes_address_is_not_told(tmp_path: Path) -> None:
    source = a_repository(tmp_path / "src", "https://me:secret@git.example.com/models.git")
    assert properties(source)["azureml.git.repository_uri"] == "https://git.example.com/models.git"


def test_a_folder_without_a_repository_has_no_properties(tmp_path: Path) -> None:
    assert properties(tmp_path) == {}


def test_a_build_server_may_say_otherwise(tmp_path: Path) -> None:
    told = properties(a_repository(tmp_path / "src"), {"branch": "release", "build_id": "77"})
    assert (told["azureml.git.branch"], told["mlflow.source.git.branch"]) == ("release", "release")
    assert told["azureml.git.build_id"] == "77"


def test_a_repository_without_commits_and_a_detached_one_say_what_they_know(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    told = properties(empty)
    assert (told["azureml.git.branch"], told["azureml.git.dirty"]) == ("trunk", "False")
    assert "azureml.git.commit" not in told
    detached = a_repository(tmp_path / "detached")
    git(detached, "checkout", "-q", "--detach")
    assert "azureml.git.branch" not in properties(detached)
