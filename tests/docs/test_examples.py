"""The examples run as they are, by themselves and in the demo."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runstead.testing.servers import stop_server

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Somebody with an empty home."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
    yield clean | {"RUNSTEAD_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    stop_server(tmp_path / "home")


def output_of(environment: dict[str, str], cwd: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_training_script_runs_by_itself_without_a_server(environment: dict[str, str], tmp_path: Path) -> None:
    told = output_of(environment, tmp_path, str(EXAMPLES / "train_ridge.py"), "--alphas", "2", "--repeats", "1")
    assert "Attempted to log scalar metric mse" in told
    assert sorted(path.name for path in (tmp_path / "outputs").iterdir()) == ["ridge_0.50.pkl", "ridge_1.00.pkl"]
    assert not (tmp_path / "home").exists()


@pytest.mark.slow
def test_the_demo_trains_for_real_and_leaves_a_server_with_a_link(environment: dict[str, str], tmp_path: Path) -> None:
    """Slow: trains 25 models."""
    told = output_of(environment, tmp_path, str(EXAMPLES / "demo.py"), str(tmp_path / "home"))
    assert "Best of 20 models: alpha 0.40 with a mean squared error of 3295.71." in told
    assert "ridge   3295.71  ← best" in told
    assert len(re.findall(r"http://127\.0\.0\.1:\d+/login\?ticket=\S+", told)) == 2
    assert "Traceback" not in told
