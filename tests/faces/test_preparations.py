"""What a submitted run tells of its preparation, from `submit` to the run record that Studio reads."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azureml.core import Experiment, Run, RunConfiguration, ScriptRunConfig, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from runstead.client.connection import quoted
from tests.registries import Registry, running_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with running_registry(tmp_path_factory.mktemp("index") / "wheels") as registry:
        yield registry


def submitted(experiment: Experiment, registry: Registry, tmp_path: Path, *pip: str) -> Run:
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text("print('hello')")
    made = RunConfiguration()
    made.environment.name = "myenv"
    made.environment.python.conda_dependencies = CondaDependencies.create(
        pip_indexurl=registry.url, pip_packages=list(pip), python_version="3"
    )
    run = experiment.submit(ScriptRunConfig(str(folder), "train.py", run_config=made))
    run.wait_for_completion()
    return run


def told_of(workspace: Workspace, run: Run, more: str = "") -> dict[str, Any]:
    place = run._place
    answer: dict[str, Any] = place.connection.call("GET", f"{place.path}/runs/{quoted(run.id)}{more}")
    return answer


def test_a_run_tells_its_stages_and_why_its_environment_was_built_or_reused(
    workspace: Workspace, experiment: Experiment, registry: Registry, tmp_path: Path
) -> None:
    registry.add("tiny", f"1.{time.time_ns()}")
    built = submitted(experiment, registry, tmp_path, registry.newest)
    reused = submitted(experiment, registry, tmp_path, registry.newest)

    stages = {one["name"]: one for one in told_of(workspace, built)["stages"]}
    assert list(stages) == ["Queued", "Preparing", "Building", "Running", "Finalizing"]
    assert stages["Building"]["within"] == "Preparing"
    assert 0 < stages["Building"]["duration_ms"] <= stages["Preparing"]["duration_ms"]
    assert stages["Running"]["started_at"] == stages["Preparing"]["ended_at"]
    assert "Building" not in [one["name"] for one in told_of(workspace, reused)["stages"]]

    first = told_of(workspace, built, "/environment")["preparation"]
    second = told_of(workspace, reused, "/environment")["preparation"]
    assert first["reason"] in ("first", "changed")
    assert first["told"][-1].startswith(("Built because", "pip line", "requirement line"))
    assert f"{registry.newest}" in first["inputs"]["pip"]
    assert first["took_s"] == second["took_s"]
    assert (second["reason"], second["nearest"]["run_id"]) == ("reused", built.id)
    assert second["key"] == first["key"]
